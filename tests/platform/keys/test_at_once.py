"""Access is taken away: sockets, a run, an approval, a key, a token, a connection - all of it ends, at once."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import psutil
import pytest

from interlock_platform.database import Database, Scope
from interlock_platform.runs.queue import Queue
from tests.person import Person
from tests.platform.chat.talking import talk
from tests.platform.keys.program import code, new_key, new_token, program
from tests.platform.members.test_members import id_of
from tests.platform.place import Place, record

WITHIN_SECONDS = 20.0
"""What it takes is printed: a busy machine must not fail what an idle one does in a tenth of a second."""


@dataclass(frozen=True)
class Open:
    """All that Bob has open at a moment."""

    browsers: tuple[Person, ...]
    key: dict[str, Any]
    with_key: httpx.AsyncClient
    with_token: httpx.AsyncClient
    following: asyncio.Task[httpx.Response]
    running: str
    waiting: str
    card: dict[str, Any]


def connections_to(url: str) -> int:
    """How many of this process's connections to a server's port are open."""
    port = httpx.URL(url).port
    found = psutil.Process().net_connections("tcp")
    return sum(
        each.status == psutil.CONN_ESTABLISHED and bool(each.raddr) and each.raddr.port == port for each in found
    )


@asynccontextmanager
async def everything_open(place: Place, bob: Person, server: str) -> AsyncIterator[Open]:
    """Three sockets, a run that a key began, a call that waits, a key, its token, and a request that waits."""
    await bob.ok("POST", "/api/servers/journal/connect")
    assert connections_to(server)
    place.model.script([{"calls": [record("waits")]}, {"text": "Well.", "times": None}])
    waiting, _ = await talk(bob, "Record it")
    card = await bob.card(waiting)
    place.model.script([{"text": "One two", "hang_after": 1}])
    async with AsyncExitStack() as stack:
        browsers = [bob] + [await stack.enter_async_context(place.person("bob")) for _ in range(2)]
        made = await new_key(bob)
        with_key = await stack.enter_async_context(program(place.url, made["secret"]))
        with_token = await stack.enter_async_context(program(place.url, await new_token(with_key)))
        running = (await with_key.post("/api/threads", json={})).json()["id"]
        await with_key.post(f"/api/threads/{running}/runs", json={"text": "Think"})
        seq = (await with_key.get(f"/api/threads/{running}/events", params={"wait": 20})).json()["seq"]
        await place.eventually(lambda: states(place, running), [("running",)])
        quiet = (await with_key.post("/api/threads", json={})).json()["id"]
        waits = with_key.get(f"/api/threads/{quiet}/events", params={"after": seq, "wait": 30})
        following = asyncio.create_task(waits)
        yield Open(tuple(browsers), made["key"], with_key, with_token, following, running, waiting, card)
        following.cancel()
        await place.release()


async def states(place: Place, thread_id: str) -> list[tuple[Any, ...]]:
    return await place.sql("select state from runs where thread_id = %s", thread_id)


async def took(what: str, *ends: Callable[[], Awaitable[bool]], since: float) -> None:
    """Waits for all of it, and says how long each took."""

    async def one(end: Callable[[], Awaitable[bool]]) -> float:
        while not await end():
            assert time.monotonic() < since + WITHIN_SECONDS, f"{what}: not after {WITHIN_SECONDS:g} s"
        return time.monotonic() - since

    each = await asyncio.gather(*(one(end) for end in ends))
    print(f"{what}: " + ", ".join(f"{seconds * 1000:.0f} ms" for seconds in each))  # noqa: T201 - the figures


def refused(client: httpx.AsyncClient) -> Callable[[], Awaitable[bool]]:
    async def end() -> bool:
        return (await client.get("/api/threads")).status_code == 401

    return end


def ended(place: Place, thread_id: str) -> Callable[[], Awaitable[bool]]:
    async def end() -> bool:
        return await states(place, thread_id) == [("cancelled",)]

    return end


@pytest.fixture
def server(place: Place) -> str:
    """The address of the journal's server."""
    catalogue = json.loads((place.journal.path.parent / "catalogue.json").read_text())
    return str(catalogue["mcpServers"]["journal"]["url"])


