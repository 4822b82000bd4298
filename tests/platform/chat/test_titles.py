"""Titles: a chat's first words, then what the model finds once, and never instead of what a person gave."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from interlock_platform.chat.title import title_in
from interlock_servers.postgres_access import PostgresAccess
from tests.person import Person
from tests.platform.chat.talking import talk
from tests.platform.place import Place, open_place


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def naming(postgres: PostgresAccess, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """A place whose model is asked for titles."""
    async with open_place(postgres, tmp_path_factory.mktemp("titles"), titles="model") as place:
        yield place


@pytest_asyncio.fixture(loop_scope="session")
async def anna(naming: Place) -> AsyncIterator[Person]:
    naming.model.forget()
    async with naming.person("alice") as anna:
        yield anna


async def entitled(place: Place, thread_id: str) -> str:
    """The title, once nobody looks for another one."""

    async def asked() -> Any:
        return await place.sql("select title_by from threads where id = %s", thread_id)

    await place.eventually(asked, [("model",)])
    ((title,),) = await place.sql("select title from threads where id = %s", thread_id)
    return str(title)


async def test_the_model_names_a_chat_after_its_first_answer_and_only_then(naming: Place, anna: Person) -> None:
    naming.model.script([{"text": "It is sunny."}, {"text": '  "The weather in Tokyo."\n\nI hope that helps!'}])
    thread_id, run_id = await talk(anna, "What is the weather like in Tokyo today?")
    assert (await anna.ok("GET", f"/api/threads/{thread_id}"))["title"] == "What is the weather like in Tokyo today?"
    await anna.finished(thread_id, run_id)
    named = await anna.until(lambda: [each for kind, each in anna.news if each.get("title") == "The weather in Tokyo"])
    assert named[0]["id"] == thread_id
    asked = naming.model.requests()[-1]
    assert [message.role for message in asked.messages] == ["system", "user"]
    assert "What is the weather like in Tokyo today?" in asked.messages[1].text
    assert "It is sunny." in asked.messages[1].text
    assert not asked.tools
    naming.model.script([{"text": "Still sunny."}])
    await anna.finished(thread_id, await anna.say(thread_id, "And now?"))
    assert len(naming.model.requests()) == 3
    assert (await anna.ok("GET", f"/api/threads/{thread_id}"))["title"] == "The weather in Tokyo"


async def test_a_model_that_fails_leaves_the_first_words(naming: Place, anna: Person) -> None:
    naming.model.script([{"text": "Good day."}, {"status": 400}])
    thread_id, run_id = await talk(anna, "Hello there")
    assert await anna.finished(thread_id, run_id) == "success"
    assert await entitled(naming, thread_id) == "Hello there"


async def test_a_person_who_is_quicker_keeps_their_title(naming: Place, anna: Person) -> None:
    naming.model.script([{"text": "Good day."}, {"text": "A title", "hang_after": 1}])
    thread_id, run_id = await talk(anna, "Hello there")
    await anna.finished(thread_id, run_id)

    async def asked() -> int:
        return len(naming.model.requests())

    await naming.eventually(asked, 2)
    await anna.ok("PATCH", f"/api/threads/{thread_id}", {"title": "Mine"})
    await naming.release()
    jobs = "select count(*) from procrastinate_jobs where task_name = 'entitle'"

    async def under_way() -> Any:
        return await naming.sql(jobs)

    await naming.eventually(under_way, [(0,)])
    assert (await anna.ok("GET", f"/api/threads/{thread_id}"))["title"] == "Mine"


async def test_a_chat_that_was_named_when_it_was_made_is_not_named_again(naming: Place, anna: Person) -> None:
    naming.model.script([{"text": "Good day."}])
    thread = await anna.ok("POST", "/api/threads", {"title": "Mine"})
    await anna.open(thread["id"])
    await anna.finished(thread["id"], await anna.say(thread["id"], "Hello"))
    assert await naming.sql("select count(*) from procrastinate_jobs where task_name = 'entitle'") == [(0,)]
    assert len(naming.model.requests()) == 1


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("A title", "A title"),
        ("\n\n  **A title.**  \nmore", "A title"),
        ("# Reset a password", "Reset a password"),
        ("\u201eEin Titel\u201c", "Ein Titel"),
        ("Reversed \u202etext\u0000 here", "Reversed text here"),
        ("word " * 40, " ".join(["word"] * 12) + "…"),
        ("", ""),
        (" \n\t\u200b", ""),
    ],
)
def test_a_title_is_the_first_line_without_what_is_around_it(written: str, title: str) -> None:
    assert title_in(written) == title
