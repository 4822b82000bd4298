"""The official conformance suite for MCP clients, as npm gives it to us, run against ours."""

import asyncio
import json
import os
import re
import shlex
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conformance.client import Scenario
from tests.mcp_servers.everything import FOLDER, NODE

SUITE = FOLDER / "node_modules" / "@modelcontextprotocol" / "conformance"
RELAY = Path(__file__).with_name("relay.py")
SECONDS = 120.0
PLAYED_AT_ONCE = 4


@dataclass(frozen=True)
class Verdict:
    """What the suite says of one scenario, and how our client ended; `complaints` is empty where all is well."""

    complaints: tuple[str, ...]
    checks: int


def required(revision: str) -> list[str]:
    """The client scenarios that a revision of the protocol requires."""
    return _listed(revision, r"^client:\n((?:  - .*\n)+)", r"- (\S+)")


def beyond(revision: str) -> list[str]:
    """Those that are run besides: extensions, and what came after the revision."""
    return _listed(revision, r"^not_scored:\n((?:  .*\n)+)", r"- scenario: (\S+)\n    leg: client\n")


def _listed(revision: str, section: str, entry: str) -> list[str]:
    if not SUITE.exists():
        raise RuntimeError(f"{SUITE} is missing. Run: make .stamps/test_servers")
    text = (SUITE / "requirements" / f"{revision}.yaml").read_text() + "\n"
    found = re.search(section, text, re.MULTILINE)
    assert found is not None, f"the requirements of {revision} look unlike those of the suite that we know"
    return re.findall(entry, found.group(1))


async def verdicts(revision: str, play: Callable[[Scenario], Awaitable[None]], folder: Path) -> Mapping[str, Verdict]:
    """Every scenario of a revision, by name."""
    ended: dict[str, str] = {}
    # The suite starts all of them, and on a busy machine so many at once would each look like one that hangs.
    at_once = asyncio.Semaphore(PLAYED_AT_ONCE)
    # A server that waits while the machine starts processes looks like one that does not answer.
    names = [*required(revision), *beyond(revision)]
    started, all_started = 0, asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal started
        scenario = Scenario(**json.loads(await reader.readline()))
        started += 1
        if started == len(names):
            all_started.set()
        await all_started.wait()
        async with at_once:
            [error] = await asyncio.gather(play(scenario), return_exceptions=True)
        ended[scenario.name] = "".join(traceback.format_exception(error)) if error is not None else ""
        writer.write(ended[scenario.name].encode())
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0, limit=2**20) as server:
        port = server.sockets[0].getsockname()[1]
        await _run(revision, shlex.join([sys.executable, "-I", "-S", str(RELAY), str(port)]), folder)
    return {name: _verdict(name, folder, ended.get(name, "the suite did not start it")) for name in names}


async def _run(revision: str, command: str, folder: Path) -> None:
    arguments = ["client", "--requirements", revision, "--command", command, "--timeout", "100000"]
    arguments += ["--output-dir", str(folder)]
    process = await asyncio.create_subprocess_exec(
        str(NODE),
        str(SUITE / "dist" / "index.js"),
        *arguments,
        env={"PATH": os.environ.get("PATH", os.defpath)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(SECONDS):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    (folder / "suite.log").write_bytes(said)


def _verdict(name: str, folder: Path, ended: str) -> Verdict:
    found = sorted(folder.glob(f"{name}-2*/checks.json"))
    checks: list[dict[str, Any]] = json.loads(found[-1].read_text()) if found else []
    complaints = [_complaint(check) for check in checks if check["status"] in ("FAILURE", "WARNING")]
    if not any(check["status"] == "SUCCESS" for check in checks):
        complaints.append("nothing was found to be right")
    return Verdict((*complaints, *([ended] if ended else [])), len(checks))


def _complaint(check: Mapping[str, Any]) -> str:
    why = check.get("errorMessage") or json.dumps(check.get("details", {}))
    return f"{check['status']} {check['id']}: {check['description']}: {why}"
