"""Runs over plain HTTP, for programs: say something, read what came of it, stop it."""

import asyncio
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from interlock_platform.chat.service import Chat
from interlock_platform.errors import Problem
from interlock_platform.http.authentication import SignedIn
from interlock_platform.identity.store import SESSION_CHANNEL
from interlock_platform.principal import Principal
from interlock_platform.runs.bell import Bell
from interlock_platform.runs.store import THREAD_CHANNEL

MOST_WAIT_SECONDS = 30


class NewRun(BaseModel):
    """The same `run_id` again is the same run: what was not answered can be sent again."""

    model_config = ConfigDict(extra="forbid")
    text: str
    run_id: UUID = Field(default_factory=uuid4)


def run_routes(chat: Chat, bell: Bell) -> APIRouter:
    router = APIRouter(prefix="/api/threads/{thread_id}", tags=["chat"])

    @router.post("/runs", status_code=202)
    async def start(who: SignedIn, thread_id: UUID, new: NewRun) -> dict[str, Any]:
        seq = await chat.start_run(who, thread_id, new.run_id, new.text)
        return {"run_id": str(new.run_id), "seq": seq}

    @router.post("/runs/{run_id}/cancel", status_code=204)
    async def cancel(who: SignedIn, thread_id: UUID, run_id: UUID) -> Response:
        await chat.cancel_run(who, thread_id, run_id)
        return Response(status_code=204)

    @router.get("/events")
    async def events(
        who: SignedIn,
        thread_id: UUID,
        after: Annotated[int, Query(ge=0)] = 0,
        wait: Annotated[int, Query(ge=0, le=MOST_WAIT_SECONDS, description="Seconds to wait for the first one.")] = 0,
    ) -> dict[str, Any]:
        return await _events(chat, bell, who, thread_id, after, wait)

    return router


async def _events(chat: Chat, bell: Bell, who: Principal, thread_id: UUID, after: int, wait: int) -> dict[str, Any]:
    """What the thread's log has after a number; where it has nothing yet, for so many seconds what comes first."""
    with bell.reader(THREAD_CHANNEL, SESSION_CHANNEL) as rings:
        seq, entries = await chat.open_thread(who, thread_id, after)
        try:
            async with asyncio.timeout(wait):
                while not entries and wait:
                    channel, rung = await rings.get()
                    if channel == SESSION_CHANNEL and rung == str(who.session_id):
                        raise Problem("unauthenticated", 401, "This session, key or token has ended meanwhile.")
                    if rung is None or str(thread_id) in rung:
                        seq, entries = await chat.open_thread(who, thread_id, after)
        except TimeoutError:
            pass
    state = await chat.state(who, thread_id)
    return {"seq": seq, "state": state, "events": [entry.wire() for entry in entries]}
