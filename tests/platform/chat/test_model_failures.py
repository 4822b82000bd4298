"""A model that fails: asked again within bounds, then an error that a retry continues."""

from typing import Any

import pytest

from interlock_handlers import asking
from tests.person import Person
from tests.platform.chat.talking import asked, messages, said, talk
from tests.platform.place import Place, record


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "FIRST_WAIT_SECONDS", 0.01)


@pytest.mark.parametrize(
    ("step", "code", "partial"),
    [
        ({"status": 429}, "model_busy", ""),
        ({"status": 500}, "model_unreachable", ""),
        ({"status": 401}, "model_refused", ""),
        ({"text": "One two three", "cut_after": 2}, "model_incomplete", "One two"),
        ({"text": "One two three", "cut_after": 2, "cut": "error"}, "model_incomplete", "One two"),
    ],
    ids=["busy", "broken", "no key", "half a stream", "error in the stream"],
)
async def test_a_failure_is_an_error_in_the_thread_and_a_retry_continues(
    step: dict[str, Any], code: str, partial: str, place: Place, alice: Person
) -> None:
    place.model.script([{**step, "times": None}])
    thread_id, run_id = await talk(alice, "Hello")
    assert await alice.finished(thread_id, run_id) == code
    (error,) = alice.events(thread_id, "RUN_ERROR", run_id)
    assert error["message"].endswith(".")
    retries = [event["value"] for event in alice.events(thread_id, "CUSTOM") if event["name"] == "model_retry"]
    assert [each["attempt"] for each in retries] == ([] if code == "model_refused" else [2, 3])
    assert all((each["of"], each["code"]) == (3, code) for each in retries)
    kept = [message for message in await messages(alice, thread_id) if message["role"] == "assistant"]
    assert [(message["content"], message["incomplete"]) for message in kept] == ([(partial, True)] if partial else [])
    assert (await alice.ok("GET", f"/api/threads/{thread_id}"))["state"] == "idle"

    place.model.script([{"text": "Here I am."}])
    assert (await alice.emit("run.retry", thread_id=thread_id, run_id=run_id))["ok"]
    assert await alice.until(lambda: alice.events(thread_id, "RUN_FINISHED", run_id))
    assert (await said(alice, thread_id))[-1] == ("assistant", "Here I am.")
    assert asked(place) == [("user", "Hello")]


async def test_what_was_done_before_the_failure_is_not_done_again(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [record("before the failure")]}, {"status": 400, "times": None}])
    thread_id, run_id = await talk(alice, "Record")
    await alice.decide(await alice.card(thread_id), "approve")
    assert await alice.finished(thread_id, run_id) == "model_refused"
    place.model.script([{"text": "Recorded, after all."}])
    await alice.emit("run.retry", thread_id=thread_id, run_id=run_id)
    await alice.until(lambda: "Recorded, after all." in alice.answer(thread_id, run_id))
    assert place.received("before the failure") == 1
    assert asked(place)[-1] == ("tool", "recorded before the failure")


async def test_a_retry_sent_twice_is_one(place: Place, alice: Person) -> None:
    place.model.script([{"status": 401}, {"text": "Once."}])
    thread_id, run_id = await talk(alice, "Hello")
    assert await alice.finished(thread_id, run_id) == "model_refused"
    for _ in range(2):
        assert (await alice.emit("run.retry", thread_id=thread_id, run_id=run_id))["ok"]
    await alice.until(lambda: alice.events(thread_id, "RUN_FINISHED", run_id))
    assert len(place.model.requests()) == 2
    refused = await alice.emit("run.retry", thread_id=thread_id, run_id=run_id)
    assert refused["error"]["code"] == "not_failed"


async def test_a_new_message_after_a_failure_is_answered(place: Place, alice: Person) -> None:
    place.model.script([{"text": "One two three", "cut_after": 2, "times": 3}, {"text": "Better now."}])
    thread_id, run_id = await talk(alice, "Hello")
    assert await alice.finished(thread_id, run_id) == "model_incomplete"
    _, run_id = await talk(alice, "Again", thread_id)
    assert await alice.finished(thread_id, run_id) == "success"
    assert asked(place) == [("user", "Hello"), ("assistant", "One two"), ("user", "Again")]


async def test_a_model_of_nothing_but_nonsense_is_stopped(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [{"name": "no_such_tool"}], "times": None}])
    thread_id, run_id = await talk(alice, "Hello")
    assert await alice.finished(thread_id, run_id) == "model_bad_call"
    assert len(place.model.requests()) == 3


async def test_an_empty_answer_ends_the_run(place: Place, alice: Person) -> None:
    place.model.script([{"text": ""}])
    thread_id, run_id = await talk(alice, "Hello")
    assert await alice.finished(thread_id, run_id) == "success"
    assert await said(alice, thread_id) == [("user", "Hello")]
