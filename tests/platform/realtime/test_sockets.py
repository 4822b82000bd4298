"""The Socket.IO door: who may come in, and what is answered to what makes no sense."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
import socketio
from socketio.exceptions import ConnectionError as Refused

from interlock_platform.realtime.sockets import SESSION_CHECK_SECONDS
from tests.person import Person
from tests.platform.place import Place


async def refusal(place: Place, cookie: str | None, origin: str | None = None) -> Any:
    """What whoever knocks is told; fails if they are let in."""
    client = socketio.AsyncClient(reconnection=False)
    told: list[Any] = []
    client.on("connect_error", told.append)
    headers = {"Origin": origin or place.url, **({"Cookie": cookie} if cookie else {})}
    try:
        with pytest.raises(Refused):
            await client.connect(place.url, headers=headers, socketio_path="/ws/socket.io", transports=["websocket"])
    finally:
        if client.eio.http is not None:
            await client.eio.http.close()
    return told[0]


def cookie_of(person: Person) -> str:
    return "; ".join(f"{key}={value}" for key, value in person.http.cookies.items())


@pytest.mark.parametrize("cookie", [None, "interlock_session=made-up", "nothing=else"])
async def test_without_a_live_session_nobody_comes_in(cookie: str | None, place: Place) -> None:
    assert await refusal(place, cookie) == {"message": "unauthenticated"}


async def test_a_session_that_was_ended_lets_nobody_in_and_cuts_who_is(place: Place) -> None:
    async with place.person("alice") as alice:
        cookie = cookie_of(alice)
        gone = asyncio.Event()
        alice.sio.on("disconnect", lambda *_: gone.set())
        thread_id = await alice.new_thread()
        await alice.ok("POST", "/auth/logout")
        assert await refusal(place, cookie) == {"message": "unauthenticated"}
        async with asyncio.timeout(SESSION_CHECK_SECONDS / 2):
            await gone.wait()
        assert not alice.sio.connected
        async with place.person("alice") as again:
            assert (await again.open(thread_id))["ok"]


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
async def test_a_page_of_another_origin_is_refused(origin: str, place: Place, alice: Person) -> None:
    assert await refusal(place, cookie_of(alice), origin) != {"message": "unauthenticated"}


async def test_only_a_websocket_is_a_way_in(place: Place, alice: Person) -> None:
    polling = await alice.http.get("/ws/socket.io/", params={"EIO": "4", "transport": "polling"})
    assert polling.status_code == 400


@pytest.mark.parametrize("event", ["no.such.event", "thread", "connect_error", "__proto__"])
async def test_an_unknown_event_is_answered_as_such(event: str, place: Place, alice: Person) -> None:
    assert (await alice.emit(event))["error"]["code"] == "unknown_event"


@pytest.mark.parametrize(
    ("event", "payload", "fields"),
    [
        ("thread.open", {}, ["/thread_id"]),
        ("thread.open", {"thread_id": "x", "after": -1}, ["/thread_id", "/after"]),
        ("thread.open", {"thread_id": str(uuid4()), "more": 1}, ["/more"]),
        ("run.start", {"thread_id": str(uuid4()), "run_id": 5, "text": None}, ["/run_id", "/text"]),
        ("run.cancel", {"thread_id": str(uuid4())}, ["/run_id"]),
        ("approval.decide", {"decision": "approve"}, ["/id"]),
        ("approval.resolve", {"id": str(uuid4()), "resolution": "maybe"}, ["/resolution"]),
        ("thread.open", [1, 2], [""]),
        ("thread.open", "text", [""]),
        ("thread.open", None, [""]),
    ],
)
async def test_a_malformed_payload_names_each_field(
    event: str, payload: Any, fields: list[str], place: Place, alice: Person
) -> None:
    answer = await alice.sio.call(event, payload, timeout=30)
    assert (answer["ok"], answer["error"]["code"]) == (False, "invalid")
    assert [error["field"] for error in answer["error"]["errors"]] == fields
    assert all(error["message"] for error in answer["error"]["errors"])


async def test_a_refused_event_leaves_the_connection_as_it_was(place: Place, alice: Person) -> None:
    await alice.emit("no.such.event")
    await alice.emit("run.start", thread_id="x")
    thread_id = await alice.new_thread()
    assert await alice.finished(thread_id, await alice.say(thread_id, "Hello")) == "success"
