"""What servers want before a call goes on: questions, sign-ins and texts wait as calls do, in the same ledger."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from interlock_handlers.elicitation import CANCELLED, DECLINED, Elicitation, ElicitationAnswer, InputRequired
from interlock_handlers.sampling import Sampled
from interlock_handlers.server_errors import LoginRequired
from interlock_platform.features.store import features_of
from interlock_platform.gate import store
from interlock_platform.gate.ledger import Ledger
from interlock_platform.gate.samplings import Samplings
from interlock_platform.gate.seal import canonical, seal
from interlock_platform.gate.store import Whole
from interlock_platform.gate.written import outcome
from interlock_platform.policy.terms import Terms
from interlock_platform.runs import store as runs
from interlock_platform.tables.conversation import Thread
from interlock_platform.tables.ledger import Call

MOST_ROUNDS = 4
"""How often a server may ask in one call."""
MOST_LOGINS = 3
"""How often a person is asked to sign in for one call."""
INPUT_ENDED = "input_ended"
SAMPLING_REFUSED = "sampling_refused"


class CannotGoOn(Exception):
    """A call whose server can't be given what it wants."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.wire = {"code": code, "message": message}


@dataclass(frozen=True)
class Asked:
    """What one row is about, as a card shows it."""

    kind: Literal["elicitation", "login", "sampling_answer"]
    message: str = ""
    mode: Literal["form", "url"] | None = None
    schema: dict[str, Any] | None = None
    url: str | None = None
    written: dict[str, str] | None = None

    def wire(self) -> dict[str, Any]:
        if self.written is not None:
            return self.written
        return {"mode": self.mode, "message": self.message, "schema": self.schema, "url": self.url}


def asked_by_server(elicitation: Elicitation) -> Asked:
    return Asked("elicitation", elicitation.message, elicitation.mode, elicitation.schema, elicitation.url)


async def permitted(session: AsyncSession, asked: InputRequired) -> InputRequired:
    """Without the addresses to visit, where the organisation lets servers ask for none: those are declined."""
    refused = {each.key for each in asked.requests if each.mode == "url"}
    if not refused or (await features_of(session)).url_questions:
        return asked
    kept = tuple(each for each in asked.requests if each.key not in refused)
    return replace(asked, requests=kept, declined=(*asked.declined, *sorted(refused)))


