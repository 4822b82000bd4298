"""A rule that is critical: whoever lets its calls run has signed in a moment ago, by whatever door they come."""

from typing import Any

from tests.person import Person
from tests.platform.gate.asking import ask, rule
from tests.platform.place import Place, record


async def sign_in_again(person: Person, name: str) -> None:
    """As the card's link does it: the provider asks once more, and the browser comes back with another session."""
    answer = await person.http.get("/auth/login", params={"next": "/healthz", "fresh": "true", "login_hint": name})
    answer.raise_for_status()
    await person.sio.disconnect()
    await person.connect()


async def long_ago(place: Place, name: str, minutes: int | None = 6) -> None:
    await place.sql(
        "update sessions set signed_in_at = now() - make_interval(mins => %s) "
        "where user_id in (select id from users where name = %s)", minutes, name,
    )  # fmt: skip


def refused(said: dict[str, Any]) -> tuple[str, str, int]:
    problem = said["error"]
    return problem["code"], problem["rule"], problem["max_age"]


async def test_a_critical_call_wants_a_recent_sign_in_by_every_door(place: Place, alice: Person) -> None:
    async with rule(alice, verdict="ask", critical=True) as made:
        thread_id, run_id, card = await ask(place, alice, "critical")
        assert (card["critical"], card["may"]["remember"]) == (made["name"], [])
        for minutes in (6, None):
            await long_ago(place, "Alice", minutes)
            by_socket = await alice.decide(card, "approve", arguments={"value": "edited"})
            assert refused(by_socket) == ("sign_in_again", made["name"], 300)
            body = {"decision": "approve", "seal": card["seal"]}
            by_http = await alice.api("POST", f"/api/approvals/{card['id']}/decision", body)
            assert (by_http.status_code, by_http.json()["code"]) == (403, "sign_in_again")
            assert (await alice.decide(card, "respond", response="Me."))["error"]["code"] == "sign_in_again"
        resume = {"interruptId": card["id"], "status": "resolved", "payload": body}
        asked = {"threadId": thread_id, "runId": run_id, "messages": [], "tools": [], "context": [], "state": {},
                 "forwardedProps": {}, "resume": [resume]}  # fmt: skip
        streamed = await alice.api("POST", "/api/chat/stream", asked)
        assert (streamed.status_code, streamed.json()["code"]) == (403, "sign_in_again")
        assert place.received("critical") == 0
        await sign_in_again(alice, "alice")
        await alice.open(thread_id, alice.entries[thread_id][-1]["seq"])
        assert (await alice.decide(card, "approve", arguments={"value": "edited"}))["ok"]
        await place.journal_has("record", "edited")
        assert await alice.finished(thread_id, run_id) == "success"


async def test_rejecting_needs_no_recent_sign_in(place: Place, alice: Person) -> None:
    async with rule(alice, verdict="ask", critical=True):
        thread_id, run_id, card = await ask(place, alice, "no")
        await long_ago(place, "Alice")
        assert (await alice.decide(card, "reject"))["ok"]
        assert await alice.finished(thread_id, run_id) == "success"


async def test_what_was_approved_before_a_rule_became_critical_is_asked_again(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [record("before")], "after_tool": False}, {"text": "So be it.", "times": None}])
    async with rule(alice, verdict="ask"):
        thread_id, run_id, card = await ask(place, alice, "before")
        # Decided as it stood; the rule comes between that and the last look.
        await place.sql(
            "update rules set critical = true, grants = false, "
            "changed = nextval(pg_get_serial_sequence('rules', 'changed')) "
            "where deleted_at is null and name like 'Rule %%'"
        )
        assert (await alice.decide(card, "approve"))["ok"]
        (again,) = await alice.until(
            lambda: [
                each for each in alice.cards(thread_id) if each["id"] != card["id"] and each["state"] == "proposed"
            ]
        )
        assert again["critical"] is not None
        assert place.received("before") == 0
        assert (await alice.decide(again, "reject"))["ok"]
        assert await alice.finished(thread_id, run_id) == "success"


async def test_a_critical_rule_asks_and_permits_no_grants(alice: Person) -> None:
    for more in ({"verdict": "allow"}, {"verdict": "deny"}, {"verdict": "ask", "grants": True}):
        answer = await alice.api("POST", "/api/policies", {"layer": "tenant", "name": "x", "critical": True, **more})
        assert answer.status_code == 422
    async with rule(alice, verdict="ask") as made:
        changed = await alice.ok("PATCH", f"/api/policies/{made['id']}", {"critical": True})
        assert (changed["critical"], changed["grants"]) == (True, False)
