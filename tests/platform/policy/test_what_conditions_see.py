"""Conditions of rules and grants are asked about the very call that is judged, and only where they are about it."""

from uuid import UUID

from interlock_platform.policy.facts import Facts
from interlock_platform.policy.judge import Answer, Grant, Rule, judge

CALL = Facts(
    "files", "write", "h1", {"path": "/x"}, requester=UUID(int=1), email="bob@acme.test", roles=frozenset(["member"])
)


def test_a_rule_and_a_grant_are_asked_about_the_call() -> None:
    asked: list[tuple[str, Facts]] = []

    def rule(facts: Facts) -> tuple[Answer, str]:
        asked.append(("rule", facts))
        return "yes", ""

    def grant(facts: Facts) -> tuple[Answer, str]:
        asked.append(("grant", facts))
        return "yes", ""

    rules = [Rule(UUID(int=2), "tenant", "Ask", "ask", rule), Rule(UUID(int=3), "tool", "Mail", "deny", rule, tool="m")]
    judged = judge(CALL, rules, [Grant(UUID(int=4), "always", UUID(int=5), True, grant)])
    assert judged.verdict == "allow"
    assert asked == [("rule", CALL), ("grant", CALL)]
    assert asked[0][1] is asked[1][1] is CALL
