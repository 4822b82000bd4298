"""Threads over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, StringConstraints

from interlock_platform.chat.service import MAX_TITLE, Chat
from interlock_platform.http.authentication import SignedIn
from interlock_platform.text import STORABLE

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TITLE), STORABLE]


class NewThread(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: Title | None = None


class ThreadChanges(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: Title


def chat_routes(chat: Chat) -> APIRouter:
    router = APIRouter(prefix="/api/threads", tags=["chat"])

    @router.get("")
    async def list_threads(
        who: SignedIn, q: Annotated[str, Query(max_length=200), STORABLE] = "", cursor: str | None = None
    ) -> dict[str, Any]:
        return await chat.list_threads(who, q, cursor)

    @router.post("", status_code=201)
    async def create_thread(who: SignedIn, new: NewThread) -> dict[str, Any]:
        return await chat.create_thread(who, new.title)

    @router.get("/{thread_id}")
    async def show_thread(who: SignedIn, thread_id: UUID) -> dict[str, Any]:
        return await chat.show_thread(who, thread_id)

    @router.patch("/{thread_id}")
    async def rename_thread(who: SignedIn, thread_id: UUID, changes: ThreadChanges) -> dict[str, Any]:
        return await chat.rename_thread(who, thread_id, changes.title)

    @router.delete("/{thread_id}", status_code=204)
    async def delete_thread(who: SignedIn, thread_id: UUID) -> None:
        await chat.delete_thread(who, thread_id)

    @router.get("/{thread_id}/messages")
    async def messages(who: SignedIn, thread_id: UUID) -> dict[str, Any]:
        return {"messages": await chat.messages(who, thread_id)}

    return router
