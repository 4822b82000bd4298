"""Turns of a person whose agent calls a tool that rules allow, alone and while somebody else calls hostile servers.

python -m benchmarks.hostile_turns [--seconds 15] [--json]
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from tests.mcp_servers import journal
from tests.mcp_servers.process import free_port, running
from tests.model_server.scripted_model import ScriptedModel

from benchmarks.hostile_servers import ports, spec, tormented
from benchmarks.serving import Client, interlock
from benchmarks.verdicts import percentile
from interlock_handlers.apart.household import Household
from interlock_handlers.models import load_model
from interlock_handlers.server_spec import ServerSpec

WARM_UP = 10
ROUNDS = 4
PAUSE_SECONDS = 0.05
"""Between turns; a person takes longer."""


@dataclass(frozen=True)
class Beside:
    """Seconds of turns, from sending the message to the end of the run."""

    alone: list[float]
    hostile: list[float]


async def turns_beside_hostile_servers(seconds: float) -> Beside:
    """For so many seconds alone and as many beside hostile servers, in turn: what else the machine does is in both."""
    with TemporaryDirectory(prefix="interlock-benchmark-") as directory, ScriptedModel() as model, households() as made:
        call = {"name": "journal__record", "arguments": {"value": "beside"}}
        model.script([
            {"after_tool": False, "times": None, "calls": [call]},
            {"after_tool": True, "times": None, "text": "It is recorded."},
        ])  # fmt: skip
        folder, port = Path(directory), free_port()
        argv = [sys.executable, str(Path(journal.__file__)), "--journal", str(folder / "journal"), "--http", str(port)]
        chat = load_model("openai:scripted", base_url=model.openai_url, api_key="x")
        good = ServerSpec("journal", "Journal", "http", url=f"http://127.0.0.1:{port}/mcp")
        with running(argv, port, folder / "log"), ports(0) as bad:
            async with (
                interlock(chat, good, allow=["127.0.0.1"]) as serving,
                Client.signed_in(serving.base_url) as client,
            ):
                rule = {"layer": "tool", "name": "record", "server": "journal", "tool": "record", "verdict": "allow"}
                (await client.http.post("/api/policies", json=rule)).raise_for_status()
                (await client.http.post("/api/servers/journal/connect")).raise_for_status()
                thread = await client.new_thread()
                for _ in range(WARM_UP):
                    await client.turn(thread, "Record it")
                somebody_else = made[0].handler()
                names = [f"hostile-{number}" for number in range(len(bad))]
                for name, at in zip(names, bad, strict=True):
                    await somebody_else.connect(replace(spec(name, at), origin="personal"))
                beside = Beside([], [])
                for _ in range(ROUNDS):
                    beside.alone.extend(await turns(client, thread, seconds / ROUNDS))
                    async with tormented(somebody_else, names):
                        beside.hostile.extend(await turns(client, thread, seconds / ROUNDS))
                await somebody_else.aclose()
                return beside


async def turns(client: Client, thread: str, seconds: float) -> list[float]:
    end, took = time.perf_counter() + seconds, list[float]()
    while len(took) < 2 or time.perf_counter() < end:
        took.append((await client.turn(thread, "Record it")).end)
        await asyncio.sleep(PAUSE_SECONDS)
    return took


@contextmanager
def households() -> Iterator[list[Household]]:
    """Those that Interlock makes inside."""
    made: list[Household] = []
    make = Household.__init__

    def noted(self: Household, argv: list[str], allow: list[str]) -> None:
        made.append(self)
        make(self, argv, allow)

    with patch.object(Household, "__init__", noted):
        yield made


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile_turns", description=__doc__)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    beside = asyncio.run(turns_beside_hostile_servers(options.seconds))
    alone, hostile = percentile(beside.alone, 50), percentile(beside.hostile, 50)
    report = {"turn_p50_alone": alone, "turn_p50_hostile": hostile, "turns": len(beside.hostile)}
    line = f"a turn, p50: {alone:.1f} ms alone, {hostile:.1f} ms beside: {hostile / alone:.2f} times (goal: below 1.10)"
    print(json.dumps(report) if options.json else line)  # noqa: T201 - its output


if __name__ == "__main__":
    main()
