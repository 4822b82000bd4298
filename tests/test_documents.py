"""What is documented exists, and what exists is documented."""

import ast
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import Urls
from tests.person import Person
from tests.running import clean, interlock

CHECKOUT = Path(__file__).parents[1]
PROTOCOL = (CHECKOUT / "docs" / "protocol.md").read_text()
# Of the development provider, which a standard describes and nobody else's client talks to.
UNDOCUMENTED = ("/dev-idp",)


def test_every_setting_is_in_the_reference_page_and_no_other() -> None:
    argv = [sys.executable, "-m", "interlock_servers", "settings", "--markdown"]
    written = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, check=True, env=clean({}))
    assert (CHECKOUT / "docs" / "settings.md").read_text() == written.stdout


async def test_every_route_is_in_the_protocol_and_no_other(urls: Urls, tmp_path: Path) -> None:
    async with interlock(urls.owner, tmp_path) as base_url, Person.signed_in(base_url, "alice") as alice:
        description = await alice.ok("GET", "/api/openapi.json")
    served = {
        f"{method.upper()} {pattern(path)}"
        for path, methods in description["paths"].items()
        for method in methods
        if not path.startswith(UNDOCUMENTED)
    }
    # The description does not describe itself.
    assert documented_routes() == served | {"GET /api/openapi.json"}


def test_every_socket_event_is_in_the_protocol_and_no_other() -> None:
    received: set[str] = set()
    sent = {"event", "live", "progress"}
    for path in (CHECKOUT / "platform").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "on"):
                continue
            name = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
            if isinstance(name, str) and isinstance(node.func.value, ast.Name):
                {"sockets": received, "delivery": sent}.get(node.func.value.id, set()).add(name)
    to_server, _, to_client = PROTOCOL.partition("| server -> client |")
    to_server = to_server[to_server.index("| client -> server |") :]
    assert events_in(to_server) == received
    assert events_in(to_client.partition("\n\n")[0]) == sent


def test_every_verb_of_make_is_told_to_people() -> None:
    verbs = re.findall(r"^([a-z]+):.*## (?!\(maintenance\))", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)
    told = "".join((CHECKOUT / name).read_text() for name in ("README.md", "CONTRIBUTING.md"))
    assert verbs
    assert not [verb for verb in verbs if f"make {verb}" not in told]


def documented_routes() -> set[str]:
    """`METHOD /path` of the protocol's tables; a row may name several methods of one path."""
    found: set[str] = set()
    for cells in re.findall(r"^\| (.*?) \|", PROTOCOL, re.MULTILINE):
        path = last_method = ""
        for code in re.findall(r"`([^`]*)`", cells):
            method, _, rest = code.partition(" ")
            if code.startswith("/"):
                # Another ending of the path before, by the same method.
                path = path.rpartition("/")[0] + code
                found.add(f"{last_method} {pattern(path)}")
            elif method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
                path = rest.partition("?")[0].partition("[")[0].partition(" ")[0] if rest.startswith("/") else path
                last_method = method
                found.add(f"{method} {pattern(path)}")
    return found


def pattern(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path.strip())


def events_in(table: str) -> set[str]:
    """The first word of every piece of code in the first column."""
    cells = re.findall(r"^\| (`.*?) \| ", table, re.MULTILINE)
    return {code.split()[0] for cell in cells for code in re.findall(r"`([^`]*)`", cell)}
