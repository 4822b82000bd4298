"""A stdio server that means no good: python -m tests.mcp_servers.hostile_stdio

`attempt` tries to get out in one of the ways of `hostile_attempts`, and answers with JSON of what came of it.
`misbehave` answers in a way that the protocol does not allow, or floods whoever listens.
"""

import json
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from tests.mcp_servers.hostile_attempts import ATTEMPTS

MIB = 1 << 20


def long_line(mib: int) -> None:
    """A line of so many MiB, without an end."""
    for _ in range(mib):
        sys.stdout.write("x" * MIB)
    sys.stdout.flush()


def notifications(count: int) -> None:
    line = json.dumps({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "x"}})
    for _ in range(count // 1000):
        sys.stdout.write((line + "\n") * 1000)
    sys.stdout.flush()


def requests(count: int) -> None:
    for number in range(count):
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": number, "method": "ping"}) + "\n")
    sys.stdout.flush()


def junk(count: int, text: str = "") -> None:
    """Lines that are no JSON, no UTF-8, no JSON-RPC, answers that nobody asked for."""
    kinds = [
        b"hello",
        b"\xff\xfe",
        b'{"jsonrpc":"2.0"}',
        b'{"jsonrpc":"2.0","id":99999,"result":{}}',
        b"[" * 9999,
        b"NaN",
    ]
    for number in range(count):
        sys.stdout.buffer.write(kinds[number % len(kinds)] + b"\n")
    sys.stdout.buffer.flush()


def complaints(mib: int) -> None:
    for _ in range(mib):
        sys.stderr.write("x" * MIB)
    sys.stderr.flush()


def deaf() -> None:
    """Never read again."""
    signal.pause()


def slow(lasting: float) -> None:
    """A byte now and then, for so many seconds."""
    end = time.monotonic() + lasting
    while time.monotonic() < end:
        sys.stdout.write(" ")
        sys.stdout.flush()
        time.sleep(0.05)


MISBEHAVIOURS: dict[str, Callable[..., None]] = {
    how.__name__: how for how in (long_line, notifications, requests, junk, complaints, deaf, slow)
}
TOOLS = [{"name": name, "inputSchema": {"type": "object"}} for name in ("attempt", "misbehave")]


def answer(method: str, params: dict[str, Any]) -> dict[str, Any] | None:
    if method == "initialize":
        version = params["protocolVersion"]
        server = {"name": "hostile", "version": "1"}
        return {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": server}
    if method == "tools/list":
        return {"tools": TOOLS}
    if method == "tools/call":
        return {"content": [{"type": "text", "text": json.dumps(_called(params["name"], dict(params["arguments"])))}]}
    return None


def _called(tool: str, arguments: dict[str, Any]) -> Any:
    name = arguments.pop("name")
    if tool == "misbehave":
        MISBEHAVIOURS[name](**arguments)
        return "done"
    try:
        return {"got": ATTEMPTS[name](**arguments)}
    except OSError as error:
        return {"error": f"{type(error).__name__}: {error}"}


def main() -> None:
    for line in sys.stdin:
        message = json.loads(line)
        if "id" not in message:
            continue
        result = answer(message["method"], message.get("params") or {})
        outcome = {"result": result} if result is not None else {"error": {"code": -32601, "message": "no"}}
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": message["id"], **outcome}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
