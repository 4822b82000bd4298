"""The process dies in the middle of a deletion: another one goes on where it was, and nothing is left."""

import asyncio
import time

import psycopg
from psycopg import sql

from interlock_platform.database import conninfo
from tests.faults.world import World, a_value
from tests.platform.members.test_members import id_of

PATIENCE_SECONDS = 60.0
Connection = psycopg.AsyncConnection[tuple[object, ...]]


async def test_a_deletion_that_was_killed_in_its_middle_goes_on_and_ends_complete(world: World) -> None:
    word = a_value()
    await world.script({"text": f"{word} answer", "times": None})
    async with world.person("alice") as alice:
        async with world.person("bob") as bob:
            threads = [await bob.new_thread() for _ in range(3)]
            for thread in threads:
                assert await bob.finished(thread, await bob.say(thread, word)) == "success"
            user_id = await id_of(alice, "Bob")
        url = conninfo(world.superuser_url)
        async with (
            await psycopg.AsyncConnection.connect(url) as stopper,
            await psycopg.AsyncConnection.connect(url, autocommit=True) as looking,
        ):
            # Chats go first, toolsets later: a row that is held stops the deletion half way.
            await stopper.execute("select 1 from toolsets where user_id = %s for update", (user_id,))
            body = {"of": "member", "user_id": user_id, "name": "Bob"}
            job_id = (await alice.ok("POST", "/api/data/deletions", body))["id"]
            left = "select count(*) from threads where user_id = %s"
            await _until(looking, left, user_id, 0)
            await _until(looking, "select state from data_jobs where id = %s", job_id, "running")
            (await world.serve()).kill()
            assert (await (await looking.execute("select name from users where id = %s", (user_id,))).fetchone()) == (
                "Bob",
            )
            await stopper.rollback()
            await world.serve()
            await _until(looking, "select state from data_jobs where id = %s", job_id, "done")
            for table in ("toolsets", "connections", "sessions", "threads", "messages"):
                rows = await looking.execute(
                    sql.SQL("select row_to_json(t)::text from {} t").format(sql.Identifier(table))
                )
                assert not [row for (row,) in await rows.fetchall() if user_id in row or word in row], table
            named = await looking.execute("select name, email from users where id = %s", (user_id,))
            assert await named.fetchone() == ("A deleted person", "")


async def _until(connection: Connection, statement: str, about: str, wanted: object) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while (found := await (await connection.execute(statement.encode(), (about,))).fetchone()) != (wanted,):
        assert time.monotonic() < end, f"{found} is not {wanted}"
        await asyncio.sleep(0.05)
