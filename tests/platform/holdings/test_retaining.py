"""What an organisation keeps no longer is counted before, and goes by the daily sweep; what is in use stays."""

from typing import Any

import pytest

from interlock_platform.database import Database
from interlock_platform.holdings.retaining.retention import Retaining
from interlock_platform.runs.queue import Queue
from tests.person import Person
from tests.platform.place import Place

NOTHING: dict[str, int | None] = dict.fromkeys(("threads", "artifacts", "sessions", "jobs", "toolsets"))


async def test_only_an_owner_says_how_long_what_is_kept(alice: Person, dave: Person) -> None:
    assert await alice.ok("GET", "/api/data/retention") == NOTHING
    assert (await dave.api("PUT", "/api/data/retention", NOTHING)).json()["code"] == "forbidden"
    assert await alice.ok("PUT", "/api/data/retention", {**NOTHING, "jobs": 30}) == {**NOTHING, "jobs": 30}
    (entry,) = (await alice.ok("GET", "/api/audit?action=retention"))["entries"]
    assert (entry["action"], entry["data"]) == ("retention.set", {"before": NOTHING, "after": {**NOTHING, "jobs": 30}})
    await alice.ok("PUT", "/api/data/retention", NOTHING)


@pytest.mark.parametrize("body", [{"threads": 0}, {"threads": 4000}, {"threads": "7"}, {"audit": 3}])
async def test_days_that_mean_nothing_are_refused_with_their_place(alice: Person, body: dict[str, Any]) -> None:
    answer = await alice.api("PUT", "/api/data/retention", {**NOTHING, **body})
    (name,) = body
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, f"/{name}")


async def test_what_is_older_is_counted_and_then_swept_for_this_organisation_alone(
    place: Place, alice: Person, mallory: Person
) -> None:
    old, fresh = await alice.new_thread(), await alice.new_thread()
    theirs = await mallory.new_thread()
    await place.sql("update threads set updated_at = now() - interval '40 days' where id in (%s, %s)", old, theirs)
    await alice.ok("POST", "/api/servers/journal/disconnect")
    await alice.ok("POST", "/api/servers/journal/connect")
    await place.sql("update toolsets set created_at = now() - interval '40 days'")
    latest = await alice.ok("GET", "/api/toolset")
    wanted = {**NOTHING, "threads": 30, "toolsets": 30, "sessions": 30}
    counted = await alice.ok("POST", "/api/data/retention/preview", wanted)
    assert (counted["threads"], counted["sessions"]) == (1, 0)
    assert counted["toolsets"] >= 1
    await alice.ok("PUT", "/api/data/retention", wanted)
    runtime, operator = Database.connect(place.urls.runtime), Database.connect(place.urls.operator)
    queue = Queue(place.urls.queue)
    try:
        async with queue.app.open_async():
            await Retaining(runtime, operator, queue).sweep_all()
        await alice.until(lambda: ("thread.deleted", {"id": old}) in alice.news)
        counts = "select count(*) from toolsets where user_id = %s"
        mine = (await alice.ok("GET", "/api/me"))["user"]["id"]
        await place.eventually(lambda: place.sql(counts, mine), [(1,)])
    finally:
        await runtime.close()
        await operator.close()
    assert (await alice.ok("GET", f"/api/threads/{fresh}"))["id"] == fresh
    assert await alice.ok("GET", "/api/toolset") == latest
    assert (await mallory.ok("GET", f"/api/threads/{theirs}"))["id"] == theirs
    (swept, *_) = (await alice.ok("GET", "/api/audit?action=retention.swept"))["entries"]
    assert swept["data"]["swept"]["toolsets"] == counted["toolsets"]
    await alice.ok("PUT", "/api/data/retention", NOTHING)
