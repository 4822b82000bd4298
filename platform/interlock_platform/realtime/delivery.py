"""From the bell to the browsers: what was rung is read from Postgres and sent to those who look at it here."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any
from uuid import UUID

import socketio

from interlock_platform.database import Database, Scope
from interlock_platform.http.problems import DATABASE_AWAY
from interlock_platform.realtime.presence import Presence
from interlock_platform.realtime.sockets import thread_room, user_room
from interlock_platform.runs import log
from interlock_platform.runs.bell import Bell
from interlock_platform.runs.live import LIVE_CHANNEL, LiveProgress, LiveText, LiveTexts
from interlock_platform.runs.store import EVERYBODY, THREAD_CHANNEL, USER_CHANNEL

logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS = 0.1, 2.0
"""Between attempts while Postgres is away."""

News = Callable[[UUID, UUID, str], Awaitable[tuple[str, dict[str, Any]] | None]]
"""(tenant, user, id) -> the event to send to that user, and what it carries; None if there is nothing to tell."""


class Delivery:
    """One per process; `live` knows what is being written now."""

    def __init__(self, database: Database, server: socketio.AsyncServer, bell: Bell, presence: Presence) -> None:
        self._database = database
        self._server = server
        self._bell = bell
        self._presence = presence
        self._sent: dict[UUID, int] = {}
        self._tenants: dict[UUID, UUID] = {}
        self._news: dict[str, News] = {}
        self._following: set[asyncio.Task[None]] = set()
        self.live = LiveTexts()

    def on(self, kind: str, news: News) -> None:
        """What to send when `kind:id` is rung for a user, or for all of a tenant: then it is asked for each of them."""
        self._news[kind] = news

    def follow(self, sid: str, tenant_id: UUID, thread_id: UUID, seq: int, live: dict[str, str] | None) -> None:
        """Sends this socket what comes after `seq` and after the live text that it was told, once it was told that.

        To be called last before the acknowledgement, without waiting for anything in between: a task begins only
        when that is on its way, so no event overtakes the answer that it follows on.
        """
        task = asyncio.create_task(self._guarded(partial(self._follow, sid, tenant_id, thread_id, seq, live)))
        self._following.add(task)
        task.add_done_callback(self._following.discard)

    async def _follow(self, sid: str, tenant_id: UUID, thread_id: UUID, seq: int, told: dict[str, str] | None) -> None:
        await self._server.enter_room(sid, thread_room(thread_id))
        live = self.live.now(thread_id)
        if live is not None and live != told:
            offset = len(told["text"]) if told and told["message_id"] == live["message_id"] else 0
            piece = LiveText(str(thread_id), live["run_id"], live["message_id"], offset, live["text"][offset:])
            await self._server.emit("live", piece.wire(), to=sid)
        # The log is read again from there: nothing falls between the answer and the room.
        self._tenants[thread_id] = tenant_id
        self._sent[thread_id] = min(seq, self._sent.get(thread_id, seq))
        await self._send_new(tenant_id, thread_id)

    async def unfollow(self, sid: str, thread_id: UUID) -> None:
        await self._server.leave_room(sid, thread_room(thread_id))

    async def run(self) -> None:
        """Delivers until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._deliver_events())
            group.create_task(self._deliver_live())
            group.create_task(self._deliver_news())
            group.create_task(self._deliver_news_of_tenants())

    async def _deliver_events(self) -> None:
        async for rung in self._bell.listen(THREAD_CHANNEL):
            if rung is None:
                for thread_id in list(self._sent):
                    await self._guarded(partial(self._send_new, self._tenants[thread_id], thread_id))
                continue
            tenant, user, thread = (UUID(part) for part in rung.split(":"))
            if self._anybody_in(user_room(tenant, user)):
                await self._guarded(partial(self._tell, tenant, user, "thread", str(thread)))
            if self._anybody_in(thread_room(thread)):
                await self._guarded(partial(self._send_new, tenant, thread))
            else:
                self._forget(thread)

    async def _send_new(self, tenant_id: UUID, thread_id: UUID) -> None:
        if thread_id not in self._sent:
            return
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            entries = await log.read(session, thread_id, self._sent[thread_id])
        for entry in entries:
            if entry.event["type"] == "TEXT_MESSAGE_END":
                self.live.done(thread_id, entry.event["messageId"])
            elif entry.event["type"] in ("RUN_FINISHED", "RUN_ERROR"):
                self.live.done(thread_id)
            told = {"thread_id": str(thread_id), **entry.wire()}
            await self._server.emit("event", told, room=thread_room(thread_id))
            self._sent[thread_id] = entry.seq

    async def _deliver_live(self) -> None:
        async for rung in self._bell.listen(LIVE_CHANNEL):
            if rung is not None:
                piece = self.live.take(rung)
                room = thread_room(piece.thread_id)
                if isinstance(piece, LiveProgress):
                    await self._server.emit("progress", piece.wire(), room=room)
                else:
                    await self._server.emit("live", piece.wire(), room=room)

    async def _deliver_news(self) -> None:
        async for rung in self._bell.listen(USER_CHANNEL):
            if rung is not None:
                tenant, user, kind, about = rung.split(":", 3)
                if user != EVERYBODY and self._anybody_in(user_room(tenant, user)):
                    await self._guarded(partial(self._tell, UUID(tenant), UUID(user), kind, about))

    async def _deliver_news_of_tenants(self) -> None:
        """Apart from the others, whom a large tenant must not hold up; what is rung again meanwhile is told once."""
        with self._bell.reader(USER_CHANNEL) as reader:
            while True:
                rung = [await reader.get()]
                while not reader.empty():
                    rung.append(reader.get_nowait())
                for tenant, user, kind, about in (each.split(":", 3) for _, each in dict.fromkeys(rung) if each):
                    if user == EVERYBODY:
                        await self._tell_tenant(UUID(tenant), kind, about)

    async def _tell_tenant(self, tenant_id: UUID, kind: str, about: str) -> None:
        for user_id in self._presence.users_of(tenant_id):
            await self._guarded(partial(self._tell, tenant_id, user_id, kind, about))

    async def _tell(self, tenant_id: UUID, user_id: UUID, kind: str, about: str) -> None:
        news = self._news.get(kind)
        told = await news(tenant_id, user_id, about) if news else None
        if told is not None:
            event, body = told
            await self._server.emit(event, body, room=user_room(tenant_id, user_id))

    def _anybody_in(self, room: str) -> bool:
        return next(self._server.manager.get_participants("/", room), None) is not None

    def _forget(self, thread_id: UUID) -> None:
        self._sent.pop(thread_id, None)
        self._tenants.pop(thread_id, None)
        self.live.done(thread_id)

    @staticmethod
    async def _guarded(deliver: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Until it is delivered: what was last in a thread is followed by nothing that would bring it along."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                return await deliver()
            except DATABASE_AWAY as error:
                if pause == FIRST_PAUSE_SECONDS:
                    logger.warning("Nothing can be delivered at the moment: %s", error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LAST_PAUSE_SECONDS)
            except Exception:
                # What was not sent is still stored: the client sees the gap and opens the thread again.
                logger.exception("Something could not be delivered")
                return
