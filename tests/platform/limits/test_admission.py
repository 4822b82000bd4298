"""What is over a limit is refused before it begins, with what, whose and until when."""

import re
from uuid import uuid4

import pytest
from socketio.exceptions import ConnectionError as Refused

from interlock_platform.http.handshakes import HandshakeLimit
from tests.person import Person
from tests.platform.chat.talking import talk
from tests.platform.limits.limiting import limit
from tests.platform.place import Place, record


async def test_every_answer_says_how_many_requests_are_left(alice: Person) -> None:
    answer = await alice.api("GET", "/api/me")
    assert answer.headers["RateLimit-Policy"] == '"requests_per_minute";q=6000;w=60'
    found = re.fullmatch(r'"requests_per_minute";r=(\d+);t=(\d+)', answer.headers["RateLimit"])
    assert found is not None
    assert int(found[1]) < 6000
    assert 0 < int(found[2]) <= 61


async def test_a_request_too_many_is_refused_with_when_to_come_back(alice: Person, bob: Person) -> None:
    mine = (await bob.ok("GET", "/api/me"))["user"]["id"]
    async with limit(alice, "requests_per_minute", 3, scope="user", user_id=mine):
        answers = [await bob.api("GET", "/api/me") for _ in range(8)]
        refused = answers[-1]
        assert refused.status_code == 429
        body = refused.json()
        assert (body["code"], body["limit"], body["of"]) == ("too_many_requests", "requests_per_minute", "person")
        assert body["quota"] == 3
        assert refused.headers["Retry-After"] == str(body["retry_after"])
        assert '"requests_per_minute";r=0' in refused.headers["RateLimit"]
        acknowledged = await bob.emit("thread.open", thread_id=str(uuid4()))
        assert acknowledged["error"]["code"] == "too_many_requests"
        # Nobody else is counted with him.
        assert (await alice.api("GET", "/api/me")).is_success
    assert (await bob.api("GET", "/api/me")).is_success


async def test_a_message_too_many_is_not_stored(place: Place, alice: Person) -> None:
    place.model.script([{"text": "Yes."}])
    thread_id = await alice.new_thread()
    async with limit(alice, "messages_per_minute", 0):
        said = await alice.emit("run.start", thread_id=thread_id, run_id=str(uuid4()), text="Hello")
        assert said["error"]["code"] == "too_many_messages"
        assert said["error"]["retry_after"] > 0
    assert (await alice.ok("GET", f"/api/threads/{thread_id}/messages"))["messages"] == []
    _, run_id = await talk(alice, "Hello", thread_id)
    assert await alice.finished(thread_id, run_id) == "success"


async def test_the_whole_organisation_is_counted_together(alice: Person, bob: Person) -> None:
    async with limit(alice, "messages_per_minute", 0, scope="tenant"):
        for person in (alice, bob):
            thread_id = await person.new_thread()
            said = await person.emit("run.start", thread_id=thread_id, run_id=str(uuid4()), text="Hello")
            assert (said["error"]["code"], said["error"]["of"]) == ("too_many_messages", "tenant")


async def test_a_run_that_wants_too_many_calls_stops_and_goes_on_later(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [record("one too many")]}, {"text": "Done."}])
    async with limit(alice, "calls_per_minute", 0):
        thread_id, run_id = await talk(alice, "Record it")
        assert await alice.finished(thread_id, run_id) == "too_many_calls"
        assert alice.cards(thread_id) == []
    assert (await alice.emit("run.retry", thread_id=thread_id, run_id=run_id))["ok"]
    card = await alice.card(thread_id)
    assert card["arguments"] == {"value": "one too many"}
    # The model was not asked a second time for what it had said already.
    assert len(place.model.requests()) == 1


async def test_a_socket_too_many_is_refused(place: Place, carol: Person) -> None:
    async with place.person("carol"), place.person("carol"), place.person("carol"):
        with pytest.raises(Refused, match="failed to connect"):
            async with place.person("carol"):
                pass
    async with place.person("carol"):
        pass


async def test_an_address_may_begin_only_so_many_handshakes_in_a_minute() -> None:
    reached: list[str] = []
    now = 0.0

    async def app(scope: dict[str, object], receive: object, send: object) -> None:
        reached.append(str(scope["client"]))

    limited = HandshakeLimit(app, per_minute=2, clock=lambda: now)  # type: ignore[arg-type]  # an app that answers nothing
    sent: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    async def shake(host: str) -> None:
        scope = {"type": "websocket", "client": (host, 1), "extensions": {"websocket.http.response": {}}}
        await limited(scope, None, send)  # type: ignore[arg-type]  # nothing is received

    for host in ("192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2", "2001:db8:1:2::3"):
        await shake(host)
    assert len(reached) == 4
    assert sent[0]["status"] == 429
    now = 60.0
    await shake("192.0.2.1")
    assert len(reached) == 5
