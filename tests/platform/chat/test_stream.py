"""The AG-UI door over HTTP: the same runs, as a client of that protocol sees them."""

import json
from typing import Any
from uuid import uuid4

from ag_ui.core import Event
from pydantic import TypeAdapter

from tests.person import Person
from tests.platform.place import Place, record

EVENT: TypeAdapter[Any] = TypeAdapter(Event)


async def stream(
    alice: Person, thread_id: str, run_id: str, text: str = "", resume: Any = None
) -> list[dict[str, Any]]:
    """Every event of the answer, each checked against the protocol's own models."""
    messages = [{"id": str(uuid4()), "role": "user", "content": text}] if text else []
    body = {"threadId": thread_id, "runId": run_id, "messages": messages, **({"resume": resume} if resume else {})}
    events = []
    async with alice.http.stream("POST", "/api/chat/stream", json=body) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                event = json.loads(line.removeprefix("data: "))
                EVENT.validate_python(event)
                events.append(event)
    return events


def said(events: list[dict[str, Any]]) -> str:
    return "".join(event["delta"] for event in events if event["type"] == "TEXT_MESSAGE_CONTENT")


def approval(interrupt: dict[str, Any], decision: str = "approve", **more: Any) -> dict[str, Any]:
    payload = {"decision": decision, "seal": interrupt["metadata"]["call"]["seal"], **more}
    return {"interruptId": interrupt["id"], "status": "resolved", "payload": payload}


async def test_a_run_begins_speaks_and_finishes_under_the_clients_own_id(place: Place, alice: Person) -> None:
    place.model.script([{"text": "One two three."}])
    thread_id, run_id = await alice.new_thread(), str(uuid4())
    events = await stream(alice, thread_id, run_id, "Count")
    assert (events[0]["type"], events[0]["runId"]) == ("RUN_STARTED", run_id)
    assert events[-1]["outcome"] == {"type": "success"}
    assert said(events) == "One two three."
    assert [event["type"] for event in events].count("TEXT_MESSAGE_START") == 1
    assert await alice.finished(thread_id, run_id) == "success"


async def test_calls_wait_as_interrupts_and_resume_carries_decisions(place: Place, alice: Person) -> None:
    one, two = str(uuid4()), str(uuid4())
    place.model.script([{"calls": [record(one), record(two)]}, {"after_tool": True, "text": "Done and not done."}])
    thread_id = await alice.new_thread()
    interrupts = (await stream(alice, thread_id, str(uuid4()), "Record both"))[-1]["outcome"]["interrupts"]
    assert [each["reason"] for each in interrupts] == ["tool_approval", "tool_approval"]
    first, second = interrupts

    events = await stream(alice, thread_id, str(uuid4()), resume=[approval(first)])
    assert [each["id"] for each in events[-1]["outcome"]["interrupts"]] == [second["id"]]
    assert place.received(one) == 1

    resumed = str(uuid4())
    events = await stream(alice, thread_id, resumed, resume=[approval(second, "reject", reason="not that one")])
    assert events[-1]["outcome"] == {"type": "success"}
    assert {event["runId"] for event in events if event["type"] in ("RUN_STARTED", "RUN_FINISHED")} == {resumed}
    assert said(events) == "Done and not done."
    assert place.received(two) == 0


async def test_a_failure_of_the_model_is_the_end_of_the_stream(place: Place, alice: Person) -> None:
    place.model.script([{"status": 401}])
    events = await stream(alice, await alice.new_thread(), str(uuid4()), "Hello")
    assert (events[-1]["type"], events[-1]["code"]) == ("RUN_ERROR", "model_refused")


async def test_what_can_not_begin_is_a_problem_and_no_stream(place: Place, alice: Person, bob: Person) -> None:
    thread_id = await alice.new_thread()
    body: dict[str, Any] = {"threadId": thread_id, "runId": str(uuid4()), "messages": []}
    assert (await alice.api("POST", "/api/chat/stream", body)).json()["code"] == "text_empty"
    assert (await alice.api("POST", "/api/chat/stream", {**body, "threadId": "x"})).json()["code"] == "invalid"
    hello = {**body, "messages": [{"id": "1", "role": "user", "content": "hello"}]}
    assert (await bob.api("POST", "/api/chat/stream", hello)).status_code == 404
    resume = [{"interruptId": str(uuid4()), "status": "cancelled"}]
    assert (await alice.api("POST", "/api/chat/stream", {**body, "resume": resume})).status_code == 404
