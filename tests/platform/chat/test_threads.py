"""Threads as a list: made, named, found, deleted."""

import base64
import json
from typing import Any
from uuid import uuid4

import pytest

from interlock_platform.chat.threads import PAGE
from tests.person import Person
from tests.platform.chat.talking import messages, talk
from tests.platform.place import Place


async def listed(person: Person, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await person.ok("GET", f"/api/threads{query}"))["threads"]
    return found


async def test_a_new_thread_is_empty_and_takes_its_title_from_what_is_said_first(place: Place, alice: Person) -> None:
    thread_id = await alice.new_thread()
    thread = await alice.ok("GET", f"/api/threads/{thread_id}")
    assert (thread["title"], thread["state"], thread["waiting"]) == ("New chat", "idle", 0)
    _, run_id = await talk(
        alice, "Tell me  about\nthe weather in Tokyo, please, and whatever else comes to mind", thread_id
    )
    await alice.finished(thread_id, run_id)
    title = (await alice.ok("GET", f"/api/threads/{thread_id}"))["title"]
    assert title == "Tell me about the weather in Tokyo, please, and whatever…"
    _, run_id = await talk(alice, "Something else", thread_id)
    await alice.finished(thread_id, run_id)
    assert (await alice.ok("GET", f"/api/threads/{thread_id}"))["title"] == title


async def test_a_title_that_was_given_stays(place: Place, alice: Person) -> None:
    thread = await alice.ok("POST", "/api/threads", {"title": "  Mine  "})
    assert thread["title"] == "Mine"
    await alice.open(thread["id"])
    _, run_id = await talk(alice, "Hello", thread["id"])
    await alice.finished(thread["id"], run_id)
    assert (await alice.ok("GET", f"/api/threads/{thread['id']}"))["title"] == "Mine"
    renamed = await alice.ok("PATCH", f"/api/threads/{thread['id']}", {"title": "Yours"})
    assert renamed["title"] == "Yours"
    assert ("thread", renamed) in await alice.until(lambda: alice.news if ("thread", renamed) in alice.news else None)


@pytest.mark.parametrize("title", ["", "   ", "x" * 121, 5, None, "a\0b"])
async def test_a_title_that_is_none_is_refused(title: Any, place: Place, alice: Person) -> None:
    thread_id = await alice.new_thread()
    answer = await alice.api("PATCH", f"/api/threads/{thread_id}", {"title": title})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [error["field"] for error in answer.json()["errors"]] == ["/title"]


async def test_the_list_begins_with_what_happened_last(place: Place, alice: Person) -> None:
    first, second = await alice.new_thread(), await alice.new_thread()
    assert [thread["id"] for thread in await listed(alice)][:2] == [second, first]
    place.model.script([{"hang_after": 0}])
    _, run_id = await talk(alice, "Hello", first)
    assert [thread["id"] for thread in await listed(alice)][:2] == [first, second]
    await alice.emit("run.cancel", thread_id=first, run_id=run_id)
    await alice.finished(first, run_id)


async def test_pages_follow_each_other_without_gap_or_double(place: Place, alice: Person) -> None:
    word = uuid4().hex
    made = [(await alice.ok("POST", "/api/threads", {"title": f"{word} {n}"}))["id"] for n in range(PAGE + 5)]
    page = await alice.ok("GET", f"/api/threads?q={word.upper()}")
    assert len(page["threads"]) == PAGE
    rest = await alice.ok("GET", f"/api/threads?q={word}&cursor={page['next']}")
    assert rest["next"] is None
    assert [thread["id"] for thread in page["threads"] + rest["threads"]] == made[::-1]


async def test_a_search_takes_its_words_as_they_are(place: Place, alice: Person) -> None:
    word = uuid4().hex
    await alice.ok("POST", "/api/threads", {"title": f"{word} 100%_sure"})
    assert len(await listed(alice, f"?q={word} 100%25_SURE")) == 1
    assert await listed(alice, f"?q={word} 100_") == []
    assert await listed(alice, f"?q={word}%25sure") == []


@pytest.mark.parametrize(
    "cursor",
    ["x", "é", base64.urlsafe_b64encode(b"5").decode(), base64.urlsafe_b64encode(b'[true,"2020-01-01",5]').decode(),
     base64.urlsafe_b64encode(json.dumps([False, "soon", "7d0f1c0e-5a52-4f0e-9d3c-0a3f2f1f4b6a"]).encode()).decode()],
)  # fmt: skip
async def test_a_cursor_that_nobody_gave_out_is_refused(cursor: str, place: Place, alice: Person) -> None:
    answer = await alice.api("GET", f"/api/threads?cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_other_people_find_nothing(place: Place, alice: Person, bob: Person, mallory: Person) -> None:
    thread_id, run_id = await talk(alice, "My secret")
    await alice.finished(thread_id, run_id)
    for other in (bob, mallory):
        for method, path, body in (
            ("GET", "", None), ("PATCH", "", {"title": "Ours"}), ("PATCH", "", {"pinned": True}), ("DELETE", "", None),
            ("POST", "/restore", None), ("GET", "/messages", None),
        ):  # fmt: skip
            answer = await other.api(method, f"/api/threads/{thread_id}{path}", body)
            nothing = await other.api(method, f"/api/threads/{uuid4()}{path}", body)
            assert (answer.status_code, answer.json()["detail"]) == (404, nothing.json()["detail"])
        for event, more in (("run.start", {"run_id": str(uuid4()), "text": "x"}), ("run.cancel", {"run_id": run_id})):
            assert (await other.emit(event, thread_id=thread_id, **more))["error"]["code"] == "not_found"
        assert thread_id not in [thread["id"] for thread in await listed(other)]
    assert len(await messages(alice, thread_id)) == 2
