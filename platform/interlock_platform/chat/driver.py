"""Drives a thread to rest: whatever is stored says what is to be done next, after a crash as on any day."""

import logging
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
from sqlalchemy.ext.asyncio import AsyncSession

from interlock_graphs.chat import ChatContext
from interlock_graphs.model import Delta, ModelFailed, Retrying
from interlock_handlers.llm import Finished, LLMHandler, Paused
from interlock_handlers.registry import Registry
from interlock_platform import faults
from interlock_platform.chat.ending import Ending
from interlock_platform.chat.history import StoredHistory
from interlock_platform.chat.metering import RunMeter
from interlock_platform.chat.prompt import system_prompt
from interlock_platform.chat.titles import Titles
from interlock_platform.database import Database, Scope
from interlock_platform.gate import store as ledger
from interlock_platform.gate.executor import StillUnderWay
from interlock_platform.gate.proposals import Proposals, RunGate
from interlock_platform.gate.waits import interrupts
from interlock_platform.http.problems import DATABASE_AWAY
from interlock_platform.identity.programs import store as programs
from interlock_platform.limits.estimates import used_by
from interlock_platform.rights import has
from interlock_platform.runs import store as runs
from interlock_platform.runs.live import LiveText, LiveWriter
from interlock_platform.runs.stops import RunStopped, Stops
from interlock_platform.tables.conversation import Run, Thread
from interlock_platform.tools import store as tooling
from interlock_platform.tools.recording import read_toolset
from interlock_platform.tools.service import UserKey
from interlock_platform.tools.switches.store import read_switches
from interlock_platform.tools.toolset import Toolset

logger = logging.getLogger(__name__)

POSTGRES_AWAY = (*DATABASE_AWAY, psycopg.OperationalError, psycopg.InterfaceError)
"""Then the job is tried again: nothing is wrong with the run."""
STOPPED = "The run was stopped."
NO_LONGER = "Whoever asked for it may no longer have work done here."
SUPERSEDED = "A newer message took its place."


@dataclass(frozen=True)
class Work:
    """A run that this worker has now."""

    key: UserKey
    thread_id: UUID
    run_id: UUID
    toolset: Toolset
    fresh: bool
    meter: RunMeter


class NoLongerOurs(Exception):
    """The run ended, or its thread was deleted, while this worker had it."""


@dataclass
class Said:
    """The message that is being written, as far as it got."""

    message_id: str = ""
    text: str = ""

    def add(self, delta: Delta) -> bool:
        """Whether a message begins with it."""
        begins = delta.message_id != self.message_id
        if begins:
            self.message_id, self.text = delta.message_id, ""
        self.text += delta.text
        return begins


