"""Threads that are deleted: hidden at once, brought back for a moment, then gone with everything but the record."""

from uuid import uuid4

from tests.person import Person
from tests.platform.chat.talking import is_left, said, talk, time_passes
from tests.platform.place import Place, record, slow


async def test_a_deleted_thread_is_gone_with_everything_but_the_record(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [record("to be deleted")]}, {"text": "Done."}])
    thread_id, run_id = await talk(alice, "Record")
    card = await alice.card(thread_id)
    await alice.decide(card, "approve")
    await alice.finished(thread_id, run_id)
    await alice.ok("DELETE", f"/api/threads/{thread_id}")
    await alice.until(lambda: ("thread.deleted", {"id": thread_id}) in alice.news)
    for path in (f"/api/threads/{thread_id}", f"/api/threads/{thread_id}/messages", f"/api/approvals/{card['id']}"):
        assert (await alice.api("GET", path)).json()["code"] == "not_found"
    assert (await alice.emit("thread.open", thread_id=thread_id))["error"]["code"] == "not_found"
    for method, body in (("PATCH", {"title": "Still"}), ("DELETE", None)):
        assert (await alice.api(method, f"/api/threads/{thread_id}", body)).status_code == 404
    assert thread_id not in [each["id"] for each in (await alice.ok("GET", "/api/threads"))["threads"]]
    await time_passes(place, thread_id)
    await place.eventually(lambda: is_left(place, thread_id), 0)
    for table in ("runs", "messages", "events", "calls", "checkpoints", "checkpoint_blobs", "checkpoint_writes"):
        statement = f"select count(*) from {table} where thread_id::text = %s"  # noqa: S608 - a constant of the test
        assert await place.sql(statement, thread_id) == [(0,)], table
    assert await place.sql("select count(*) from audit where target = %s", card["id"]) == [(4,)]
    assert await place.sql("select action from audit where target = %s", thread_id) == [("thread.deleted",)]
    assert (await alice.api("POST", f"/api/threads/{thread_id}/restore")).status_code == 404


async def test_a_deleted_thread_comes_back_as_it_was(place: Place, alice: Person) -> None:
    place.model.script([{"text": "Good day."}])
    thread_id, run_id = await talk(alice, "Hello")
    await alice.finished(thread_id, run_id)
    before = await alice.ok("GET", f"/api/threads/{thread_id}")
    await alice.ok("DELETE", f"/api/threads/{thread_id}")
    assert await alice.ok("POST", f"/api/threads/{thread_id}/restore") == before
    await alice.until(lambda: alice.news.count(("thread", before)) > 0)
    assert await said(alice, thread_id) == [("user", "Hello"), ("assistant", "Good day.")]
    audit = "select action from audit where target = %s order by at"
    assert await place.sql(audit, thread_id) == [("thread.deleted",), ("thread.restored",)]
    assert (await alice.api("POST", f"/api/threads/{thread_id}/restore")).status_code == 404


async def test_a_thread_that_came_back_outlives_the_job_that_was_to_remove_it(place: Place, alice: Person) -> None:
    thread_id, other_id = await alice.new_thread(), await alice.new_thread()
    await alice.ok("DELETE", f"/api/threads/{thread_id}")
    await alice.ok("POST", f"/api/threads/{thread_id}/restore")
    await alice.ok("DELETE", f"/api/threads/{other_id}")
    await time_passes(place, thread_id)
    await time_passes(place, other_id)
    await place.eventually(lambda: is_left(place, other_id), 0)
    waiting = "select count(*) from procrastinate_jobs where task_name = 'remove' and args ->> 'thread_id' = %s"

    async def jobs() -> int:
        return int((await place.sql(waiting, thread_id))[0][0])

    await place.eventually(jobs, 0)
    assert await is_left(place, thread_id) == 1


async def test_a_thread_in_which_something_runs_can_not_be_deleted(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [slow("undeletable")]}, {"text": "Done."}])
    thread_id, run_id = await talk(alice, "Slowly")
    await alice.decide(await alice.card(thread_id), "approve")
    await place.journal_has("slow", "undeletable")
    answer = await alice.api("DELETE", f"/api/threads/{thread_id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "thread_busy")
    place.let_slow_calls_end()
    assert await alice.finished(thread_id, run_id) == "success"
    await alice.ok("DELETE", f"/api/threads/{thread_id}")


async def test_what_waits_in_a_deleted_thread_is_cancelled_for_good(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [record("never")]}])
    thread_id, _ = await talk(alice, "Record")
    card = await alice.card(thread_id)
    await alice.until(lambda: alice.events(thread_id, "RUN_FINISHED"))
    await alice.ok("DELETE", f"/api/threads/{thread_id}")
    assert (await alice.decide(card, "approve"))["error"]["code"] == "not_found"
    await alice.until(
        lambda: [each for kind, each in alice.news if kind == "approval" and each["state"] == "cancelled"]
    )
    await alice.ok("POST", f"/api/threads/{thread_id}/restore")
    assert (await alice.ok("GET", f"/api/approvals/{card['id']}"))["state"] == "cancelled"
    assert (await alice.decide(card, "approve"))["error"]["code"] == "already_decided"
    assert place.received("never") == 0


async def test_nobody_else_brings_a_thread_back(place: Place, alice: Person, bob: Person) -> None:
    thread_id = await alice.new_thread()
    await alice.ok("DELETE", f"/api/threads/{thread_id}")
    answer = await bob.api("POST", f"/api/threads/{thread_id}/restore")
    nothing = await bob.api("POST", f"/api/threads/{uuid4()}/restore")
    assert (answer.status_code, answer.json()["detail"]) == (404, nothing.json()["detail"])
    await alice.ok("POST", f"/api/threads/{thread_id}/restore")
