"""The AG-UI door over HTTP: server-sent events."""

import json
from collections.abc import AsyncIterator

from ag_ui.core import RunAgentInput
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from interlock_platform.chat.stream import ChatStream, Followed
from interlock_platform.http.authentication import SignedIn


def stream_routes(stream: ChatStream) -> APIRouter:
    router = APIRouter(tags=["chat"])

    @router.post("/api/chat/stream", response_class=StreamingResponse)
    async def chat_stream(who: SignedIn, asked: RunAgentInput) -> StreamingResponse:
        """AG-UI: RunAgentInput in, events out; `resume` carries decisions."""
        followed = await stream.begin(who, asked)
        return StreamingResponse(_lines(followed), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    return router


async def _lines(followed: Followed) -> AsyncIterator[str]:
    async for event in followed.events():
        yield f"data: {json.dumps(event)}\n\n" if event is not None else ": still here\n\n"
