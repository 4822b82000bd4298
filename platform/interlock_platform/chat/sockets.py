"""The chat over Socket.IO."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from interlock_platform.chat.service import Chat
from interlock_platform.principal import Principal
from interlock_platform.realtime.delivery import Delivery
from interlock_platform.realtime.sockets import Sockets


class OfThread(BaseModel):
    model_config = ConfigDict(extra="forbid")
    thread_id: UUID


class ThreadOpen(OfThread):
    after: int = Field(default=0, ge=0)


class OfRun(OfThread):
    run_id: UUID


class RunStart(OfRun):
    text: str


class ChatSockets:
    """Registers the chat's events."""

    def __init__(self, sockets: Sockets, delivery: Delivery, chat: Chat) -> None:
        self._delivery = delivery
        self._chat = chat
        sockets.on("thread.open", ThreadOpen, self._open)
        sockets.on("thread.close", OfThread, self._close)
        sockets.on("run.start", RunStart, self._start)
        sockets.on("run.cancel", OfRun, self._cancel)
        sockets.on("run.retry", OfRun, self._retry)
        delivery.on("thread", self._thread_news)
        delivery.on("thread.deleted", self._deletion_news)

    async def _open(self, sid: str, who: Principal, asked: ThreadOpen) -> dict[str, Any]:
        seq, entries = await self._chat.open_thread(who, asked.thread_id, asked.after)
        live = self._delivery.live.now(asked.thread_id)
        self._delivery.follow(sid, who.tenant_id, asked.thread_id, seq, live)
        return {"seq": seq, "events": [entry.wire() for entry in entries], "live": live}

    async def _close(self, sid: str, who: Principal, asked: OfThread) -> dict[str, Any]:
        await self._delivery.unfollow(sid, asked.thread_id)
        return {}

    async def _start(self, sid: str, who: Principal, asked: RunStart) -> dict[str, Any]:
        seq = await self._chat.start_run(who, asked.thread_id, asked.run_id, asked.text)
        return {"run_id": str(asked.run_id), "seq": seq}

    async def _cancel(self, sid: str, who: Principal, asked: OfRun) -> dict[str, Any]:
        await self._chat.cancel_run(who, asked.thread_id, asked.run_id)
        return {}

    async def _retry(self, sid: str, who: Principal, asked: OfRun) -> dict[str, Any]:
        await self._chat.retry_run(who, asked.thread_id, asked.run_id)
        return {}

    async def _thread_news(self, tenant_id: UUID, user_id: UUID, about: str) -> tuple[str, dict[str, Any]] | None:
        overview = await self._chat.overview(tenant_id, user_id, UUID(about))
        return ("thread", overview) if overview else None

    async def _deletion_news(self, tenant_id: UUID, user_id: UUID, about: str) -> tuple[str, dict[str, Any]]:
        return "thread.deleted", {"id": about}
