"""Servers that others wrote: how each is started, and a call with what its answer has in it."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.mcp_servers.everything import FOLDER, NODE, everything
from tests.mcp_servers.process import ServerProcess, free_port, running

MODULES = FOLDER / "node_modules"
OFFICIAL = MODULES / "@modelcontextprotocol"
NAMES = (
    "everything", "everything-http", "everything-sse", "budget-http", "filesystem", "memory", "sequential-thinking",
    "time", "git", "fetch",
)  # fmt: skip


@dataclass(frozen=True)
class PublicServer:
    """One entry of a catalogue; `process` is the server where it is not started by whoever connects."""

    entry: Mapping[str, Any]
    tool: str
    arguments: Mapping[str, Any]
    says: str
    process: ServerProcess | None = None
    marks: tuple[str, ...] = ()
    """What the command line of its process has in it, where it is started by whoever connects."""


@contextmanager
def public_servers(folder: Path, page: str) -> Iterator[dict[str, PublicServer]]:
    """All of them; those that are reached by HTTP are running. `page` is the URL of a page of JSON."""
    files, memory, repository = folder / "files", folder / "memory", _repository(folder)
    adds: tuple[str, Mapping[str, Any], str] = ("get-sum", {"a": 17, "b": 4}, "21")
    ada = {"name": "Ada", "entityType": "person", "observations": ["writes programs"]}
    thought = {"thought": "First this.", "nextThoughtNeeded": True, "thoughtNumber": 1, "totalThoughts": 2}
    with ExitStack() as stack:
        http = stack.enter_context(everything("streamableHttp", folder / "http.log"))
        sse = stack.enter_context(everything("sse", folder / "sse.log"))
        port = free_port()
        budget_command = [str(NODE), str(OFFICIAL / "server-budget-allocator" / "dist" / "index.js")]
        budget = stack.enter_context(running(budget_command, port, folder / "budget.log", {"PORT": str(port)}))
        found = {
            "everything": _node("server-everything", adds, "stdio"),
            "everything-http": PublicServer({"type": "http", "url": _url(http, "mcp")}, *adds, http),
            "everything-sse": PublicServer({"type": "sse", "url": _url(sse, "sse")}, *adds, sse),
            "budget-http": PublicServer(
                {"type": "http", "url": _url(budget, "mcp")}, "get-budget-data", {}, "Default Budget", budget
            ),
            "filesystem": _node(
                "server-filesystem",
                ("write_file", {"path": str(files / "note.txt"), "content": "hello"}, "Successfully wrote"),
                str(files),
                write=(files,),
            ),
            "memory": _node(
                "server-memory",
                ("create_entities", {"entities": [ada]}, "["),
                write=(memory,),
                env={"MEMORY_FILE_PATH": str(memory / "memory.jsonl")},
            ),
            "sequential-thinking": _node(
                "server-sequential-thinking", ("sequentialthinking", thought, "thoughtHistoryLength")
            ),
            "time": _python("mcp_server_time", ("get_current_time", {"timezone": "Asia/Tokyo"}, "+09:00")),
            "git": _python(
                "mcp_server_git",
                ("git_log", {"repo_path": str(repository)}, "The first of all commits"),
                "--repository",
                str(repository),
                env={"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"},
                sandbox={"read": [str(repository)]},
            ),
            "fetch": _python(
                "mcp_server_fetch",
                ("fetch", {"url": page}, "a page that was fetched"),
                "--ignore-robots-txt",
                "--allow-private-ips",
                sandbox={"network": True},
            ),
        }
        yield {name: found[name] for name in NAMES}


def _node(
    package: str,
    call: tuple[str, Mapping[str, Any], str],
    *args: str,
    write: tuple[Path, ...] = (),
    env: Mapping[str, str] | None = None,
) -> PublicServer:
    script = str(OFFICIAL / package / "dist" / "index.js")
    box = {"read": [str(MODULES)], "write": [str(path) for path in write]}
    entry = {"command": str(NODE), "args": [script, *args], "env": dict(env or {}), "sandbox": box}
    return PublicServer(entry, *call, marks=(script, *args))


def _python(
    module: str,
    call: tuple[str, Mapping[str, Any], str],
    *args: str,
    env: Mapping[str, str] | None = None,
    sandbox: Mapping[str, Any] | None = None,
) -> PublicServer:
    entry = {"command": sys.executable, "args": ["-m", module, *args], "env": dict(env or {}), "sandbox": sandbox or {}}
    return PublicServer(entry, *call, marks=(module,))


def _url(server: ServerProcess, path: str) -> str:
    return f"http://127.0.0.1:{server.port}/{path}"


def _repository(folder: Path) -> Path:
    repository = folder / "repository"
    git = ["git", "-C", str(repository), "-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    repository.mkdir()
    for command in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "The first of all commits"]):
        subprocess.run([*git, *command], check=True, capture_output=True)
    return repository