class Driver:
    """One thread at a time per call; the queue sees to it that no thread is driven twice at once."""

    def __init__(
        self,
        database: Database,
        handlers: Registry[UserKey, LLMHandler],
        proposals: Proposals,
        ending: Ending,
        live: LiveWriter,
        stops: Stops,
        titles: Titles,
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._proposals = proposals
        self._ending = ending
        self._live = live
        self._stops = stops
        self._titles = titles

    async def drive(self, tenant_id: UUID, thread_id: UUID) -> None:
        """Advances the thread's open runs, oldest first, until none is left or people have to act."""
        while (work := await self._next(tenant_id, thread_id)) is not None:
            await self._advance(work)

    async def _next(self, tenant_id: UUID, thread_id: UUID) -> Work | None:
        async with self._database.transaction(Scope(tenant_id=tenant_id), "run.begin") as session:
            thread = await runs.hold(session, thread_id)
            waiting = await runs.open_runs(session, thread_id) if thread else []
            if thread is None or not waiting:
                return None
            run = waiting[0]
            if run.cancelled_at is not None:
                await self._ending.cancel(session, thread, run, *who_stopped(thread, run))
                return await self._begin(session, thread, waiting[1]) if waiting[1:] else None
            if run.state == "waiting" and await ledger.count_open(session, thread_id, run.id):
                if not waiting[1:] or not await self._supersede(session, thread, run):
                    await self._tell_of_waits(session, thread, run)
                    return None
                run = waiting[1]
            return await self._begin(session, thread, run)

    async def _supersede(self, session: AsyncSession, thread: Thread, run: Run) -> bool:
        """Closes a run that only waits for people, so that a newer message is answered; False if a tool still runs."""
        calls = await ledger.of_run(session, thread.id, run.id)
        if any(call.state in ledger.MOVING for call in calls):
            return False
        await self._ending.cancel(session, thread, run, thread.user_id, SUPERSEDED)
        return True

    async def _begin(self, session: AsyncSession, thread: Thread, run: Run) -> Work | None:
        """None where whoever asked for it, or the key that they did it with, may no longer have work done."""
        assert thread.tenant_id is not None, "the database fills it in"
        standing = await programs.standing(session, thread.user_id, run.key_id)
        if not standing.active or not has(standing.roles, "runs.start"):
            await self._ending.cancel(session, thread, run, None, NO_LONGER)
            return None
        fresh = run.state == "queued" and run.error is None
        if run.toolset_revision is None:
            run.toolset_revision = await tooling.latest_revision(session, thread.user_id)
        if not await runs.is_told_as_running(session, thread.id, run.id):
            runs.append(session, thread, run.id, "run_started")
        run.state, run.error = "running", None
        switches = await read_switches(session, thread.id)
        toolset = await read_toolset(session, thread.user_id, run.toolset_revision)
        toolset = toolset.in_thread(switches.off, switches.kept)
        if standing.scopes is not None and "tools.call" not in standing.scopes:
            toolset = toolset.none()
        key = UserKey(thread.tenant_id, thread.user_id)
        meter = RunMeter(self._proposals.budgets, key, thread.id, run.id)
        return Work(key, thread.id, run.id, toolset, fresh, meter)

    async def _advance(self, work: Work) -> None:
        try:
            await self._attempt(work, Said())
        except NoLongerOurs:
            logger.info("Run %s ended elsewhere", work.run_id)

    async def _attempt(self, work: Work, said: Said) -> None:
        try:
            async with self._stops.watching(work.key.scope, work.thread_id, work.run_id):
                await self._stream(work, said)
        except RunStopped:
            async with self._held(work, "cancel") as (session, thread, run):
                await self._keep_partial(work, session, thread, run, said.message_id, said.text)
                await self._ending.cancel(session, thread, run, *who_stopped(thread, run))
        except ModelFailed as failure:
            await self._fail(work, failure.code, failure.message, failure.message_id, failure.partial)
        except (NoLongerOurs, StillUnderWay, *POSTGRES_AWAY):
            raise
        except Exception:
            logger.exception("Run %s failed", work.run_id)
            await self._fail(work, "internal", "Something went wrong on our side.", said.message_id, said.text)

    async def _stream(self, work: Work, said: Said) -> None:
        handler = await self._handlers.get(work.key)
        handler.use_tools(work.toolset.key, work.toolset.definitions, work.toolset.kept)
        context = ChatContext(
            gate=RunGate(self._proposals, work.key, work.thread_id, work.run_id, work.toolset),
            history=StoredHistory(self._database, work.key, work.thread_id, work.run_id),
            system_prompt=system_prompt(),
            meter=work.meter,
        )
        thread_id, run_id = str(work.thread_id), str(work.run_id)
        advance = handler.advance(thread_id, run_id, work.toolset.key, context, fresh=work.fresh)
        async with aclosing(advance) as pieces:
            async for piece in pieces:
                match piece:
                    case Delta():
                        if said.add(piece):
                            faults.reach("model.first_piece")
                        await self._live.write(LiveText(thread_id, run_id, piece.message_id, piece.offset, piece.text))
                    case Retrying():
                        await self._tell_of_retry(work, piece)
                    case Paused():
                        await self._pause(work)
                    case Finished():
                        faults.reach("model.answered")
                        await self._finish(work, piece)

    async def _pause(self, work: Work) -> None:
        async with self._held(work, "pause") as (session, thread, run):
            run.state = "waiting"
            await self._tell_of_waits(session, thread, run)

    async def _tell_of_waits(self, session: AsyncSession, thread: Thread, run: Run) -> None:
        """Ends the run in the log with what people have to do; while its calls only run, it is told as running."""
        waits = await interrupts(session, thread.id, run.id, self._proposals.ledger)
        told = await runs.told_waits(session, thread.id, run.id)
        if not waits or (told is not None and told.issuperset(each["id"] for each in waits)):
            return
        if told is not None:
            # A server asks something for a call that was decided: the run has gone on, and waits again.
            runs.append(session, thread, run.id, "run_started")
        runs.append(session, thread, run.id, "run_finished", {"interrupts": waits})

    async def _finish(self, work: Work, finished: Finished) -> None:
        message = finished.message
        async with self._held(work, "finish") as (session, thread, run):
            if message.text:
                message_id = UUID(message.id)
                runs.say(session, thread, run.id, message_id=message_id, role="assistant", content=message.text)
            await self._proposals.budgets.settle_run(session, thread.user_id, run, used_by(message), UUID(message.id))
            await runs.keep_latest_checkpoint(session, thread.id)
            await self._ending.finish(session, thread, run)
            if message.text and thread.title_by == "words":
                await self._titles.ask_for(session, work.key.tenant_id, thread.id)

    async def _fail(self, work: Work, code: str, message: str, message_id: str, partial: str) -> None:
        async with self._held(work, "fail") as (session, thread, run):
            await self._keep_partial(work, session, thread, run, message_id, partial)
            await self._ending.fail(session, thread, run, {"code": code, "message": message})

    async def _tell_of_retry(self, work: Work, retrying: Retrying) -> None:
        told = {
            "attempt": retrying.attempt,
            "of": retrying.of,
            "wait_seconds": retrying.wait_seconds,
            "code": retrying.code,
        }
        async with self._held(work) as (session, thread, run):
            runs.append(session, thread, run.id, "model_retry", told)

    async def _keep_partial(
        self, work: Work, session: AsyncSession, thread: Thread, run: Run, message_id: str, text: str
    ) -> None:
        """Stores what was being written, unless that came to be a whole message that is stored."""
        chosen = UUID(message_id) if message_id else uuid4()
        if text and not await runs.has_message(session, thread.id, chosen):
            more: dict[str, Any] = {"incomplete": True}
            runs.say(session, thread, run.id, message_id=chosen, role="assistant", content=text, more=more)
            await self._proposals.budgets.settle_run(session, thread.user_id, run, work.meter.cut_off(text))

    @asynccontextmanager
    async def _held(self, work: Work, name: str = "") -> AsyncIterator[tuple[AsyncSession, Thread, Run]]:
        """The thread and the run, held for one transaction."""
        async with self._database.transaction(work.key.scope, name) as session:
            thread = await runs.hold(session, work.thread_id)
            run = await runs.run_of(session, work.thread_id, work.run_id)
            if thread is None or run is None or run.state != "running":
                raise NoLongerOurs
            yield session, thread, run


def who_stopped(thread: Thread, run: Run) -> tuple[UUID | None, str]:
    """What ended the run, and why: a rule that says so, or its person."""
    if run.error:
        return None, str(run.error["message"])
    return thread.user_id, STOPPED