async def test_an_account_is_disabled(place: Place, dave: Person, bob: Person, server: str) -> None:
    user_id = await id_of(dave, "Bob")
    async with everything_open(place, bob, server) as had:
        since = time.monotonic()
        await dave.ok("PATCH", f"/api/members/{user_id}", {"active": False})

        async def sockets_are_closed() -> bool:
            await asyncio.sleep(0)
            return not any(browser.sio.connected for browser in had.browsers)

        async def connections_are_closed() -> bool:
            await asyncio.sleep(0)
            return connections_to(server) == 0

        async def no_request_waits() -> bool:
            return code(await had.following) == (401, "unauthenticated")

        await took(
            "account (sockets, connections, waiting request, key, token, run, approval)",
            sockets_are_closed, connections_are_closed, no_request_waits, refused(had.with_key),
            refused(had.with_token), ended(place, had.running), ended(place, had.waiting), since=since,
        )  # fmt: skip
        assert await place.sql("select state from calls where id = %s", had.card["id"]) == [("cancelled",)]
        assert [(await each.api("GET", "/api/me")).status_code for each in had.browsers] == [401, 401, 401]
    await dave.ok("PATCH", f"/api/members/{user_id}", {"active": True})
    async with program(place.url, "il_" + "x" * 60) as nobody:
        assert code(await nobody.get("/api/threads")) == (401, "unauthenticated")
    # The key stays revoked: whoever comes back makes a new one.
    assert await place.sql("select revoked_at is not null from api_keys where id = %s", had.key["id"]) == [(True,)]


async def test_a_role_is_taken_away(place: Place, dave: Person, bob: Person, server: str) -> None:
    user_id = await id_of(dave, "Bob")
    try:
        async with everything_open(place, bob, server) as had:
            since = time.monotonic()
            await dave.ok("PATCH", f"/api/members/{user_id}", {"roles": ["viewer"]})

            async def starts_nothing() -> bool:
                answers = [await each.post("/api/threads", json={}) for each in (had.with_key, had.with_token)]
                return [code(each) for each in answers] == [(403, "forbidden")] * 2

            async def connections_are_closed() -> bool:
                await asyncio.sleep(0)
                return connections_to(server) == 0

            await took(
                "role (key and token, connections, run, approval)",
                starts_nothing, connections_are_closed, ended(place, had.running), ended(place, had.waiting),
                since=since,
            )  # fmt: skip
            assert await place.sql("select state from calls where id = %s", had.card["id"]) == [("cancelled",)]
            thread_id = had.waiting
            said = await bob.emit("run.start", thread_id=thread_id, run_id=thread_id, text="Go on")
            assert said["error"]["code"] == "forbidden"
            assert (await had.with_key.get("/api/threads")).status_code == 200
    finally:
        await dave.ok("PATCH", f"/api/members/{user_id}", {"roles": None})
        await place.sql("update users set roles = '{member}' where id = %s", user_id)


async def test_a_key_is_revoked(place: Place, bob: Person, server: str) -> None:
    async with everything_open(place, bob, server) as had:
        since = time.monotonic()
        await bob.ok("DELETE", f"/api/keys/{had.key['id']}")

        async def no_request_waits() -> bool:
            return code(await had.following) == (401, "unauthenticated")

        await took(
            "key (waiting request, key, token, run)",
            no_request_waits, refused(had.with_key), refused(had.with_token), ended(place, had.running), since=since,
        )  # fmt: skip
        # What its owner does in browsers goes on.
        assert all(browser.sio.connected for browser in had.browsers)
        assert await states(place, had.waiting) == [("waiting",)]
        await bob.ok(
            "POST", f"/api/approvals/{had.card['id']}/decision", {"decision": "reject", "seal": had.card["seal"]}
        )
        await place.eventually(lambda: states(place, had.waiting), [("finished",)])


async def put_job(place: Place, thread_id: str) -> None:
    queue, database = Queue(place.urls.queue), Database.connect(place.urls.runtime, pool_size=1)
    ((tenant_id,),) = await place.sql("select tenant_id from threads where id = %s", thread_id)
    async with queue.app.open_async(), database.transaction(Scope(tenant_id=tenant_id)) as session:
        await queue.advance(session, tenant_id, UUID(thread_id))
    await database.close()


async def test_no_job_of_a_disabled_account_starts(place: Place, dave: Person, bob: Person) -> None:
    user_id = await id_of(dave, "Bob")
    place.model.script([{"text": "Said.", "times": None}])
    thread_id = await bob.new_thread()
    await place.sql("update users set disabled_at = now() where id = %s", user_id)
    try:
        # As if the message had been stored before, and its job came after.
        await place.sql(
            "insert into runs (tenant_id, thread_id, id, state, position) "
            "select tenant_id, id, gen_random_uuid(), 'queued', 1 from threads where id = %s", thread_id,
        )  # fmt: skip
        await put_job(place, thread_id)
        await place.eventually(lambda: states(place, thread_id), [("cancelled",)])
        assert place.model.requests() == []
    finally:
        await place.sql("update users set disabled_at = null where id = %s", user_id)
