"""A person whose client comes back when its server was killed, and who insists until each thing is acknowledged."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx
import socketio

from tests.person import Person

INSIST_SECONDS = 300.0
PATIENCE_SECONDS = 10.0
"""How long it is left to whoever restarts the server to say that the connection is gone."""


@dataclass
class Noted:
    """What the platform acknowledged: from then on it may not be lost."""

    messages: dict[str, str] = field(default_factory=dict)
    """run -> what was said"""
    decisions: dict[str, str] = field(default_factory=dict)
    """call -> the kind of the decision"""
    resolutions: dict[str, str] = field(default_factory=dict)
    """call -> what a person found out"""
    stops: set[str] = field(default_factory=set)
    """runs that were cancelled"""


class Returning(Person):
    """Each event is sent again until it is acknowledged, over as many connections as that takes."""

    def __init__(self, http: httpx.AsyncClient, sio: socketio.AsyncClient) -> None:
        super().__init__(http, sio)
        self.noted = Noted()
        self._early: dict[str, dict[int, dict[str, Any]]] = {}
        self._here, self._gone = asyncio.Event(), asyncio.Event()
        self._back = 0
        """How much live text had come before the client came back."""

    async def connect(self) -> None:
        """As Person does, and as a client that is patient while its server is busy with coming back."""
        cookies = "; ".join(f"{key}={value}" for key, value in self.http.cookies.items())
        base_url = str(self.http.base_url).rstrip("/")
        await self.sio.connect(
            base_url, headers={"Cookie": cookies, "Origin": base_url}, socketio_path="/ws/socket.io",
            transports=["websocket"], wait_timeout=INSIST_SECONDS,
        )  # fmt: skip
        self._gone.clear()
        self._here.set()

    async def come_back(self, base_url: str, threads: Iterable[str]) -> None:
        """The same cookie, a new socket, and each thread from where it was seen last."""
        self._here.clear()
        self._gone.set()
        with contextlib.suppress(Exception):
            await self.sio.disconnect()
        self.http.base_url = httpx.URL(base_url)
        self._back = len(self.live)
        await self.connect()
        for thread_id in threads:
            seen = self.entries.get(thread_id, [])
            opened = await self.open(thread_id, seen[-1]["seq"] if seen else 0)
            if opened["live"]:
                await self._live(opened["live"])

    async def emit(self, event: str, **payload: Any) -> dict[str, Any]:
        async with asyncio.timeout(INSIST_SECONDS):
            while True:
                await self._here.wait()
                if (answer := await self._ask(event, payload)) is not None:
                    return answer

    async def _ask(self, event: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        """The acknowledgement, or nothing if the connection went first."""
        asked = asyncio.create_task(self.sio.call(event, payload, timeout=INSIST_SECONDS))
        gone = asyncio.create_task(self._gone.wait())
        try:
            await asyncio.wait({asked, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not asked.done():
                return None
            answer: dict[str, Any] = asked.result()
            return answer
        except socketio.exceptions.SocketIOError:
            # The connection is no more: whoever restarts the server says so, or it was lost for another reason.
            await asyncio.wait({gone}, timeout=PATIENCE_SECONDS)
            if not gone.done():
                with contextlib.suppress(socketio.exceptions.ConnectionError):
                    await self.come_back(str(self.http.base_url), list(self.entries))
            return None
        finally:
            gone.cancel()
            asked.cancel()
            await asyncio.gather(asked, gone, return_exceptions=True)

    def _keep(self, thread_id: str, entry: dict[str, Any]) -> None:
        """An event may be handled before the acknowledgement that it follows on: it is kept in its place, or never."""
        kept, early = self.entries.setdefault(thread_id, []), self._early.setdefault(thread_id, {})
        early[entry["seq"]] = entry
        while (following := early.pop(len(kept) + 1, None)) is not None:
            kept.append(following)

    async def until(self, condition: Callable[[], Any]) -> Any:
        async with asyncio.timeout(INSIST_SECONDS), self._arrived:
            while not (found := condition()):
                await self._arrived.wait()
            return found

    async def say(self, thread_id: str, text: str, run_id: str | None = None) -> str:
        run = await super().say(thread_id, text, run_id)
        self.noted.messages[run] = text
        return run

    async def decide(self, card: dict[str, Any], decision: str, **more: Any) -> dict[str, Any]:
        answer = await super().decide(card, decision, **more)
        # Sent again after its acknowledgement was lost, it was decided already: by nobody else.
        mine = not answer["ok"] and answer["error"]["code"] == "already_decided"
        assert answer["ok"] or (mine and answer["error"]["by"]["id"] == card["requester"]["id"]), answer
        self.noted.decisions[card["id"]] = decision
        return answer

    async def resolve(self, card: dict[str, Any], resolution: str) -> None:
        answer = await self.emit("approval.resolve", id=card["id"], resolution=resolution)
        assert answer["ok"] or answer["error"]["code"] == "not_unknown", answer
        self.noted.resolutions[card["id"]] = resolution

    async def stop(self, thread_id: str, run_id: str) -> None:
        answer = await self.emit("run.cancel", thread_id=thread_id, run_id=run_id)
        assert answer["ok"], answer
        self.noted.stops.add(run_id)

    async def shows_the_truth(self, thread_id: str, since: float) -> float:
        """Seconds until of all that the thread showed as under way when it was opened, each has moved on or ended."""
        known = len(self.entries.get(thread_id, []))
        left = self.under_way(thread_id)
        await self.until(lambda: left <= self._heard_of(thread_id, known))
        return time.monotonic() - since

    def under_way(self, thread_id: str) -> set[str]:
        """The runs and calls that the thread shows as queued, running, approved or started."""
        moving: set[str] = set()
        for entry in self.entries.get(thread_id, []):
            kind = entry["event"]["type"]
            if kind in ("RUN_FINISHED", "RUN_ERROR"):
                moving.discard(entry["run_id"])
            elif kind in ("RUN_STARTED", "TEXT_MESSAGE_START"):
                moving.add(entry["run_id"])
        return moving | {card["id"] for card in self.cards(thread_id) if card["state"] in ("approved", "started")}

    def _heard_of(self, thread_id: str, known: int) -> set[str]:
        """The runs and calls that the thread's events since then, and the text that is being written, are about."""
        entries = self.entries.get(thread_id, [])[known:]
        heard = {entry["run_id"] for entry in entries}
        heard |= {entry["event"]["value"]["id"] for entry in entries if entry["event"].get("name") == "call"}
        return heard | {live["run_id"] for live in self.live[self._back :]}
