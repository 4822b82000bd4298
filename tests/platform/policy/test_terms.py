"""Who may answer, and when the answers are enough."""

from typing import Any
from uuid import UUID

import pytest

from interlock_platform.policy.terms import Expiry, Need, Terms, read_needs, read_terms

ALICE, BOB, CAROL = UUID(int=1), UUID(int=2), UUID(int=3)
OWNER, MEMBER, APPROVER, NONE = (frozenset(each) for each in ({"owner"}, {"member"}, {"approver"}, set[str]()))


@pytest.mark.parametrize(
    ("need", "who", "roles", "counts"),
    [
        (Need("r", roles=("approver",)), CAROL, APPROVER, True),
        (Need("r", roles=("approver", "owner")), ALICE, OWNER, True),
        (Need("r", roles=("approver",)), ALICE, OWNER, False),
        (Need("r", roles=("approver",)), ALICE, NONE, False),
        (Need("r", users=(ALICE,)), ALICE, NONE, True),
        (Need("r", users=(ALICE,)), CAROL, APPROVER, False),
        (Need("r", users=(ALICE,), roles=("approver",)), CAROL, APPROVER, True),
        (Need("r"), ALICE, OWNER, False),
        (Need("r", roles=("member",)), BOB, MEMBER, True),
        (Need("r", roles=("member",), not_requester=True), BOB, MEMBER, False),
        (Need("r", users=(BOB,), not_requester=True), BOB, MEMBER, False),
        (Need("r", roles=("member",), not_requester=True), CAROL, MEMBER, True),
    ],
)
def test_whose_approval_counts(need: Need, who: UUID, roles: frozenset[str], counts: bool) -> None:
    assert need.counts(who, roles, requester=BOB) is counts
    assert Terms(needs=(need,)).decider(who, roles, requester=BOB) is counts
    assert Terms(needs=(Need("nobody"), need)).decider(who, roles, requester=BOB) is counts


def test_without_needs_the_requester_decides_and_nobody_else() -> None:
    assert Terms().decider(BOB, MEMBER, BOB) is True
    assert Terms().decider(ALICE, OWNER, BOB) is False
    assert Terms().satisfied_by({BOB: MEMBER}, BOB) is True
    assert Terms().satisfied_by({ALICE: OWNER}, BOB) is False
    assert Terms().satisfied_by({}, BOB) is False


def test_two_of_three_means_two_different_people() -> None:
    terms = Terms(needs=(Need("r", roles=("approver", "owner"), count=2),))
    assert terms.satisfied_by({ALICE: OWNER}, BOB) is False
    assert terms.satisfied_by({ALICE: OWNER, BOB: MEMBER}, BOB) is False
    assert terms.satisfied_by({ALICE: OWNER, CAROL: APPROVER}, BOB) is True
    assert terms.satisfied_by({ALICE: OWNER, CAROL: APPROVER, BOB: OWNER}, BOB) is True


def test_every_need_has_to_be_met_and_one_person_may_meet_several() -> None:
    terms = Terms(needs=(Need("a", roles=("approver",)), Need("o", roles=("owner",))))
    assert terms.satisfied_by({CAROL: APPROVER}, BOB) is False
    assert terms.satisfied_by({CAROL: APPROVER, ALICE: OWNER}, BOB) is True
    assert terms.satisfied_by({ALICE: OWNER | APPROVER}, BOB) is True


def test_the_requesters_own_approval_does_not_count_where_the_rule_says_so() -> None:
    terms = Terms(needs=(Need("r", roles=("owner",), count=1, not_requester=True),))
    assert terms.satisfied_by({ALICE: OWNER}, requester=ALICE) is False
    assert terms.satisfied_by({ALICE: OWNER}, requester=BOB) is True


WHOLE = Terms(
    needs=(Need("r", ("approver", "owner"), (ALICE, BOB), 2, True), Need("s", roles=("member",))),
    expiry=Expiry("e", 5, "escalate", Need("e", ("owner",), (CAROL,), 3, True)),
    extend=False,
    refused="r",
)


def test_terms_are_written_as_the_wire_and_the_ledger_have_them() -> None:
    assert WHOLE.wire() == {
        "needs": [
            {"rule": "r", "roles": ["approver", "owner"], "users": [str(ALICE), str(BOB)], "count": 2,
             "not_requester": True},
            {"rule": "s", "roles": ["member"], "users": [], "count": 1, "not_requester": False},
        ],
        "expiry": {"rule": "e", "minutes": 5, "then": "escalate",
                   "to": {"rule": "e", "roles": ["owner"], "users": [str(CAROL)], "count": 3, "not_requester": True}},
        "extend": False,
        "refused": "r",
        "escalated": False,
        "critical": None,
    }  # fmt: skip
    assert Terms().wire() == {
        "needs": [], "expiry": None, "extend": True, "refused": None, "escalated": False, "critical": None,
    }  # fmt: skip
    assert Expiry("e", 7).wire() == {"rule": "e", "minutes": 7, "then": "reject", "to": None}


@pytest.mark.parametrize(
    "terms",
    [WHOLE, Terms(), Terms(expiry=Expiry("e", 1, "cancel")), Terms(extend=False), Terms(refused="x"),
     Terms(needs=(Need("r"),)), Terms(escalated=True)],
)  # fmt: skip
def test_terms_are_read_as_they_were_written(terms: Terms) -> None:
    assert read_terms(terms.wire()) == terms


@pytest.mark.parametrize("stored", [{}, {"needs": []}, {"expiry": None}])
def test_nothing_stored_means_that_the_requester_decides(stored: dict[str, Any]) -> None:
    assert read_terms(stored) == Terms()


def test_a_need_that_is_not_there_is_left_out() -> None:
    assert list(read_needs([None, Need("r").wire()])) == [Need("r")]


def test_an_escalation_asks_others_in_the_place_of_those_whom_the_rule_named() -> None:
    first, kept, to = Need("late", roles=("approver",)), Need("always", roles=("owner",)), Need("late", users=(ALICE,))
    terms = Terms(needs=(first, kept), expiry=Expiry("late", 5, "escalate", to), extend=False, refused="late")
    after = terms.after_escalation()
    assert after == Terms(
        needs=(kept, to), expiry=Expiry("late", 5, "reject"), extend=False, refused="late", escalated=True
    )
    assert after.after_escalation() is after
    assert read_terms(after.wire()) == after


def test_without_others_to_ask_there_is_no_escalation() -> None:
    for terms in (Terms(), Terms(expiry=Expiry("e", 5))):
        assert terms.after_escalation() is terms
