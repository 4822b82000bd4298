"""Whose limit holds, and that none goes beyond the operator's."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from interlock_platform.limits.operator import PERSON, read_operator_limits
from interlock_platform.limits.terms import Term, Terms
from interlock_platform.settings import SettingsError
from interlock_platform.tables.limits import Limit

KIND = "messages_per_minute"
ALICE, BOB = uuid4(), uuid4()


def limit(scope: str, amount: int, **whom: Any) -> Limit:
    return Limit(id=uuid4(), scope=scope, kind=KIND, amount=amount, changed_by=ALICE, **whom)


def terms(*limits: Limit, person: int | None = None, tenant: int | None = None) -> Terms:
    ceilings = [{} if most is None else {KIND: most} for most in (person, tenant)]
    return Terms(ceilings[0], ceilings[1], limits)


def test_ones_own_limit_goes_before_that_of_a_role_and_that_before_everybodys() -> None:
    role, own = limit("role", 20, role="viewer"), limit("user", 30, user_id=ALICE)
    known = terms(limit("everybody", 10), role, own)
    assert known.of_person(KIND, ALICE, ["viewer"]) == Term(30, "user")
    assert known.of_person(KIND, BOB, ["viewer"]) == Term(20, "role")
    assert known.of_person(KIND, BOB, ["member"]) == Term(10, "everybody")


def test_of_several_roles_the_greatest_amount_holds() -> None:
    known = terms(limit("role", 20, role="member"), limit("role", 50, role="approver"))
    assert known.of_person(KIND, BOB, ["member", "approver"]) == Term(50, "role")


def test_nothing_that_an_admin_set_goes_beyond_the_operators_word() -> None:
    known = terms(limit("user", 300, user_id=ALICE), limit("tenant", 5000), person=100, tenant=1000)
    assert known.of_person(KIND, ALICE, []) == Term(100, "operator")
    assert known.of_tenant(KIND) == Term(1000, "operator")


def test_where_nobody_says_anything_there_is_no_limit() -> None:
    assert terms().of_person(KIND, ALICE, ["member"]) is None
    assert terms().of_tenant(KIND) is None


def test_the_operators_file_says_what_a_tenant_may_and_what_a_model_costs(tmp_path: Path) -> None:
    path = tmp_path / "limits.json"
    path.write_text(json.dumps({
        "prices": {"openai:big": {"input": 2, "output": 10}},
        "person": {"money_per_day": 1.5, "requests_per_minute": None},
        "tenants": {"acme": {"person": {"money_per_day": 0.25}}},
    }))  # fmt: skip
    operator = read_operator_limits(path)
    assert operator.of_person("globex")["money_per_day"] == 1_500_000
    assert operator.of_person("acme")["money_per_day"] == 250_000
    assert "requests_per_minute" not in operator.of_person("acme")
    assert operator.of_person("acme")["sockets"] == PERSON["sockets"]
    assert operator.cost("openai:big", 1_000, 100) == 3_000
    assert operator.cost("demo", 1_000, 100) == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "Expecting"),
        ('{"person": {"tokens": 1}}', "there is no limit named tokens"),
        ('{"person": {"tokens_per_day": -1}}', "must be a number from 0"),
        ('{"prices": {"x": {"input": -1, "output": 0}}}', "greater than or equal"),
        ('{"persons": {}}', "Extra inputs"),
    ],
)
def test_a_wrong_file_stops_the_start_with_a_sentence(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "limits.json"
    path.write_text(content)
    with pytest.raises(SettingsError, match=said):
        read_operator_limits(path)
