"""Whatever is sent to the API of servers, by whatever role: no process is started, and what starts one is refused.

A share of the requests runs every time; `--long` sends all 50,000.
"""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.mcp_servers.scripted import ScriptedServer
from tests.person import Person
from tests.platform.place import Place

SHARE, ALL = 400, 50_000
SEED = 4711
STARTS_SOMETHING = ("command", "args", "env", "cwd", "exec", "shell", "program", "stdio")
EVENTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty")


@contextmanager
def processes_started() -> Iterator[list[str]]:
    """What this process starts inside the block, as Python's own audit sees it."""
    started: list[str] = []
    watching = True

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event in EVENTS:
            started.append(f"{event} {arguments!r}"[:200])

    sys.addaudithook(hook)
    try:
        yield started
    finally:
        watching = False


def value(chance: random.Random, depth: int = 0) -> Any:
    """Something that somebody might send."""
    plain: list[Any] = [
        "sh", "/bin/sh", "npx -y x", "$(id)", "`id`", "; touch /tmp/x", "file:///bin/sh", "\0", "", "x" * 3000, "stdio",
        -1, 2**63, 1.5, True, None, "http://127.0.0.1:9/mcp", "data:,x", "\ud83d",
    ]  # fmt: skip
    if depth < 3 and chance.random() < 0.4:
        inner = [value(chance, depth + 1) for _ in range(chance.randrange(3))]
        keys = (*STARTS_SOMETHING, "url", "headers", "mcpServers", "type")
        return inner if chance.random() < 0.5 else {chance.choice(keys): each for each in inner}
    return chance.choice(plain)


def request(chance: random.Random, url: str) -> tuple[str, str, Any]:
    """A request that would be good, with something put in it that starts a process, or with something wrong."""
    good: dict[str, Any] = {"name": f"Fuzz {chance.random()}", "transport": "http", "url": url, "scope": "tenant"}
    method, path, body = chance.choice([
        ("POST", "/api/servers", good),
        ("POST", "/api/servers/test", good),
        ("PATCH", "/api/servers/journal", {"name": "x"}),
        ("PATCH", "/api/servers/srv-aaaaaaaaaaaa", {"name": "x"}),
        ("POST", "/api/servers/import", {"mcpServers": {"x": {"url": url}}, "scope": "tenant"}),
        ("PUT", "/api/servers/policy", {"personal": "any", "hosts": []}),
        ("PUT", "/api/threads/00000000-0000-0000-0000-000000000000/tools", {"off": []}),
    ])  # fmt: skip
    spoiled: dict[str, Any] = json.loads(json.dumps(body))
    spoiled[chance.choice((*STARTS_SOMETHING, *spoiled))] = value(chance)
    if path.endswith("import") and chance.random() < 0.7:
        spoiled = {"mcpServers": {"x": {"url": url, chance.choice(STARTS_SOMETHING): value(chance)}}, "scope": "tenant"}
    return method, path, spoiled


def test_the_watch_sees_a_process_that_is_started() -> None:
    with processes_started() as started:
        subprocess.run([sys.executable, "-c", ""], check=True)
    assert started


async def test_no_request_starts_a_process(
    pytestconfig: pytest.Config, place: Place, alice: Person, bob: Person, scripted: ScriptedServer
) -> None:
    chance, refused = random.Random(SEED), 0  # noqa: S311 - the same requests every time
    count = ALL if pytestconfig.getoption("--long") else SHARE
    with processes_started() as started:
        for number in range(count):
            method, path, body = request(chance, scripted.url)
            who = bob if number % 5 == 0 else alice
            content = json.dumps(body).encode()
            answer = await who.http.request(method, path, content=content, headers={"Content-Type": "application/json"})
            assert answer.status_code < 500, (method, path, body, answer.text)
            sent = set(body) if isinstance(body, dict) else set()
            if sent & set(STARTS_SOMETHING):
                assert answer.status_code in (403, 404, 422), (method, path, body, answer.text)
                refused += 1
            elif answer.status_code == 201:
                assert (await who.api("DELETE", f"/api/servers/{answer.json()['id']}")).status_code == 204
    assert started == []
    assert refused > count / 4
