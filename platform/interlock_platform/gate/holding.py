"""Servers of the older protocol ask while the call is under way: the process that has the call waits with them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar
from uuid import UUID, uuid4

from interlock_handlers.elicitation import CANCELLED, Ask, Elicitation, ElicitationAnswer
from interlock_handlers.sampling import Sample, Sampled, SamplingRefused, SamplingRequest
from interlock_platform.database import Database
from interlock_platform.features.store import features_of
from interlock_platform.gate import store
from interlock_platform.gate.inputs import MOST_ROUNDS, Inputs, answer_of, asked_by_server, run_is_over
from interlock_platform.gate.ledger import Ledger
from interlock_platform.gate.written import is_review_of, is_settled, outcome
from interlock_platform.http.problems import DATABASE_AWAY
from interlock_platform.runs import store as runs
from interlock_platform.runs.bell import Bell
from interlock_platform.runs.store import THREAD_CHANNEL
from interlock_platform.tables.ledger import Call
from interlock_platform.tools.service import UserKey

logger = logging.getLogger(__name__)

T = TypeVar("T")
AWAY_SECONDS = 0.5
LOOK_SECONDS = 5.0
"""How long to wait for a ring before looking anyway."""


class Holding:
    """Puts such questions into the ledger, and waits for the answer, in whichever process it is given."""

    def __init__(self, database: Database, ledger: Ledger, inputs: Inputs, bell: Bell) -> None:
        self._database = database
        self._ledger = ledger
        self._inputs = inputs
        self._bell = bell

    def asking_about(self, key: UserKey, call: Call) -> Ask:
        """How the server of this call asks its user."""

        async def ask(elicitation: Elicitation) -> ElicitationAnswer:
            child_id = uuid4()
            if not await insist(lambda: self._put(key, call, child_id, elicitation), call):
                return CANCELLED
            try:
                return await self._answer(key, call, child_id)
            finally:
                await asyncio.shield(insist(lambda: self._go_on(key, call, child_id), call))

        return ask

    def writing_for(self, key: UserKey, call: Call) -> Sample:
        """How the server of this call has its user's model write something."""

        async def sample(request: SamplingRequest) -> Sampled:
            child_id = uuid4()
            refusal = await insist(lambda: self._put_sampling(key, call, child_id, request), call)
            if refusal is not None:
                raise SamplingRefused(refusal)
            try:
                written = await self._written(key, call, child_id)
            finally:
                await asyncio.shield(insist(lambda: self._go_on(key, call, child_id), call))
            if isinstance(written, str):
                raise SamplingRefused(written)
            return written

        return sample

    async def _put_sampling(self, key: UserKey, call: Call, child_id: UUID, request: SamplingRequest) -> str | None:
        """Enters it, or says why not."""
        async with self._database.transaction(key.scope) as session:
            thread = await runs.hold(session, call.thread_id)
            whole = await store.find(session, call.id)
            if thread is None or whole is None or await run_is_over(session, call):
                return "The run is over."
            if await store.row(session, child_id) is not None:
                # Only the answer to the commit was lost.
                return None
            refusal = await self._inputs.samplings.refusal(session, whole.call, [request])
            if refusal is not None:
                return refusal
            if whole.call.state == "started":
                kept = {"round": 0, **(whole.call.input or {}), "held": True}
                await self._ledger.move(
                    session, thread, call.id, ("started",), "input_required", actor=None, input=kept
                )
            await self._inputs.samplings.put(session, thread, whole.call, request, call_id=child_id)
            await self._ledger.go_on(session, thread)
        return None

    async def _written(self, key: UserKey, call: Call, child_id: UUID) -> Sampled | str:
        with self._bell.reader(THREAD_CHANNEL) as rings:
            while True:
                children = await insist(lambda: self._children(key, call), call)
                child = next((each for each in children if each.id == child_id), None)
                if child is None or is_settled(child, children):
                    return outcome(child, children) if child else "The chat is gone."
                await self._ring_about(call.thread_id, rings)

    async def _children(self, key: UserKey, call: Call) -> Sequence[Call]:
        async with self._database.transaction(key.scope) as session:
            return await store.children(session, call.id)

    async def _put(self, key: UserKey, call: Call, child_id: UUID, elicitation: Elicitation) -> bool:
        async with self._database.transaction(key.scope) as session:
            thread = await runs.hold(session, call.thread_id)
            whole = await store.find(session, call.id)
            if thread is None or whole is None or await run_is_over(session, call):
                return False
            if await store.row(session, child_id) is not None:
                # Only the answer to the commit was lost.
                return True
            if elicitation.mode == "url" and not (await features_of(session)).url_questions:
                return False
            if whole.call.state == "started":
                kept = {"held": True, "round": (whole.call.input or {}).get("round", 0) + 1}
                if kept["round"] > MOST_ROUNDS:
                    return False
                await self._ledger.move(
                    session, thread, call.id, ("started",), "input_required", actor=None, input=kept
                )
            await self._inputs.put(session, thread, whole.call, asked_by_server(elicitation), call_id=child_id)
            await self._ledger.go_on(session, thread)
        return True

    async def _answer(self, key: UserKey, call: Call, child_id: UUID) -> ElicitationAnswer:
        with self._bell.reader(THREAD_CHANNEL) as rings:
            while True:
                child = await insist(lambda: self._child(key, child_id), call)
                if child is None or child.state != "proposed":
                    return answer_of(child) if child else CANCELLED
                await self._ring_about(call.thread_id, rings)

    async def _child(self, key: UserKey, child_id: UUID) -> Call | None:
        async with self._database.transaction(key.scope) as session:
            return await store.row(session, child_id)

    @staticmethod
    async def _ring_about(thread_id: UUID, rings: asyncio.Queue[tuple[str, str | None]]) -> None:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                while (rung := (await rings.get())[1]) is not None and str(thread_id) not in rung:
                    pass
        except TimeoutError:
            return

    async def _go_on(self, key: UserKey, call: Call, child_id: UUID) -> None:
        """The server has its answer, or wants none any more."""
        async with self._database.transaction(key.scope) as session:
            thread = await runs.hold(session, call.thread_id)
            if thread is None:
                return
            for child in await store.children(session, call.id):
                if child.id == child_id or is_review_of(child, child_id):
                    await self._ledger.withdraw(session, thread, child.id)
            if not any(child.state in store.OPEN for child in await store.children(session, call.id)):
                await self._ledger.move(session, thread, call.id, ("input_required",), "started", actor=None)


async def insist(work: Callable[[], Awaitable[T]], call: Call) -> T:
    """Does it, however long Postgres is away: the server waits for what nobody else can tell it."""
    while True:
        try:
            return await work()
        except DATABASE_AWAY as error:
            logger.warning("A question of call %s waits for Postgres: %s", call.id, error)
            await asyncio.sleep(AWAY_SECONDS)
