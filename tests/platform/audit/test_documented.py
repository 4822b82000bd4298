"""What is recorded is documented, and what is documented is recorded."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args
from uuid import uuid4

from interlock_platform import faults
from interlock_platform.database import Database
from interlock_platform.gate.store import CallState
from tests.platform.audit.recording import exported, recorded

CHECKOUT = Path(__file__).parents[3]
DOCUMENT = (CHECKOUT / "docs" / "audit.md").read_text()
CALLS = "call.*"


def recorded_in_the_code() -> dict[str, set[str]]:
    """Action -> its data, of every call of `record`; where the action is computed, it is a call's."""
    found: dict[str, set[str]] = {}
    for path in (CHECKOUT / "platform").rglob("*.py"):
        source = path.read_text()
        if "from interlock_platform.audit.store import" not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "record":
                action = node.args[2]
                if not isinstance(action, ast.Constant):
                    assert path.name == "ledger.py", f"{path}: nobody can read there what is recorded"
                name = str(action.value) if isinstance(action, ast.Constant) else CALLS
                data = {keyword.arg for keyword in node.keywords}
                assert None not in data, f"{path}: {name} does not name its data"
                found.setdefault(name, set()).update(str(each) for each in data)
    return found


def actions_of_calls() -> set[str]:
    """The states that a call moves to, and what else the gate does with one."""
    named = {
        node.value
        for path in (CHECKOUT / "platform" / "interlock_platform" / "gate").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"call\.[a-z_]+", node.value)
    }
    return {f"call.{state}" for state in get_args(CallState)} | named - set(faults.POINTS)


def test_every_action_is_documented_with_its_data_and_no_other() -> None:
    rows = re.findall(r"^\| `([a-z_.*]+)` \| .*? \| (.*?) \| .* \|$", DOCUMENT, re.MULTILINE)
    documented = {action: set(re.findall(r"`(\w+)`", data)) for action, data in rows}
    assert documented == recorded_in_the_code()


def test_everything_that_happens_to_a_call_is_documented() -> None:
    lists = "".join(re.findall(r"^- .*$", DOCUMENT, re.MULTILINE))
    documented = set(re.findall(r"`(call\.[a-z_]+)`", lists))
    by_themselves = {action for action in recorded_in_the_code() if action.startswith("call.")} - {CALLS}
    assert documented | by_themselves == actions_of_calls()


async def test_the_check_by_hand_does_what_it_says(database: Database, tmp_path: Path) -> None:
    tenant = uuid4()
    await recorded(database, tenant, 120)
    lines = await exported(database, tenant)
    program = tmp_path / "check.py"
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    program.write_text(code)
    for tampered in (False, True):
        if tampered:
            lines[6] = lines[6].replace(b"thing.done", b"thing.gone")
        file = tmp_path / "export.ndjson"
        file.write_bytes(b"".join(lines))
        ran = run(program, file)
        assert ("AssertionError: 6" in ran.stderr) == tampered
        assert (ran.returncode == 0) == (not tampered)


def run(program: Path, file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, program, file], capture_output=True, text=True, check=False)
