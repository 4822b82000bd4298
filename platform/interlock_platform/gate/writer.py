"""Has users' models write what servers asked for: each thing once, and only while everything that allowed it holds."""

import asyncio
import json
import logging
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_graphs.model import ModelFailed
from interlock_handlers.blocks import Block, MediaBlock, OmittedBlock, TextBlock
from interlock_handlers.llm import LLMHandler
from interlock_handlers.registry import Registry
from interlock_handlers.sampling import Sampled, SamplingMessage, SamplingRequest
from interlock_platform import faults
from interlock_platform.database import Database, Scope
from interlock_platform.errors import Problem
from interlock_platform.gate import store
from interlock_platform.gate.artifacts.store import of_call
from interlock_platform.gate.executor import StillUnderWay
from interlock_platform.gate.holding import insist
from interlock_platform.gate.inputs import Asked, Inputs
from interlock_platform.gate.last_look import last_look_at_sampling
from interlock_platform.gate.proposer import Proposer
from interlock_platform.gate.stopping import Stopping
from interlock_platform.gate.store import CallState
from interlock_platform.gate.under_way import UnderWay
from interlock_platform.gate.written import stored
from interlock_platform.limits.budgets import Amounts, Budgets
from interlock_platform.runs import store as runs
from interlock_platform.runs.recovery import process_lives
from interlock_platform.tables.conversation import Thread
from interlock_platform.tables.ledger import Call
from interlock_platform.tools.service import UserKey

logger = logging.getLogger(__name__)

LOST = {
    "code": "model_lost",
    "message": "Interlock was stopped while the model wrote. It is not asked a second time by itself.",
}
STOPPED = {"code": "stopped", "message": "The run was stopped while the model wrote."}


