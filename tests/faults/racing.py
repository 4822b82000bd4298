"""Sixteen people decide one call at once, by every door of two servers."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import aiohttp
import socketio

from tests.conftest import SECRET_KEY, Urls
from tests.faults.forked import ForkedInterlock
from tests.mcp_servers.process import free_port
from tests.person import Person

DECIDERS = 16
Answer = dict[str, Any]


@asynccontextmanager
async def two_servers(urls: Urls, folder: Path, **settings: str) -> AsyncIterator[list[ForkedInterlock]]:
    """Two processes on one database."""
    servers = []
    try:
        for number in range(2):
            own = folder / str(number)
            own.mkdir()
            chosen = {
                "port": str(free_port()), "data_dir": str(own), "database_url": urls.owner, "secret_key": SECRET_KEY,
                **settings,
            }  # fmt: skip
            servers.append(ForkedInterlock("serve", chosen, own / "server.log"))
        await asyncio.gather(*(server.ready(60) for server in servers))
        yield servers
    finally:
        for server in servers:
            server.kill()


@dataclass(frozen=True)
class Browser:
    """One of the places that somebody decides from: a socket and a connection for HTTP, with one session."""

    http: aiohttp.ClientSession
    sio: socketio.AsyncClient

    @classmethod
    @asynccontextmanager
    async def of(cls, server: ForkedInterlock, name: str) -> AsyncIterator[Self]:
        async with Person.signed_in(server.base_url, name) as person:
            cookies = dict(person.http.cookies.items())
            # Shorter than the server keeps one open: it must not close one that is just being used.
            connector = aiohttp.TCPConnector(keepalive_timeout=2)
            async with aiohttp.ClientSession(server.base_url, cookies=cookies, connector=connector) as http:
                yield cls(http, person.sio)

    async def decide(self, card: Answer, decision: Answer, *, by_http: bool) -> Answer:
        """The answer of the door, in the socket's words."""
        if not by_http:
            answer: Answer = await self.sio.call(
                "approval.decide", {"id": card["id"], "seal": card["seal"], **decision}, timeout=60
            )
            return answer
        path = f"/api/approvals/{card['id']}/decision"
        async with self.http.post(path, json={"seal": card["seal"], **decision}) as response:
            body = await response.json()
            return {"ok": True, "call": body} if response.ok else {"ok": False, "error": body}

    async def stop(self, card: Answer) -> Answer:
        stopped: Answer = await self.sio.call(
            "run.cancel", {"thread_id": card["thread_id"], "run_id": card["run_id"]}, timeout=60
        )
        return stopped


@asynccontextmanager
async def browsers(servers: Sequence[ForkedInterlock], name: str) -> AsyncIterator[list[Browser]]:
    """Two at each server."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Browser.of(server, name)) for server in (*servers, *servers)]


DECISIONS: tuple[Answer, ...] = (
    {"decision": "approve"},
    {"decision": "reject", "reason": "no"},
    {"decision": "respond", "response": "by hand"},
    {"decision": "approve", "arguments": {"value": "other"}},
)


async def race(places: Sequence[Browser], card: Answer, number: int) -> list[Answer]:
    """Everybody decides at once, each in another way and by another door; at every fourth call two stop the run."""
    # An answer in the tool's place takes a step more than the others, and never wins against them.
    hows = DECISIONS[2:3] if number % 4 == 2 else DECISIONS
    ways = [(place, by_http, how) for place in places for by_http in (True, False) for how in hows]
    chosen = random.Random(number).sample(ways * 2, DECIDERS)  # noqa: S311 - an order, the same each time
    stops = [place.stop(card) for place in places[:2]] if number % 4 == 0 else []
    decisions = (place.decide(card, how, by_http=by_http) for place, by_http, how in chosen)
    answers = await asyncio.gather(*decisions, *stops)
    assert all(stopped["ok"] for stopped in answers[DECIDERS:])
    return answers[:DECIDERS]


def settled_once(card: Answer, answers: Sequence[Answer]) -> str:
    """How the call was settled: by one winner, or by whoever stopped the run; everybody else was told who and when."""
    won = [answer["call"] for answer in answers if answer["ok"]]
    lost = [answer["error"] for answer in answers if not answer["ok"]]
    assert len(won) <= 1, f"{len(won)} decided {card['id']}: {won}"
    assert {error["code"] for error in lost} == {"already_decided"}, lost
    told = {(str(error.get("by")), error["at"]) for error in lost}
    if not won:
        assert len(told) == 1, told
        assert all("Alice stopped the run." in said(error) for error in lost), lost
        return "cancelled"
    decision = won[0]["decision"]
    assert told == {(str(decision["by"]), decision["at"])}
    state: str = won[0]["state"]
    return state


def said(error: Answer) -> str:
    """What is told to people, by either door."""
    return str(error.get("message") or error["detail"])
