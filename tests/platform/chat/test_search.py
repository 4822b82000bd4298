"""Finding what was said: own threads only, the words marked, page by page."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from interlock_platform.chat.search.service import PAGE, part_of, parts
from tests.person import Person
from tests.platform.chat.talking import talk
from tests.platform.place import Place


async def find(person: Person, asked: str, more: str = "") -> dict[str, Any]:
    found: dict[str, Any] = await person.ok("GET", f"/api/search?q={quote(asked)}{more}")
    return found


def hits(found: dict[str, Any]) -> list[str]:
    return [part["text"] for part in found["parts"] if part["hit"]]


async def exchange(place: Place, alice: Person, text: str, answer: str) -> str:
    place.model.script([{"text": answer}])
    thread_id, run_id = await talk(alice, text)
    await alice.finished(thread_id, run_id)
    return thread_id


async def test_words_are_found_in_titles_and_in_what_both_said(place: Place, alice: Person) -> None:
    word = f"w{uuid4().hex}"
    thread_id = await exchange(place, alice, f"Tell me about {word}", f"A {word} is <b>nothing</b> & more.")
    found = await find(alice, word.upper())
    assert [each["thread_id"] for each in found["threads"]] == [thread_id]
    assert hits(found["threads"][0]) == [word]
    assert [(each["role"], hits(each)) for each in found["messages"]] == [("assistant", [word]), ("user", [word])]
    shown = "".join(part["text"] for part in found["messages"][1]["parts"])
    assert shown == f"Tell me about {word}"
    stored = {each["id"] for each in (await alice.ok("GET", f"/api/threads/{thread_id}/messages"))["messages"]}
    assert {each["message_id"] for each in found["messages"]} <= stored


async def test_the_last_word_may_be_unfinished_and_words_can_be_left_out_or_be_a_phrase(
    place: Place, alice: Person
) -> None:
    word = f"w{uuid4().hex}"
    await exchange(place, alice, f"{word} red apples", "Yes.")
    await exchange(place, alice, f"{word} green apples", "Yes.")
    assert len((await find(alice, f"{word} app"))["messages"]) == 2
    assert len((await find(alice, f"{word} -green"))["messages"]) == 1
    assert len((await find(alice, f'{word} "red apples"'))["messages"]) == 1
    assert (await find(alice, f'{word} "apples red"'))["messages"] == []


async def test_nobody_finds_what_others_said(place: Place, alice: Person, bob: Person, mallory: Person) -> None:
    word = f"w{uuid4().hex}"
    await exchange(place, alice, f"My secret {word}", f"I keep {word} to myself.")
    for other in (bob, mallory):
        assert await find(other, word) == {"threads": [], "messages": [], "next": None}


async def test_the_archive_is_searched_and_what_was_deleted_is_not(place: Place, alice: Person) -> None:
    word = f"w{uuid4().hex}"
    thread_id = await exchange(place, alice, word, "Yes.")
    await alice.ok("PATCH", f"/api/threads/{thread_id}", {"archived": True})
    found = await find(alice, word)
    assert (found["threads"][0]["archived"], found["messages"][0]["archived"]) == (True, True)
    await alice.ok("DELETE", f"/api/threads/{thread_id}")
    assert await find(alice, word) == {"threads": [], "messages": [], "next": None}


async def test_pages_follow_each_other(place: Place, alice: Person) -> None:
    word = f"w{uuid4().hex}"
    thread_id = await exchange(place, alice, word, "Yes.")
    copies = (
        "insert into messages (thread_id, id, tenant_id, run_id, seq, role, content, created_at) "
        "select thread_id, gen_random_uuid(), tenant_id, run_id, seq + 1000 + n, role, content, created_at "
        "from messages, generate_series(1, %s) n where thread_id = %s and role = 'user'"
    )
    await place.sql(copies, PAGE + 4, thread_id)
    first = await find(alice, word)
    rest = await find(alice, word, f"&cursor={first['next']}")
    assert (len(first["messages"]), len(rest["messages"]), rest["next"]) == (PAGE, 5, None)
    assert (len(first["threads"]), rest["threads"]) == (1, [])
    ids = {each["message_id"] for each in first["messages"] + rest["messages"]}
    assert len(ids) == PAGE + 5


@pytest.mark.parametrize("asked", ["'", ":*", "& | !", "\\", "a:* & b", '"', "-", "%_", "\x02x\x03", "<b>"])
async def test_anything_may_be_asked_for(asked: str, place: Place, alice: Person) -> None:
    assert set(await find(alice, asked)) == {"threads", "messages", "next"}


@pytest.mark.parametrize("query", ["", "q=", "q=%20", "q=a%00b", "q=x&cursor=y", f"q={'x' * 201}"])
async def test_a_search_that_is_none_is_refused(query: str, place: Place, alice: Person) -> None:
    answer = await alice.api("GET", f"/api/search?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_very_long_message_is_stored_and_found_by_its_beginning(place: Place, alice: Person) -> None:
    word = f"w{uuid4().hex}"
    thread_id = await exchange(place, alice, "Much", "More")
    long = "update messages set content = (select string_agg(%s || n, ' ') from generate_series(1, 40000) n)"
    await place.sql(f"{long} where thread_id = %s and role = 'assistant'", word, thread_id)
    assert [each["thread_id"] for each in (await find(alice, f"{word}7 "))["messages"]] == [thread_id]
    assert (await find(alice, f"{word}39999"))["messages"] == []


def test_marks_become_parts() -> None:
    told = [{"text": "a ", "hit": False}, {"text": "b", "hit": True}, {"text": " c", "hit": False}]
    assert parts("a \x02b\x03 c") == told
    assert parts("plain") == [{"text": "plain", "hit": False}]
    assert part_of("unhappy", "HAPP")[1] == {"text": "happ", "hit": True}