class Writer:
    """The only code that asks a model for a server."""

    def __init__(
        self,
        database: Database,
        proposer: Proposer,
        inputs: Inputs,
        models: Registry[UserKey, LLMHandler],
        stopping: Stopping,
        budgets: Budgets,
        *,
        model: str,
        name: str,
    ) -> None:
        """`model` is what servers are told as the model's name; `name` says which process this is, in the rows."""
        self._database = database
        self._proposer = proposer
        self._ledger = proposer.ledger
        self._inputs = inputs
        self._models = models
        self._stopping = stopping
        self._budgets = budgets
        self._model = model
        self._name = name
        self._under_way = UnderWay()

    async def write(self, tenant_id: UUID, call_id: UUID) -> None:
        """Has it written if it is approved, and enters what was written. A job that is cancelled is joined later."""
        await self._under_way.join(call_id, lambda: self._write(tenant_id, call_id))

    async def aclose(self) -> None:
        """Breaks off what is still under way."""
        await self._under_way.aclose()

    async def _write(self, tenant_id: UUID, call_id: UUID) -> None:
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            call = await store.row(session, call_id)
            if call is None or call.state not in ("approved", "started"):
                return
            begun, ours = call.state == "started", call.executor == self._name
            if begun and not ours and await process_lives(session, call.executor or ""):
                raise StillUnderWay
        key = UserKey(tenant_id, call.user_id)
        if begun:
            await insist(lambda: self._settle(key, call, LOST), call)
            return
        with self._stopping.watching(tenant_id, call_id):
            request = await self._start(key, call_id)
            if request is not None:
                written = await self._asked(key, call, request)
                await insist(lambda: self._settle(key, call, written), call)

    async def _start(self, key: UserKey, call_id: UUID) -> SamplingRequest | None:
        """The last look, and the commit of `started`; None if the model must not be asked."""
        async with self._database.transaction(key.scope, "start") as session:
            seen = await store.row(session, call_id)
            thread = await runs.hold(session, seen.thread_id) if seen is not None else None
            whole = await store.find(session, call_id)
            if thread is None or whole is None:
                return None
            call = whole.call
            why = await last_look_at_sampling(session, whole, key, self._proposer)
            if why is None and not await _is_wanted(session, call):
                why = "The server went on without it."
            if why is not None:
                await self._ledger.move(
                    session, thread, call_id, ("approved",), "void",
                    actor=None, reason=why, error={"code": "void", "message": why}, ended_at=func.now(),
                )  # fmt: skip
                return None
            started = await self._ledger.move(
                session, thread, call_id, ("approved",), "started",
                actor=None, presented_seal=call.seal, executor=self._name,
                attempt=col(Call.attempt) + 1, started_at=func.now(),
            )  # fmt: skip
            return await request_of(session, started.call) if started is not None else None

    async def _asked(self, key: UserKey, call: Call, request: SamplingRequest) -> Sampled | dict[str, str]:
        """What the model writes, or the error that it came to."""
        try:
            about = _about(request)
            await self._budgets.reserve(key.tenant_id, key.user_id, call.thread_id, call.id, about)
        except Problem as problem:
            return {"code": problem.code, "message": problem.message}
        stop = self._stopping.of(call.id)
        handler = await self._models.get(key)
        faults.reach("model.before_send")
        asking = asyncio.create_task(handler.write(request, self._model))
        stop.task = asking
        try:
            written = await asking
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not stop.asked or task is None or task.cancelling():
                asking.cancel()
                raise
            return STOPPED
        except ModelFailed as failed:
            return {"code": failed.code, "message": failed.message}
        faults.reach("model.answered")
        return written

    async def _settle(self, key: UserKey, call: Call, written: Sampled | dict[str, str]) -> None:
        """Enters what came of it; where a person allowed it, what was written waits for that person's look."""
        async with self._database.transaction(key.scope, "settle") as session:
            thread = await runs.hold(session, call.thread_id)
            if thread is None:
                return
            if isinstance(written, dict):
                await self._end(session, thread, call, "failed", error=written)
                return
            used = Amounts(written.input_tokens, written.output_tokens)
            await self._budgets.settle_writing(session, key.tenant_id, key.user_id, thread.id, call.id, used)
            parent = await store.row(session, call.parent_id) if call.parent_id else None
            if call.verdict == "ask" and parent is not None and await _is_wanted(session, call):
                said = Asked("sampling_answer", written={"of": str(call.id), "text": written.text})
                await self._inputs.put(session, thread, parent, said, position=call.position)
                await self._ledger.go_on(session, thread)
            await self._end(session, thread, call, "succeeded", result=stored(written))

    async def _end(self, session: AsyncSession, thread: Thread, call: Call, state: CallState, **values: Any) -> None:
        moved = await self._ledger.move(
            session, thread, call.id, ("started",), state, actor=None, ended_at=func.now(), **values
        )
        if moved is None:
            logger.error("What a server wanted written (%s) was moved by somebody else; it was %s", call.id, state)


async def request_of(session: AsyncSession, call: Call) -> SamplingRequest:
    """The request as its row has it, with the images and sounds that are kept with that row and no other."""
    arguments = json.loads(call.arguments)
    media = {str(each.id): each for each in await of_call(session, call.id)}

    def block(part: dict[str, str]) -> Block:
        if part["kind"] == "text":
            return TextBlock(part["text"])
        found = media.get(part.get("id", ""))
        if found is None:
            return OmittedBlock(part.get("note", "It is not there."))
        return MediaBlock("image" if part["kind"] == "image" else "audio", found.mime_type, found.data)

    return SamplingRequest(
        messages=tuple(
            SamplingMessage(each["role"], tuple(block(part) for part in each["content"]))
            for each in arguments["messages"]
        ),
        system=arguments["system"],
        max_tokens=arguments["max_tokens"],
        temperature=None,
        stop_sequences=tuple(arguments["stop_sequences"]),
    )


def _about(request: SamplingRequest) -> Amounts:
    """What it will take, about: four characters a token, and all that it may write."""
    texts = [block.text for message in request.messages for block in message.blocks if block.kind == "text"]
    return Amounts((sum(map(len, texts)) + len(request.system or "")) // 4, request.max_tokens)


async def _is_wanted(session: AsyncSession, call: Call) -> bool:
    """Whether the call that it belongs to still waits for it."""
    parent = await store.row(session, call.parent_id) if call.parent_id else None
    return parent is not None and parent.state == "input_required"
