"""What tests of the chat do again and again."""

from typing import Any

from tests.person import Person
from tests.platform.place import Place


async def talk(alice: Person, text: str, thread_id: str | None = None) -> tuple[str, str]:
    """Says something, in a new thread if none is given; the thread and the run."""
    thread_id = thread_id or await alice.new_thread()
    return thread_id, await alice.say(thread_id, text)


async def messages(alice: Person, thread_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await alice.ok("GET", f"/api/threads/{thread_id}/messages"))["messages"]
    return found


async def said(alice: Person, thread_id: str) -> list[tuple[str, str]]:
    """The transcript as (role, content)."""
    return [(message["role"], message["content"]) for message in await messages(alice, thread_id)]


async def nth_card(alice: Person, thread_id: str, number: int) -> dict[str, Any]:
    """The thread's call of this number, counted from 0, once there are so many."""
    await alice.until(lambda: len(alice.cards(thread_id)) > number)
    return alice.cards(thread_id)[number]


async def writing(alice: Person, run_id: str) -> None:
    """Waits until the run's answer is being written."""
    await alice.until(lambda: any(piece["run_id"] == run_id for piece in alice.live))


def asked(place: Place, at: int = -1) -> list[tuple[str, str]]:
    """What the model was asked last, without the system prompt."""
    return [(message.role, message.text) for message in place.model.requests()[at].messages[1:]]


async def time_passes(place: Place, thread_id: str) -> None:
    """The moment is over in which a deleted thread could be brought back."""
    await place.sql("update threads set deleted_at = deleted_at - interval '1 hour' where id = %s", thread_id)
    due = "update procrastinate_jobs set scheduled_at = now() where task_name = 'remove' and args ->> 'thread_id' = %s"
    await place.sql(due, thread_id)


async def is_left(place: Place, thread_id: str) -> int:
    """How many rows of it there are, with the jobs about it."""
    threads = await place.sql("select id from threads where id = %s", thread_id)
    return len(
        [*threads, *await place.sql("select id from procrastinate_jobs where args ->> 'thread_id' = %s", thread_id)]
    )
