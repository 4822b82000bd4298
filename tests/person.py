"""A person in front of a running Interlock, as real clients see it: HTTP with a cookie, and Socket.IO."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Self
from uuid import uuid4

import httpx
import socketio

PATIENCE_SECONDS = 30.0
# Nobody here speaks TLS: a client that may need the authorities of the whole world reads them all first, for 30 ms.
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Person:
    """Signed in, with one socket; keeps what arrives, thread by thread."""

    def __init__(self, http: httpx.AsyncClient, sio: socketio.AsyncClient) -> None:
        self.http = http
        self.sio = sio
        self.entries: dict[str, list[dict[str, Any]]] = {}
        self.live: list[dict[str, Any]] = []
        self.progress: list[dict[str, Any]] = []
        self.news: list[tuple[str, dict[str, Any]]] = []
        self._arrived = asyncio.Condition()
        sio.on("event", self._event)
        sio.on("live", self._live)
        sio.on("progress", self._progress)
        for kind in (
            "thread",
            "thread.deleted",
            "approval",
            "grant",
            "toolset",
            "server",
            "server.deleted",
            "me",
            "limits",
        ):
            sio.on(kind, self._keeper(kind))

    @classmethod
    @asynccontextmanager
    async def signed_in(cls, base_url: str, name: str) -> AsyncIterator[Self]:
        """Signs in with the development provider and connects a socket."""
        sio = socketio.AsyncClient(reconnection=False)
        client = httpx.AsyncClient(base_url=base_url, verify=NO_AUTHORITIES, follow_redirects=True, timeout=30)
        async with client as http:
            answer = await http.get("/auth/login", params={"next": "/healthz", "login_hint": name})
            answer.raise_for_status()
            person = cls(http, sio)
            await person.connect()
            try:
                yield person
            finally:
                await sio.disconnect()

    async def connect(self) -> None:
        cookies = "; ".join(f"{key}={value}" for key, value in self.http.cookies.items())
        base_url = str(self.http.base_url).rstrip("/")
        await self.sio.connect(
            base_url, headers={"Cookie": cookies, "Origin": base_url}, socketio_path="/ws/socket.io",
            transports=["websocket"], wait_timeout=int(PATIENCE_SECONDS),
        )  # fmt: skip

    async def api(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self.http.request(method, path, json=body)

    async def ok(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.api(method, path, body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def emit(self, event: str, **payload: Any) -> dict[str, Any]:
        """The event's acknowledgement."""
        acknowledged: dict[str, Any] = await self.sio.call(event, payload, timeout=PATIENCE_SECONDS)
        return acknowledged

    async def new_thread(self) -> str:
        thread_id: str = (await self.ok("POST", "/api/threads", {}))["id"]
        await self.open(thread_id)
        return thread_id

    async def open(self, thread_id: str, after: int = 0) -> dict[str, Any]:
        acknowledged = await self.emit("thread.open", thread_id=thread_id, after=after)
        assert acknowledged["ok"], acknowledged
        async with self._arrived:
            for entry in acknowledged["events"]:
                self._keep(thread_id, entry)
            self._arrived.notify_all()
        return acknowledged

    async def say(self, thread_id: str, text: str, run_id: str | None = None) -> str:
        """Starts a run; returns its id."""
        run_id = run_id or str(uuid4())
        acknowledged = await self.emit("run.start", thread_id=thread_id, run_id=run_id, text=text)
        assert acknowledged["ok"], acknowledged
        return run_id

    async def until(self, condition: Callable[[], Any]) -> Any:
        """Waits until what has arrived makes this true, and returns it."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._arrived:
            while not (found := condition()):
                await self._arrived.wait()
            return found

    def events(self, thread_id: str, kind: str | None = None, run_id: str | None = None) -> list[dict[str, Any]]:
        """The thread's events so far, in order."""
        return [
            entry["event"]
            for entry in self.entries.get(thread_id, [])
            if kind in (None, entry["event"]["type"]) and run_id in (None, entry["run_id"])
        ]

    def cards(self, thread_id: str) -> list[dict[str, Any]]:
        """The calls of the thread as the events so far leave them, in the order of their proposal."""
        cards: dict[str, dict[str, Any]] = {}
        for event in self.events(thread_id, "CUSTOM"):
            if event["name"] == "call":
                cards.setdefault(event["value"]["id"], {}).update(event["value"])
        return list(cards.values())

    async def card(self, thread_id: str, state: str = "proposed", at: int = -1) -> dict[str, Any]:
        """Waits for a call of the thread in this state."""
        found: list[dict[str, Any]] = await self.until(
            lambda: [card for card in self.cards(thread_id) if card["state"] == state]
        )
        return found[at]

    async def finished(self, thread_id: str, run_id: str) -> str:
        """Waits until the run has ended for good; returns how: success, cancelled, or the error's code."""

        def end() -> str | None:
            ends = [e for e in self.events(thread_id, run_id=run_id) if e["type"] in ("RUN_FINISHED", "RUN_ERROR")]
            how = (ends[-1].get("code") or ends[-1]["outcome"]["type"]) if ends else "interrupt"
            return None if how == "interrupt" else str(how)

        ended: str = await self.until(end)
        return ended

    def answer(self, thread_id: str, run_id: str) -> str:
        """What the assistant said in the run."""
        roles = {event["messageId"]: event["role"] for event in self.events(thread_id, "TEXT_MESSAGE_START", run_id)}
        contents = self.events(thread_id, "TEXT_MESSAGE_CONTENT", run_id)
        return "\n".join(event["delta"] for event in contents if roles[event["messageId"]] == "assistant")

    async def decide(self, card: dict[str, Any], decision: str, **more: Any) -> dict[str, Any]:
        return await self.emit("approval.decide", id=card["id"], decision=decision, seal=card["seal"], **more)

    async def _event(self, data: dict[str, Any]) -> None:
        async with self._arrived:
            self._keep(data["thread_id"], data)
            self._arrived.notify_all()

    async def _progress(self, data: dict[str, Any]) -> None:
        async with self._arrived:
            self.progress.append(data)
            self._arrived.notify_all()

    async def _live(self, data: dict[str, Any]) -> None:
        async with self._arrived:
            self.live.append(data)
            self._arrived.notify_all()

    def _keeper(self, kind: str) -> Any:
        async def keep(data: dict[str, Any]) -> None:
            async with self._arrived:
                self.news.append((kind, data))
                self._arrived.notify_all()

        return keep

    def _keep(self, thread_id: str, entry: dict[str, Any]) -> None:
        """As the protocol asks of clients: drop what is there already, and never accept a gap."""
        kept = self.entries.setdefault(thread_id, [])
        last = kept[-1]["seq"] if kept else 0
        if entry["seq"] > last:
            assert entry["seq"] == last + 1, f"a gap between {last} and {entry['seq']}"
            kept.append(entry)
