"""Threads over HTTP."""

from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator, model_validator

from interlock_platform.chat.service import Chat
from interlock_platform.chat.threads import MAX_TITLE, Changes, Threads
from interlock_platform.http.authentication import SignedIn
from interlock_platform.text import STORABLE

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TITLE), STORABLE]


class NewThread(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: Title | None = None


class ThreadChanges(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")
    title: Title | None = None
    pinned: bool | None = None
    archived: bool | None = None

    @field_validator("title", "pinned", "archived", mode="before")
    @classmethod
    def _is_said(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("must not be null: leave it out instead")
        return value

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("must have a title, pinned or archived")
        if self.pinned and self.archived:
            raise ValueError("can't be pinned and archived at once")
        return self

    def changes(self) -> Changes:
        return Changes(self.title, self.pinned, self.archived)


def chat_routes(chat: Chat, threads: Threads) -> APIRouter:
    router = APIRouter(prefix="/api/threads", tags=["chat"])

    @router.get("")
    async def list_threads(
        who: SignedIn,
        q: Annotated[str, Query(max_length=200), STORABLE] = "",
        archived: bool = False,
        cursor: str | None = None,
    ) -> dict[str, Any]:
        return await threads.page(who, q, archived=archived, cursor=cursor)

    @router.post("", status_code=201)
    async def create_thread(who: SignedIn, new: NewThread) -> dict[str, Any]:
        return await threads.create(who, new.title)

    @router.get("/{thread_id}")
    async def show_thread(who: SignedIn, thread_id: UUID) -> dict[str, Any]:
        return await threads.show(who, thread_id)

    @router.patch("/{thread_id}")
    async def change_thread(who: SignedIn, thread_id: UUID, changes: ThreadChanges) -> dict[str, Any]:
        return await threads.change(who, thread_id, changes.changes())

    @router.delete("/{thread_id}", status_code=204)
    async def delete_thread(who: SignedIn, thread_id: UUID) -> None:
        await threads.delete(who, thread_id)

    @router.post("/{thread_id}/restore")
    async def restore_thread(who: SignedIn, thread_id: UUID) -> dict[str, Any]:
        return await threads.restore(who, thread_id)

    @router.get("/{thread_id}/messages")
    async def messages(who: SignedIn, thread_id: UUID) -> dict[str, Any]:
        return {"messages": await chat.messages(who, thread_id)}

    return router
