"""News for a whole tenant: everybody of it who looks on is asked about, nobody else, and each hears their own."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest_asyncio
from sqlalchemy.exc import OperationalError

from interlock_platform.database import Database, Scope, conninfo
from interlock_platform.realtime.delivery import Delivery
from interlock_platform.realtime.presence import Presence
from interlock_platform.realtime.sockets import make_server
from interlock_platform.runs.bell import Bell
from interlock_platform.runs.live import LIVE_CHANNEL
from interlock_platform.runs.store import THREAD_CHANNEL, USER_CHANNEL, tell_tenant, tell_user
from tests.conftest import Urls
from tests.mcp_servers.process import until
from tests.person import Person
from tests.platform.place import Place, record

ACME, GLOBEX = uuid4(), uuid4()
FIRST, SECOND, OTHER = uuid4(), uuid4(), uuid4()


@dataclass
class Newsroom:
    """A delivery without browsers: it is seen whom it asks about."""

    database: Database
    bell: Bell
    asked: list[tuple[UUID, UUID, str]]
    open: asyncio.Event

    async def news(self, tenant_id: UUID, user_id: UUID, about: str) -> tuple[str, dict[str, Any]] | None:
        self.asked.append((tenant_id, user_id, about))
        await self.open.wait()
        if about == "broken":
            raise ZeroDivisionError
        if about == "cut" and self.asked.count((tenant_id, user_id, about)) == 1:
            raise OperationalError("select", {}, OSError("the connection was cut"))
        return None

    async def ring(self, what: str, user_id: UUID | None = None) -> None:
        async with self.database.transaction(Scope(tenant_id=ACME)) as session:
            if user_id is None:
                await tell_tenant(session, ACME, what)
            else:
                await tell_user(session, ACME, user_id, what)

    async def has_asked(self, *wanted: tuple[UUID, UUID, str]) -> None:
        await until(lambda: len(self.asked) >= len(wanted), f"{len(wanted)} questions")
        assert self.asked == list(wanted)


@pytest_asyncio.fixture(loop_scope="session")
async def newsroom(database: Database, urls: Urls) -> AsyncIterator[Newsroom]:
    bell = Bell(conninfo(urls.runtime), (THREAD_CHANNEL, USER_CHANNEL, LIVE_CHANNEL))
    presence = Presence()
    presence.enter("1", ACME, FIRST)
    presence.enter("2", ACME, SECOND)
    presence.enter("2 again", ACME, SECOND)
    presence.enter("3", GLOBEX, OTHER)
    newsroom = Newsroom(database, bell, [], asyncio.Event())
    newsroom.open.set()
    delivery = Delivery(database, make_server("http://127.0.0.1"), bell, presence)
    delivery.on("thing", newsroom.news)
    tasks = [asyncio.create_task(delivery.run()), asyncio.create_task(bell.run())]
    await bell.listening.wait()
    yield newsroom
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_each_who_looks_on_is_asked_about_once(newsroom: Newsroom) -> None:
    await newsroom.ring("thing:1:2")
    await newsroom.has_asked((ACME, FIRST, "1:2"), (ACME, SECOND, "1:2"))


async def test_what_breaks_for_one_does_not_keep_it_from_the_others(newsroom: Newsroom) -> None:
    await newsroom.ring("thing:broken")
    await newsroom.ring("thing:whole")
    await newsroom.has_asked(
        (ACME, FIRST, "broken"), (ACME, SECOND, "broken"), (ACME, FIRST, "whole"), (ACME, SECOND, "whole")
    )


async def test_what_is_rung_again_meanwhile_is_told_once(newsroom: Newsroom) -> None:
    newsroom.open.clear()
    with newsroom.bell.reader(USER_CHANNEL) as rung:
        await newsroom.ring("thing:1")
        await until(lambda: newsroom.asked, "a first question")
        for what in ("thing:1", "thing:2", "thing:1"):
            await newsroom.ring(what)
        for _ in range(4):
            await rung.get()
    newsroom.open.set()
    await newsroom.ring("thing:last")
    people = (FIRST, SECOND)
    await newsroom.has_asked(*((ACME, who, about) for about in ("1", "1", "2", "last") for who in people))


async def test_a_ring_for_one_person_is_nothing_to_the_tenant(newsroom: Newsroom) -> None:
    # Nobody has a socket that could be told, so nobody is asked about.
    await newsroom.ring("thing:1", FIRST)
    await newsroom.ring("thing:2")
    await newsroom.has_asked((ACME, FIRST, "2"), (ACME, SECOND, "2"))


async def test_whoever_may_decide_it_hears_that_a_call_waits(
    place: Place, alice: Person, bob: Person, carol: Person, mallory: Person
) -> None:
    await place.sql(
        "insert into rules (id, tenant_id, layer, name, verdict, condition, approvers, grants) values "
        "(gen_random_uuid(), %s, 'tenant', 'four eyes', 'ask', 'arguments.value == \"for four eyes\"', %s, false)",
        (await alice.ok("GET", "/api/me"))["tenant"]["id"],
        json.dumps({"roles": ["approver"], "users": [], "count": 1, "not_requester": True}),
    )
    place.model.script([{"calls": [record("for four eyes")]}, {"text": "Done."}])
    async with place.person("carol") as elsewhere:
        thread_id = await alice.new_thread()
        run_id = await alice.say(thread_id, "Record")
        card = await alice.card(thread_id)
        for person, waiting in ((alice, 0), (carol, 1), (elsewhere, 1)):
            told = await hears(person, card["id"], "proposed")
            assert (told["thread_id"], told["server"], told["waiting"]) == (thread_id, "journal", waiting)
        assert (await carol.decide(card, "reject"))["ok"]
        for person in (alice, carol, elsewhere):
            assert (await hears(person, card["id"], "rejected"))["waiting"] == 0
    await alice.finished(thread_id, run_id)
    for other in (bob, mallory):
        # Their own thread's news come; whatever of hers was on the way would have come before.
        own = await other.new_thread()
        await other.finished(own, await other.say(own, "Hello"))
        await other.until(lambda: other.news)  # noqa: B023 - it is waited for here
        assert {kind for kind, _ in other.news} == {"thread"}


async def hears(person: Person, call_id: str, state: str) -> dict[str, Any]:
    """Waits for the news that the call is in this state."""

    def about() -> list[dict[str, Any]]:
        mine = [body for kind, body in person.news if kind == "approval" and body["id"] == call_id]
        return [body for body in mine if body["state"] == state]

    told: list[dict[str, Any]] = await person.until(about)
    return told[-1]


async def test_what_could_not_be_read_is_read_again_although_nothing_else_happens(newsroom: Newsroom) -> None:
    await newsroom.ring("thing:cut")
    await newsroom.has_asked(*[(ACME, user, "cut") for user in (FIRST, FIRST, SECOND, SECOND)])
