"""A server asks its user something in the middle of a call: it waits, is decided and is told as calls are."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from interlock_servers.postgres_access import PostgresAccess
from tests.mcp_servers.fixtures import AskingServers
from tests.person import Person
from tests.platform.gate.asking import Card, rule
from tests.platform.place import Place, open_place
from tests.running import catalogue_file

GENERATIONS = ("today", "older", "wire", "sse")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def _place(
    postgres: PostgresAccess, asking: AskingServers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Place]:
    folder = tmp_path_factory.mktemp("asking-place")
    (folder / "catalogue").mkdir()
    servers = catalogue_file(
        folder / "catalogue",
        asking.spec("http", id="today"),
        asking.spec("http", "--older", id="older"),
        asking.spec("stdio", id="wire"),
        asking.spec("sse", "--older", id="sse"),
    )
    async with open_place(postgres, folder, catalogue=servers, approval_minutes=5) as place:
        yield place


@pytest_asyncio.fixture(loop_scope="session")
async def alice(place: Place) -> AsyncIterator[Person]:
    async with place.person("alice") as alice:
        for server in GENERATIONS:
            await alice.ok("POST", f"/api/servers/{server}/connect")
        yield alice


def booking(server: str, value: str, *ask: str, **more: Any) -> dict[str, Any]:
    return {"name": f"{server}__book", "arguments": {"value": value, "ask": list(ask), **more}}


async def book(place: Place, alice: Person, *calls: dict[str, Any]) -> tuple[str, str, list[Card]]:
    """The model proposes these calls, and all of them are approved."""
    place.model.script([{"after_tool": False, "calls": list(calls)}, {"text": "Booked.", "times": None}])
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, "Book it")
    cards = await alice.until(
        lambda: tools(alice, thread_id, "proposed") if len(tools(alice, thread_id)) == len(calls) else None
    )
    for card in cards:
        assert (await alice.decide(card, "approve"))["ok"]
    return thread_id, run_id, cards


def tools(person: Person, thread_id: str, state: str | None = None) -> list[Card]:
    return [card for card in person.cards(thread_id) if card["kind"] == "tool" and state in (None, card["state"])]


async def question(person: Person, thread_id: str, count: int = 1) -> list[Card]:
    """Waits for so many questions that wait."""
    found: list[Card] = await person.until(
        lambda: (
            waiting
            if len(
                waiting := [
                    card for card in person.cards(thread_id) if card["kind"] != "tool" and card["state"] == "proposed"
                ]
            )
            == count
            else None
        )
    )
    return found


def heard(person: Person, thread_id: str) -> Any:
    """What the server says that it was told."""
    return json.loads(tools(person, thread_id)[0]["result"]["text"])


@pytest.mark.parametrize("server", GENERATIONS)
async def test_what_is_filled_in_reaches_the_server_and_the_call_goes_on(
    place: Place, alice: Person, asking: AskingServers, server: str
) -> None:
    value = f"accepted {server}"
    thread_id, run_id, (call,) = await book(place, alice, booking(server, value, "seats"))
    (asked,) = await question(alice, thread_id)
    assert (asked["kind"], asked["reason"], asked["parent_id"]) == ("elicitation", "elicitation", call["id"])
    assert (asked["asked"]["mode"], asked["asked"]["message"]) == ("form", "How many seats?")
    assert asked["asked"]["schema"]["properties"]["seats"]["maximum"] == 9
    await alice.until(lambda: tools(alice, thread_id, "input_required"))
    shown = await alice.ok("GET", f"/api/threads/{thread_id}")
    assert shown["waiting"] == 1
    assert asked["id"] in [each["id"] for each in (await alice.ok("GET", "/api/approvals"))["approvals"]]
    wrong = await alice.decide(asked, "respond", content={"seats": 10})
    assert (wrong["error"]["code"], wrong["error"]["errors"][0]["field"]) == ("invalid_arguments", "/seats")
    assert (await alice.decide(asked, "respond", content={"seats": 2}))["call"]["state"] == "answered"
    assert await alice.finished(thread_id, run_id) == "success"
    (done,) = tools(alice, thread_id)
    assert done["state"] == "succeeded"
    assert heard(alice, thread_id) == [{"seats": {"action": "accept", "content": {"seats": 2}}}]
    assert asking.heard(value, "done") == 1
    assert len(alice.events(thread_id, "TOOL_CALL_RESULT")) == 1


@pytest.mark.parametrize("server", ["today", "older"])
async def test_declining_is_told_to_the_server(place: Place, alice: Person, server: str) -> None:
    thread_id, run_id, _ = await book(place, alice, booking(server, f"declined {server}", "seats"))
    (asked,) = await question(alice, thread_id)
    assert (await alice.decide(asked, "reject"))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
    assert heard(alice, thread_id)[0]["seats"]["action"] == "decline"


@pytest.mark.parametrize("server", ["today", "older"])
async def test_a_question_that_nobody_answers_is_cancelled(place: Place, alice: Person, server: str) -> None:
    thread_id, run_id, _ = await book(place, alice, booking(server, f"ignored {server}", "name"))
    (asked,) = await question(alice, thread_id)
    await place.sql("update calls set expires_at = now() - interval '1 second' where id = %s", asked["id"])
    await place.sql(
        "update procrastinate_jobs set scheduled_at = now() where task_name = 'expire' and args ->> 'call_id' = %s",
        asked["id"],
    )
    assert await alice.finished(thread_id, run_id) == "success"
    assert heard(alice, thread_id)[0]["name"]["action"] == "cancel"


@pytest.mark.parametrize("server", ["today", "older"])
async def test_a_form_that_asks_for_a_secret_is_declined_and_not_shown(
    place: Place, alice: Person, server: str
) -> None:
    thread_id, run_id, _ = await book(place, alice, booking(server, f"secret {server}", "secret"))
    assert await alice.finished(thread_id, run_id) == "success"
    assert [card["kind"] for card in alice.cards(thread_id)] == ["tool"]
    assert heard(alice, thread_id)[0]["secret"]["action"] == "decline"


@pytest.mark.parametrize("server", ["today", "older"])
async def test_an_address_is_shown_in_full_and_answered_without_content(
    place: Place, alice: Person, server: str
) -> None:
    thread_id, run_id, _ = await book(place, alice, booking(server, f"visit {server}", "visit"))
    (asked,) = await question(alice, thread_id)
    assert (asked["asked"]["mode"], asked["asked"]["url"]) == ("url", "https://example.org/pay?order=7&sum=12")
    refused = await alice.decide(asked, "respond", content={"paid": True})
    assert refused["error"]["code"] == "invalid"
    assert (await alice.decide(asked, "respond"))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
    assert heard(alice, thread_id)[0]["visit"]["action"] == "accept"


@pytest.mark.parametrize("server", ["today", "older"])
async def test_several_questions_of_one_call_are_answered_in_any_order(
    place: Place, alice: Person, server: str
) -> None:
    thread_id, run_id, _ = await book(place, alice, booking(server, f"several {server}", "seats", "name"))
    seats, name = sorted(await question(alice, thread_id, 2), key=lambda card: card["asked"]["message"])
    assert (await alice.decide(name, "respond", content={"name": "Ada"}))["ok"]
    assert (await alice.decide(seats, "respond", content={"seats": 1}))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
    (told,) = heard(alice, thread_id)
    assert (told["seats"]["content"], told["name"]["content"]) == ({"seats": 1}, {"name": "Ada"})


async def test_four_rounds_are_enough_for_any_server(place: Place, alice: Person, asking: AskingServers) -> None:
    thread_id, run_id, _ = await book(place, alice, booking("today", "for ever", "name", rounds=9))
    for _ in range(4):
        (asked,) = await question(alice, thread_id)
        assert (await alice.decide(asked, "respond", content={"name": "Ada"}))["ok"]
        await answered(alice, thread_id, asked["id"])
    assert await alice.finished(thread_id, run_id) == "success"
    (call,) = tools(alice, thread_id)
    assert (call["state"], call["error"]["code"]) == ("failed", "too_many_rounds")
    assert asking.heard("for ever", "done") == 0


async def test_an_older_server_gets_four_answers_in_one_call_and_then_none(place: Place, alice: Person) -> None:
    thread_id, run_id, _ = await book(place, alice, booking("older", "without end", "name", rounds=6))
    for _ in range(4):
        (asked,) = await question(alice, thread_id)
        assert (await alice.decide(asked, "respond", content={"name": "Ada"}))["ok"]
        await answered(alice, thread_id, asked["id"])
    assert await alice.finished(thread_id, run_id) == "success"
    assert [told["name"]["action"] for told in heard(alice, thread_id)] == ["accept"] * 4 + ["cancel"] * 2


async def test_a_question_after_the_decision_is_told_as_what_the_run_waits_for(place: Place, alice: Person) -> None:
    place.model.script([{"after_tool": False, "calls": [booking("today", "told", "name")]}, {"text": "Booked."}])
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, "Book it")

    def waits() -> list[list[str]]:
        ends = [event["outcome"] for event in alice.events(thread_id, "RUN_FINISHED", run_id)]
        return [[wait["id"] for wait in end["interrupts"]] for end in ends if end["type"] == "interrupt"]

    card = await alice.card(thread_id)
    await alice.until(lambda: waits() == [[card["id"]]])
    assert (await alice.decide(card, "approve"))["ok"]
    (asked,) = await question(alice, thread_id)
    await alice.until(lambda: waits() == [[card["id"]], [asked["id"]]])
    assert (await alice.decide(asked, "respond", content={"name": "Ada"}))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"


async def answered(person: Person, thread_id: str, call_id: str) -> None:
    await person.until(lambda: state_of(person, thread_id, call_id) == "answered")


def state_of(person: Person, thread_id: str, call_id: str) -> str:
    found: str = next(card["state"] for card in person.cards(thread_id) if card["id"] == call_id)
    return found


async def test_two_calls_that_ask_at_once_each_get_their_own_answer(place: Place, alice: Person) -> None:
    thread_id, run_id, (first, second) = await book(
        place, alice, booking("today", "first of two", "name"), booking("today", "second of two", "name")
    )
    for asked in await question(alice, thread_id, 2):
        name = "First" if asked["parent_id"] == first["id"] else "Second"
        assert (await alice.decide(asked, "respond", content={"name": name}))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
    results = {card["id"]: json.loads(card["result"]["text"]) for card in tools(alice, thread_id)}
    assert results[first["id"]][0]["name"]["content"] == {"name": "First"}
    assert results[second["id"]][0]["name"]["content"] == {"name": "Second"}


@pytest.mark.parametrize("server", ["today", "older"])
async def test_stopping_the_run_withdraws_the_question(
    place: Place, alice: Person, asking: AskingServers, server: str
) -> None:
    value = f"stopped {server}"
    thread_id, run_id, _ = await book(place, alice, booking(server, value, "name"))
    (asked,) = await question(alice, thread_id)
    assert (await alice.emit("run.cancel", thread_id=thread_id, run_id=run_id))["ok"]
    assert await alice.finished(thread_id, run_id) == "cancelled"
    await alice.until(lambda: state_of(alice, thread_id, asked["id"]) == "cancelled")
    await alice.until(lambda: tools(alice, thread_id)[0]["state"] in ("cancelled", "succeeded"))
    late = await alice.decide(asked, "respond", content={"name": "Ada"})
    assert late["error"]["code"] == "already_decided"


@pytest.mark.parametrize("server", ["today", "older"])
async def test_a_call_that_a_rule_allows_may_ask_as_well(place: Place, alice: Person, server: str) -> None:
    async with rule(alice, verdict="allow", server=server):
        place.model.script(
            [
                {"after_tool": False, "calls": [booking(server, f"allowed {server}", "name")]},
                {"text": "Booked.", "times": None},
            ]
        )
        thread_id = await alice.new_thread()
        run_id = await alice.say(thread_id, "Book it")
        (asked,) = await question(alice, thread_id)
        assert (await alice.decide(asked, "respond", content={"name": "Ada"}))["ok"]
        assert await alice.finished(thread_id, run_id) == "success"
    assert heard(alice, thread_id)[0]["name"]["content"] == {"name": "Ada"}


async def test_what_was_approved_must_still_hold_when_the_call_goes_on(
    place: Place, alice: Person, asking: AskingServers
) -> None:
    thread_id, run_id, _ = await book(place, alice, booking("today", "denied meanwhile", "name"))
    (asked,) = await question(alice, thread_id)
    async with rule(alice, verdict="deny"):
        assert (await alice.decide(asked, "respond", content={"name": "Ada"}))["ok"]
        assert await alice.finished(thread_id, run_id) == "success"
    (call,) = tools(alice, thread_id)
    assert (call["state"], call["error"]["code"]) == ("failed", "void")
    assert asking.heard("denied meanwhile", "done") == 0


async def test_only_who_asked_for_the_call_answers(place: Place, alice: Person, carol: Person) -> None:
    thread_id, run_id, _ = await book(place, alice, booking("today", "hers alone", "name"))
    (asked,) = await question(alice, thread_id)
    refused = await carol.decide(asked, "respond", content={"name": "Carol"})
    assert refused["error"]["code"] == "not_approver"
    assert (await alice.decide(asked, "reject"))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
