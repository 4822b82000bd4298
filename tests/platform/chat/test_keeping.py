"""Threads that are pinned, and threads that are put away."""

from typing import Any
from uuid import uuid4

import pytest

from interlock_platform.chat.threads import MAX_PINNED
from tests.person import Person
from tests.platform.chat.talking import talk
from tests.platform.place import Place


async def ids(person: Person, query: str = "") -> list[str]:
    return [thread["id"] for thread in (await person.ok("GET", f"/api/threads{query}"))["threads"]]


async def change(person: Person, thread_id: str, **changes: Any) -> dict[str, Any]:
    changed: dict[str, Any] = await person.ok("PATCH", f"/api/threads/{thread_id}", changes)
    return changed


async def test_pinned_threads_come_first_and_every_device_is_told(place: Place, alice: Person) -> None:
    first, second, third = [await alice.new_thread() for _ in range(3)]
    pinned = await change(alice, first, pinned=True)
    assert (pinned["pinned"], pinned["archived"]) == (True, False)
    await alice.until(lambda: ("thread", pinned) in alice.news)
    assert (await ids(alice))[:3] == [first, third, second]
    await change(alice, first, pinned=False)
    assert (await ids(alice))[:3] == [third, second, first]


async def test_pages_follow_each_other_over_the_end_of_the_pinned(place: Place, alice: Person) -> None:
    word = uuid4().hex
    made = [(await alice.ok("POST", "/api/threads", {"title": f"{word} {n}"}))["id"] for n in range(53)]
    for thread_id in (made[0], made[1]):
        await change(alice, thread_id, pinned=True)
    page = await alice.ok("GET", f"/api/threads?q={word}")
    rest = await alice.ok("GET", f"/api/threads?q={word}&cursor={page['next']}")
    found = [thread["id"] for thread in page["threads"] + rest["threads"]]
    assert found == [made[1], made[0], *made[:1:-1]]
    for thread_id in (made[0], made[1]):
        await change(alice, thread_id, pinned=False)


async def test_the_archive_is_a_list_of_its_own(place: Place, alice: Person) -> None:
    thread_id = await alice.new_thread()
    await change(alice, thread_id, pinned=True)
    archived = await change(alice, thread_id, archived=True)
    assert (archived["pinned"], archived["archived"]) == (False, True)
    assert thread_id not in await ids(alice)
    assert thread_id in await ids(alice, "?archived=true")
    await change(alice, thread_id, pinned=True)
    assert (await ids(alice))[0] == thread_id
    assert thread_id not in await ids(alice, "?archived=true")
    await change(alice, thread_id, pinned=False)


async def test_an_archived_thread_is_read_only(place: Place, alice: Person) -> None:
    thread_id, run_id = await talk(alice, "Hello")
    await alice.finished(thread_id, run_id)
    await change(alice, thread_id, archived=True)
    refused = await alice.emit("run.start", thread_id=thread_id, run_id=str(uuid4()), text="More")
    assert refused["error"]["code"] == "thread_archived"
    assert (await alice.emit("run.start", thread_id=thread_id, run_id=run_id, text="Hello"))["ok"], (
        "it is there already"
    )
    await change(alice, thread_id, archived=False)
    assert await alice.finished(thread_id, await alice.say(thread_id, "More")) == "success"


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, ""), ({"pinned": None}, "/pinned"), ({"archived": "soon"}, "/archived"),
     ({"pinned": True, "archived": True}, ""), ({"state": "idle"}, "/state")],
)  # fmt: skip
async def test_changes_that_are_none_are_refused(body: Any, field: str, place: Place, alice: Person) -> None:
    answer = await alice.api("PATCH", f"/api/threads/{await alice.new_thread()}", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_so_many_threads_are_pinned_and_no_more(place: Place, alice: Person) -> None:
    threads = [await alice.new_thread() for _ in range(MAX_PINNED + 1)]
    for thread_id in threads[:-1]:
        await change(alice, thread_id, pinned=True)
    answer = await alice.api("PATCH", f"/api/threads/{threads[-1]}", {"pinned": True})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_pinned")
    await change(alice, threads[0], pinned=True)
    await place.sql("update threads set pinned_at = null")
