"""Whatever people, time and the executor do to a call, in whatever order: it moves along the arrows that there are."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import func
from sqlmodel import col

from interlock_platform.errors import Problem
from interlock_platform.gate import store
from interlock_platform.gate.decision import Approve, Reject, Resolution, Respond
from interlock_platform.gate.store import CallState
from interlock_platform.tables.ledger import Call
from interlock_platform.tables.policy import Rule
from tests.conftest import Urls
from tests.platform.gate.desk import PEOPLE, Desk, open_desk

ARROWS: dict[CallState, set[CallState]] = {
    "proposed": {"proposed", "approved", "rejected", "answered", "expired", "cancelled"},
    "approved": {"started", "void", "failed", "cancelled"},
    "started": {"started", "succeeded", "failed", "unknown"},
    "unknown": {"confirmed_done", "confirmed_not_done"},
}
"""ARCHITECTURE.md, the life of a call; to itself: a call that changes and waits on, and one that is sent again."""
BOTH = {"roles": ["owner", "approver"], "users": [], "count": 2, "not_requester": True}
OTHERS = {"roles": ["approver"], "users": [], "count": 1, "not_requester": True}
POLICIES: dict[str, dict[str, Any]] = {
    "usual": {"verdict": "ask"},
    "two others": {"verdict": "ask", "approvers": BOTH, "grants": False},
    "escalates": {"verdict": "ask", "expiry": {"minutes": 5, "then": "escalate", "to": OTHERS, "extend": False}},
    "cancels": {"verdict": "ask", "expiry": {"minutes": 5, "then": "cancel", "to": None, "extend": True}},
    "denied": {"verdict": "deny"},
    "allowed": {"verdict": "allow"},
}
people = st.sampled_from(sorted(PEOPLE))
policies = st.sampled_from(sorted(POLICIES))


@dataclass(frozen=True)
class Snapshot:
    """A call and everything that is told of it, at one moment."""

    row: dict[str, Any]
    approvals: frozenset[tuple[UUID, str]]
    deeds: list[str]
    log: list[tuple[int, str]]
    last_seq: int

    @property
    def state(self) -> CallState:
        state: CallState = self.row["state"]
        return state


class LedgerMachine(RuleBasedStateMachine):
    """One desk; each call has a thread of its own, and a rule of that thread as its policy."""

    desk: Desk
    run: Callable[[Coroutine[Any, Any, Any]], Any]
    calls = Bundle("calls")

    @initialize(target=calls, policy=policies)
    def first(self, policy: str) -> UUID:
        return self.propose(policy)

    @rule(target=calls, policy=policies)
    def another(self, policy: str) -> UUID:
        return self.propose(policy)

    def propose(self, policy: str) -> UUID:
        thread_id, run_id = self.run(self.desk.thread())
        row = Rule(id=uuid4(), layer="thread", name=f"{policy} {thread_id}", thread_id=thread_id, **POLICIES[policy])
        self.run(self.desk.tenant.add(row))
        (call_id,) = self.run(self.desk.propose(thread_id, run_id, "as asked"))
        begun = {"denied": "rejected", "allowed": "approved"}.get(policy, "proposed")
        now = self.look(call_id)
        assert now.state == begun
        assert now.deeds == ["call.proposed", *([f"call.{begun}"] if begun != "proposed" else [])]
        self.is_whole(now)
        return UUID(str(call_id))

    @rule(call=calls, name=people, edited=st.booleans(), stale=st.booleans())
    def approve(self, call: UUID, name: str, edited: bool, stale: bool) -> None:
        before = self.look(call)
        arguments = {"value": f"as {name} wants"} if edited else None
        seal = "0" * 64 if stale else before.row["seal"]
        after = self.attempt(call, before, self.desk.decisions.decide(
            self.desk.who(name), call, Approve(decision="approve", seal=seal, arguments=arguments)
        ))  # fmt: skip
        if after.row == before.row and after.approvals == before.approvals:
            return
        assert before.state == "proposed"
        assert not stale
        assert in_time(before)
        assert (self.desk.tenant.people[name], after.row["seal"]) in after.approvals
        if after.state == "approved":
            assert enough(self.desk, after)
        else:
            assert after.deeds[-1] == "call.approval"
            assert not enough(self.desk, after)

    @rule(call=calls, name=people, response=st.booleans())
    def settle_by_hand(self, call: UUID, name: str, response: bool) -> None:
        before = self.look(call)
        seal = before.row["seal"]
        decide, who = self.desk.decisions.decide, self.desk.who(name)
        if response:
            settling = decide(who, call, Respond(decision="respond", seal=seal, response="By hand."))
        else:
            settling = decide(who, call, Reject(decision="reject", seal=seal))
        after = self.attempt(call, before, settling)
        if after.state != before.state:
            assert after.state == ("answered" if response else "rejected")
            assert in_time(before)
            assert after.row["decided_by"] == self.desk.tenant.people[name]

    @rule(call=calls)
    def time_runs_out(self, call: UUID) -> None:
        self.run(self.desk.run_out(call))

    @rule(call=calls)
    def expire(self, call: UUID) -> None:
        before = self.look(call)
        after = self.attempt(call, before, self.desk.expiry.expire(self.desk.tenant.id, call))
        if before.state != "proposed" or in_time(before):
            assert after == before
        else:
            assert after.state == "expired" or after.deeds[-1] == "call.escalated"

    @rule(call=calls, name=people)
    def extend(self, call: UUID, name: str) -> None:
        before = self.look(call)
        after = self.attempt(call, before, self.desk.expiry.extend(self.desk.who(name), call))
        if after.row != before.row:
            assert before.state == "proposed"
            assert after.row["expires_at"] > before.row["expires_at"]
            assert after.row["extensions"] == before.row["extensions"] + 1 <= 10

    @rule(call=calls, name=people)
    def cancel(self, call: UUID, name: str) -> None:
        before = self.look(call)
        cancelling = self.desk.cancel(before.row["thread_id"], before.row["run_id"], name)
        after = self.attempt(call, before, cancelling, run_is_told=True)
        assert (after.state == "cancelled") == (before.state in ("proposed", "approved", "cancelled"))

    @rule(call=calls, right_seal=st.booleans())
    def start(self, call: UUID, right_seal: bool) -> None:
        before = self.look(call)
        seal = before.row["seal"] if right_seal else "0" * 64
        self.move(call, before, ("approved",), "started", right_seal, presented_seal=seal, executor="one",
                  attempt=col(Call.attempt) + 1, started_at=func.now())  # fmt: skip

    @rule(call=calls, held_by=st.sampled_from(["one", "two"]), by=st.sampled_from(["one", "two"]))
    def take_over(self, call: UUID, held_by: str, by: str) -> None:
        before = self.look(call)
        held = before.row["executor"] == held_by
        self.move(call, before, ("started",), "started", held, held_by=held_by, executor=by,
                  attempt=col(Call.attempt) + 1)  # fmt: skip

    @rule(call=calls, ended=st.sampled_from(["void", "failed"]))
    def do_not_start(self, call: UUID, ended: CallState) -> None:
        self.move(call, self.look(call), ("approved",), ended, True, reason="No.", ended_at=func.now())

    @rule(call=calls, ended=st.sampled_from(["succeeded", "failed", "unknown"]))
    def settle(self, call: UUID, ended: CallState) -> None:
        self.move(call, self.look(call), ("started",), ended, True, ended_at=func.now())

    @rule(call=calls, name=people, found=st.sampled_from(["confirmed_done", "confirmed_not_done"]))
    def resolve(self, call: UUID, name: str, found: Any) -> None:
        before = self.look(call)
        resolving = self.desk.decisions.resolve(self.desk.who(name), call, Resolution(resolution=found))
        after = self.attempt(call, before, resolving)
        expected = found if before.state == "unknown" and name == "bob" else before.state
        assert after.state == expected

    def move(
        self, call: UUID, before: Snapshot, old: tuple[CallState, ...], new: CallState, fits: bool, **more: Any
    ) -> None:
        """What the executor does: it moves the call if it is as expected, and nothing otherwise."""
        after = self.attempt(call, before, self.desk.move(call, old, new, **more))
        moved = before.state in old and fits
        assert after.state == (new if moved else before.state)
        assert (len(after.deeds) > len(before.deeds)) == moved

    def attempt(
        self, call: UUID, before: Snapshot, what: Coroutine[Any, Any, Any], *, run_is_told: bool = False
    ) -> Snapshot:
        """Does it, or is refused; either way all that has to be true is."""
        refused = None
        try:
            self.run(what)
        except Problem as problem:
            refused = problem
        after = self.look(call)
        self.is_whole(after)
        new_deeds = after.deeds[len(before.deeds) :]
        assert after.deeds[: len(before.deeds)] == before.deeds
        if refused is not None:
            assert after == before, f"refused ({refused.code}), and yet something changed"
        elif after.state != before.state:
            assert after.state in ARROWS[before.state], f"{before.state} -> {after.state}"
            assert new_deeds == [f"call.{after.state}"]
        elif after.row != before.row or after.approvals != before.approvals:
            assert after.state in ARROWS[after.state]
            assert len(new_deeds) == 1
        else:
            assert not new_deeds
            assert run_is_told or after.log == before.log
        return after

    def is_whole(self, now: Snapshot) -> None:
        """The log has no gap, and tells the result of a settled call once and of an open one never."""
        at = 1
        for seq, kind in now.log:
            assert seq == at
            at += 3 if kind == "tool_call" else 1
        assert now.last_seq == at - 1
        told = [kind for _, kind in now.log].count("tool_result")
        assert told == (now.state not in store.OPEN)
        if now.row["started_at"] is not None:
            assert now.deeds.index("call.approved") < now.deeds.index("call.started")
        assert now.row["attempt"] == now.deeds.count("call.started")

    def look(self, call: UUID) -> Snapshot:
        snapshot: Snapshot = self.run(self._look(call))
        return snapshot

    async def _look(self, call: UUID) -> Snapshot:
        whole = await self.desk.whole(call)
        log = await self.desk.log(whole.call.thread_id)
        (thread,) = await self.desk.rows("select last_seq from threads where id = :id", id=whole.call.thread_id)
        return Snapshot(
            whole.call.model_dump(),
            frozenset((each.user_id, each.seal) for each in whole.approvals),
            await self.desk.deeds(call),
            [(entry["seq"], entry["kind"]) for entry in log],
            thread["last_seq"],
        )


def in_time(now: Snapshot) -> bool:
    """The tests only move a time far into the past, or leave it minutes ahead."""
    ahead: bool = now.row["expires_at"] > now.row["created_at"]
    return ahead


def enough(desk: Desk, now: Snapshot) -> bool:
    """Whether the approvals of what is sealed are those that the terms want, counted in another way than they are."""
    given = {user for user, seal in now.approvals if seal == now.row["seal"]}
    names = {name for name, user in desk.tenant.people.items() if user in given}
    needs = now.row["terms"]["needs"]
    if not needs:
        return "bob" in names
    return all(
        len({name for name in names - {"bob"} if set(PEOPLE[name]) & set(need["roles"])}) >= need["count"]
        for need in needs
    )


def test_no_sequence_of_operations_takes_a_call_where_it_may_not_be(urls: Urls, long: bool) -> None:
    examples = 1000 if long else 25
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        desk = runner.run(stack.enter_async_context(open_desk(urls)))
        machine = type("Machine", (LedgerMachine,), {"desk": desk, "run": staticmethod(runner.run)})
        try:
            run_state_machine_as_test(machine, settings=settings(
                max_examples=examples, stateful_step_count=16, deadline=None, database=None,
                suppress_health_check=list(HealthCheck),
            ))  # fmt: skip
        finally:
            runner.run(stack.aclose())