class Inputs:
    """Enters questions below the calls that they hold up, and reads the answers."""

    def __init__(self, ledger: Ledger, samplings: Samplings, approval_minutes: int) -> None:
        self.samplings = samplings
        self._ledger = ledger
        self._approval_minutes = approval_minutes

    async def require(self, session: AsyncSession, thread: Thread, whole: Whole, asked: InputRequired) -> Whole | None:
        """The call stops until the requests are answered; its server keeps nothing, so any process goes on with it."""
        call, asked = whole.call, await permitted(session, asked)
        round_number = (call.input or {}).get("round", 0) + bool(asked.requests or asked.declined)
        if round_number > MOST_ROUNDS:
            message = f"The server asked for input more than {MOST_ROUNDS} times in one call."
            return await self._fail(session, thread, call, "too_many_rounds", message)
        if await run_is_over(session, call):
            message = "The run ended before the server's question could be answered, so the call did not go on."
            return await self._fail(session, thread, call, INPUT_ENDED, message)
        refusal = await self.samplings.refusal(session, call, asked.samplings.values()) if asked.samplings else None
        if refusal is not None:
            return await self._fail(session, thread, call, SAMPLING_REFUSED, not_written(refusal))
        children = {
            each.key: await self.put(session, thread, call, asked_by_server(each), position=position)
            for position, each in enumerate(asked.requests)
        }
        for position, (key, wanted) in enumerate(asked.samplings.items(), len(children)):
            children[key] = await self.samplings.put(session, thread, call, wanted, position=position)
        kept = {
            "round": round_number,
            "held": False,
            "state": asked.request_state,
            "told": asked.told,
            "declined": list(asked.declined),
            "asked": {key: str(child.call.id) for key, child in children.items()},
        }
        stopped = await self._ledger.move(
            session, thread, call.id, ("started",), "input_required", actor=None, input=kept
        )
        if stopped is not None:
            open_yet = any(child.call.state in store.OPEN for child in children.values())
            await (self._ledger.go_on(session, thread) if open_yet else self._ledger.execute(session, thread, call.id))
        return stopped

    async def require_login(self, session: AsyncSession, thread: Thread, whole: Whole, server: str) -> bool:
        """The call waits for its user to sign in to the server, which ran nothing of it; False if that was declined,
        or has been tried often enough."""
        call = whole.call
        before = [each for each in await store.children(session, call.id) if each.kind == "login"]
        if login_declined(before) or len(before) >= MOST_LOGINS or await run_is_over(session, call):
            return False
        if not any(each.state == "proposed" for each in before):
            await self.put(session, thread, call, Asked("login", f"Sign in to {server} to go on."))
        if call.state == "started":
            kept = {**(call.input or {}), "held": False}
            await self._ledger.move(session, thread, call.id, ("started",), "input_required", actor=None, input=kept)
        await self._ledger.go_on(session, thread)
        return True

    async def put(
        self,
        session: AsyncSession,
        thread: Thread,
        parent: Call,
        asked: Asked,
        *,
        position: int = 0,
        call_id: UUID | None = None,
    ) -> Whole:
        """Enters what is asked as a row of its own, sealed; only who requested the call answers it."""
        call_id, written = call_id or uuid4(), canonical(asked.wire())
        siblings = await store.of_run(session, thread.id, parent.run_id)
        same = [each for each in siblings if (each.tool_call_id, each.kind) == (parent.tool_call_id, asked.kind)]
        assert thread.tenant_id is not None, "the database fills it in"
        row = Call(
            id=call_id,
            thread_id=thread.id,
            run_id=parent.run_id,
            user_id=parent.user_id,
            tool_call_id=parent.tool_call_id,
            kind=asked.kind,
            generation=len(same),
            parent_id=parent.id,
            position=position,
            name=parent.name,
            server_id=parent.server_id,
            tool=parent.tool,
            definition_hash=parent.definition_hash,
            arguments=written,
            seal=seal(
                tenant_id=thread.tenant_id,
                requester_id=parent.user_id,
                thread_id=thread.id,
                call_id=call_id,
                server_id=parent.server_id,
                definition_hash=parent.definition_hash,
                arguments=written,
                policy_version=parent.policy_version,
            ),
            policy_version=parent.policy_version,
            connection=parent.connection,
            unattended=parent.unattended,
            verdict="ask",
            trace=[],
            terms=Terms(refused="answers to servers").wire(),
            state="proposed",
            expires_at=await store.now(session) + timedelta(minutes=self._approval_minutes),
        )
        return await self._ledger.enter(session, thread, row)

    async def _fail(self, session: AsyncSession, thread: Thread, call: Call, code: str, message: str) -> Whole | None:
        return await self._ledger.move(
            session, thread, call.id, ("started",), "failed",
            actor=None, error={"code": code, "message": message}, ended_at=func.now(),
        )  # fmt: skip


def answer_of(child: Call) -> ElicitationAnswer:
    """What the server is told of a question that waits no longer."""
    match child.state:
        case "answered":
            return ElicitationAnswer("accept", (child.result or {}).get("structured"))
        case "rejected":
            return DECLINED
        case _:
            return CANCELLED


def responses(call: Call, children: Sequence[Call]) -> dict[str, ElicitationAnswer | Sampled]:
    """The answers to the latest round, by the server's own names for its requests. Raises CannotGoOn."""
    kept = call.input or {}
    if any(each.kind == "login" and each.state not in ("proposed", "answered") for each in children):
        raise CannotGoOn(LoginRequired.code, "Nobody signed in to the server, so the call did not go on.")
    by_id = {str(child.id): child for child in children}
    given: dict[str, ElicitationAnswer | Sampled] = dict.fromkeys(kept.get("declined", ()), DECLINED)
    for key, child_id in kept.get("asked", {}).items():
        child = by_id[child_id]
        answer = outcome(child, children) if child.kind == "sampling" else answer_of(child)
        if isinstance(answer, str):
            # Today's protocol has no words for "it was not written".
            raise CannotGoOn(SAMPLING_REFUSED, not_written(answer))
        given[key] = answer
    if not kept.get("told", True) and any(answer in (DECLINED, CANCELLED) for answer in given.values()):
        message = "What the server wanted to have visited first was declined, so the call did not go on."
        raise CannotGoOn("input_declined", message)
    return given


def not_written(why: str) -> str:
    return f"The server wanted your model to write something, and it did not: {why}"


def login_declined(children: Sequence[Call]) -> bool:
    """Whether the user would not sign in, or did not in time."""
    return any(each.kind == "login" and each.state not in ("proposed", "answered") for each in children)


async def run_is_over(session: AsyncSession, call: Call) -> bool:
    """Whether nobody waits for the call's result any more."""
    run = await runs.run_of(session, call.thread_id, call.run_id)
    return run is None or run.state not in runs.OPEN_STATES or run.cancelled_at is not None
