"""The chat as AG-UI over HTTP: a run's input in, its events out. The same runs and the same log, by another door."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from ag_ui.core import ResumeEntry, RunAgentInput
from pydantic import TypeAdapter, ValidationError

from interlock_graphs import events
from interlock_platform.chat.service import Chat
from interlock_platform.doors import require_person
from interlock_platform.errors import FieldError, Problem
from interlock_platform.gate.decision import Decision, Reject
from interlock_platform.gate.decisions import Decisions
from interlock_platform.gate.inbox import Inbox
from interlock_platform.http.problems import invalid
from interlock_platform.identity.store import SESSION_CHANNEL
from interlock_platform.principal import Principal
from interlock_platform.runs.bell import Bell
from interlock_platform.runs.live import LIVE_CHANNEL, LiveText
from interlock_platform.runs.store import THREAD_CHANNEL

LOOK_SECONDS = 10.0
"""A client that hears nothing for so long is sent a comment, and the log is looked at without a ring."""

ENDS = ("RUN_FINISHED", "RUN_ERROR")

Wire = dict[str, Any]


class ChatStream:
    """Starts or resumes a run as its client asks, and follows it to where it rests."""

    def __init__(self, chat: Chat, inbox: Inbox, decisions: Decisions, bell: Bell) -> None:
        self._chat = chat
        self._inbox = inbox
        self._decisions = decisions
        self._bell = bell
        self._decision: TypeAdapter[Decision] = TypeAdapter(Decision)

    async def begin(self, who: Principal, asked: RunAgentInput) -> "Followed":
        """Stores what the client wants before anything is streamed. Raises Problem."""
        thread_id = _uuid(asked.thread_id, "/threadId")
        if asked.resume:
            require_person(who)
            after, _ = await self._chat.open_thread(who, thread_id, 0)
            run_id = await self._resume(who, asked.resume)
        else:
            run_id = _uuid(asked.run_id, "/runId")
            seq = await self._chat.start_run(who, thread_id, run_id, _text(asked))
            after = seq + 2
        return Followed(self._chat, self._bell, who, thread_id, run_id, asked.run_id, after)

    async def _resume(self, who: Principal, entries: list[ResumeEntry]) -> UUID:
        """Each entry is a decision on one call; returns the run that they belong to."""
        decided: list[tuple[UUID, Any]] = []
        for number, entry in enumerate(entries):
            call_id = _uuid(entry.interrupt_id, f"/resume/{number}/interruptId")
            shown = await self._inbox.show(who, call_id)
            if entry.status == "cancelled":
                decided.append((call_id, Reject(decision="reject", seal=shown["seal"], reason="Dismissed.")))
                continue
            try:
                decided.append((call_id, self._decision.validate_python(entry.payload)))
            except ValidationError as error:
                place = ("body", "resume", number, "payload")
                found = error.errors(include_input=False)
                raise invalid([{**each, "loc": (*place, *each["loc"])} for each in found]) from error
        run_ids = {(await self._decisions.decide(who, call_id, decision))["run_id"] for call_id, decision in decided}
        return UUID(run_ids.pop())


class Followed:
    """One run's events for one client, under the client's own name for this advance."""

    def __init__(
        self, chat: Chat, bell: Bell, who: Principal, thread_id: UUID, run_id: UUID, called: str, after: int
    ) -> None:
        self._chat = chat
        self._bell = bell
        self._who = who
        self._thread_id = thread_id
        self._run_id = run_id
        self._called = called
        self._after = after
        self._writing: dict[str, int] = {}
        """Messages begun here and not ended, and how many characters of them were sent."""

    async def events(self) -> AsyncIterator[Wire | None]:
        """From RUN_STARTED to RUN_FINISHED or RUN_ERROR; None now and then, so that a silent connection stays open."""
        yield events.run_started(str(self._thread_id), self._called, at=0)
        with self._bell.reader(THREAD_CHANNEL, LIVE_CHANNEL, SESSION_CHANNEL) as rings:
            channel, rung = THREAD_CHANNEL, None
            while True:
                if channel == SESSION_CHANNEL:
                    if rung == str(self._who.session_id):
                        return
                    found = []
                elif channel == LIVE_CHANNEL and rung is not None:
                    found = self._take(rung)
                elif rung is None or str(self._thread_id) in rung:
                    found = await self._look()
                else:
                    found = []
                for event in found:
                    yield event
                    if event["type"] in ENDS:
                        return
                try:
                    async with asyncio.timeout(LOOK_SECONDS):
                        channel, rung = await rings.get()
                except TimeoutError:
                    channel, rung = THREAD_CHANNEL, None
                    yield None

    def _take(self, rung: str) -> list[Wire]:
        """Text as it is written."""
        piece = LiveText(**json.loads(rung))
        if piece.run_id != str(self._run_id) or self._writing.get(piece.message_id, 0) != piece.offset:
            return []
        told = [] if piece.offset else [*self._close(), events.text_start(piece.message_id)]
        self._writing[piece.message_id] = piece.offset + len(piece.delta)
        return [*told, events.text_delta(piece.message_id, piece.delta)]

    async def _look(self) -> list[Wire]:
        """What the log has that this client was not told yet."""
        _, entries = await self._chat.open_thread(self._who, self._thread_id, self._after)
        told: list[Wire] = []
        for entry in entries:
            self._after = entry.seq
            if entry.run_id == self._run_id:
                told.extend(self._told(entry.event))
                if entry.event["type"] in ENDS:
                    return told
        if not told and (waits := await self._chat.rests_on(self._who, self._thread_id, self._run_id)):
            told.append(events.run_interrupted(str(self._thread_id), self._called, waits, at=0))
        return told

    def _told(self, event: Wire) -> list[Wire]:
        match event["type"]:
            case "RUN_STARTED":
                return []
            case "RUN_FINISHED":
                return [*self._close(), {**event, "runId": self._called}]
            case "RUN_ERROR":
                return [*self._close(), event]
            case "TEXT_MESSAGE_START" if event["messageId"] in self._writing:
                return []
            case "TEXT_MESSAGE_START":
                return [*self._close(), event]
            case "TEXT_MESSAGE_CONTENT" if (sent := self._writing.get(event["messageId"])) is not None:
                rest = event["delta"][sent:]
                return [{**event, "delta": rest}] if rest else []
            case "TEXT_MESSAGE_END":
                self._writing.pop(event["messageId"], None)
                return [event]
            case _:
                return [event]

    def _close(self) -> list[Wire]:
        """Ends messages that were begun and will not be stored: the provider was asked again."""
        ended = [events.text_end(message_id) for message_id in self._writing]
        self._writing.clear()
        return ended


def _uuid(value: str, pointer: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        error = FieldError(pointer, "Must be a UUID.")
        raise Problem("invalid", 422, "Some of what was sent is not valid.", errors=(error,)) from None


def _text(asked: RunAgentInput) -> str:
    """What the person said last; the messages before it are ours to know."""
    content = asked.messages[-1].content if asked.messages and asked.messages[-1].role == "user" else ""
    if isinstance(content, str):
        return content
    return "\n".join(part.text for part in content or [] if part.type == "text")
