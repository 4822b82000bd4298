"""The conversation as the model reads it: a window of stored messages, every call with its result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from interlock_platform import faults
from interlock_platform.chat import store
from interlock_platform.database import Database
from interlock_platform.gate import store as ledger
from interlock_platform.gate.telling import head, told_to_model
from interlock_platform.runs.store import run_of
from interlock_platform.tables.conversation import Message
from interlock_platform.tables.ledger import Call
from interlock_platform.tools.service import UserKey

WINDOW_MESSAGES = 60
WINDOW_CHARACTERS = 60_000
RESULT_CHARACTERS = 4_000
"""As much of an earlier run's result as is worth repeating."""


@dataclass(frozen=True)
class StoredHistory:
    """What one run's model is told of what was said before."""

    database: Database
    key: UserKey
    thread_id: UUID
    run_id: UUID

    async def __call__(self) -> list[BaseMessage]:
        async with self.database.transaction(self.key.scope) as session:
            run = await run_of(session, self.thread_id, self.run_id)
            if run is None:
                return []
            rows = windowed(await store.messages_before(session, self.thread_id, run, WINDOW_MESSAGES))
            with_calls = [row.run_id for row in rows if row.more and row.more.get("tool_calls")]
            calls = await ledger.tools_of(session, self.thread_id, with_calls) if with_calls else []
            names = await ledger.names_in(session, calls)
        faults.reach("model.before_send")
        return as_messages(rows, calls, names)


def windowed(rows: Sequence[Message]) -> list[Message]:
    """As many of the latest messages as fit, beginning with something that a person said."""
    kept: list[Message] = []
    size = 0
    for row in reversed(rows):
        size += len(row.content)
        if kept and size > WINDOW_CHARACTERS:
            break
        kept.append(row)
    kept.reverse()
    first = next((at for at, row in enumerate(kept) if row.role == "user"), 0)
    return kept[first:]


def as_messages(rows: Sequence[Message], calls: Sequence[Call], names: Mapping[UUID, str]) -> list[BaseMessage]:
    """Every call of every message is followed by its result: providers refuse a history with open calls."""
    by_id = {(call.run_id, call.tool_call_id): call for call in calls}
    messages: list[BaseMessage] = []
    for row in rows:
        if row.role == "user":
            messages.append(HumanMessage(row.content))
            continue
        more = row.more or {}
        proposed = more.get("tool_calls", [])
        if not row.content and not proposed:
            continue
        messages.append(AIMessage(row.content, tool_calls=proposed))
        for each in proposed:
            call = by_id.get((row.run_id, each["id"]))
            said = told_to_model(call, names) if call else more["refused"].get(each["id"], "It did not run.")
            messages.append(ToolMessage(head(said, RESULT_CHARACTERS), tool_call_id=each["id"]))
    return messages
