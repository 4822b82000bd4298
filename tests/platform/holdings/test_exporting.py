"""What there is of a person or an organisation comes as an archive, without a secret, and to one person alone."""

import io
import json
from typing import Any
from zipfile import ZipFile

from interlock_platform.holdings.inventory import EXPORTED
from tests.mcp_servers.fixtures import WholeServers
from tests.mcp_servers.whole import PIXEL
from tests.person import Person
from tests.platform.holdings.planting import a_word, job_done, plant
from tests.platform.place import Place


async def archive(place: Place, person: Person, of: str) -> tuple[str, ZipFile]:
    job = await person.ok("POST", "/api/data/exports", {"of": of})
    done = await job_done(place, person, job["id"])
    answer = await person.api("GET", f"/api/data/exports/{job['id']}")
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("application/zip", "no-store")
    assert len(answer.content) == done["size"]
    return job["id"], ZipFile(io.BytesIO(answer.content))


def read(zipped: ZipFile, path: str) -> Any:
    return json.loads(zipped.read(path))


async def test_a_person_takes_out_everything_of_theirs_and_nothing_of_others(
    place: Place, alice: Person, bob: Person, mallory: Person, whole: WholeServers
) -> None:
    await alice.ok("PUT", "/api/servers/policy", {"personal": "any", "hosts": []})
    word, hers = a_word(), a_word()
    thread = await alice.new_thread()
    await alice.ok("PATCH", f"/api/threads/{thread}", {"title": hers})
    made = await plant(place, bob, word, whole.spec("http").url)
    job_id, zipped = await archive(place, bob, "me")
    manifest = read(zipped, "manifest.json")
    assert (manifest["format"], manifest["of"]["kind"]) == ("interlock-export-1", "person")
    assert {each["path"] for each in manifest["files"]} | {"manifest.json"} == set(zipped.namelist())
    tables = {holding.table for holding in EXPORTED if holding.owner is not None}
    assert {f"data/{table}.json" for table in tables} <= set(zipped.namelist())
    assert "secrets" in {each["table"] for each in manifest["left_out"]}
    (chat,) = [name for name in zipped.namelist() if name.startswith("chats/")]
    text = zipped.read(chat).decode()
    assert [f"{word} {each}" in text for each in ("title", "message", "argument", "answer")] == [True] * 4
    assert made["call"] in {each["id"] for each in read(zipped, "data/calls.json")}
    assert PIXEL in [zipped.read(name) for name in zipped.namelist() if name.startswith("artifacts/")]
    everything = b"".join(zipped.read(name) for name in zipped.namelist()).decode(errors="replace")
    assert f"{word} secret" not in everything
    assert hers not in everything
    (session,) = await place.sql("select encode(secret_hash, 'hex') from sessions where user_id = %s", made["user"])
    assert session[0] not in everything
    for other in (alice, mallory):
        refused = await other.api("GET", f"/api/data/exports/{job_id}")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
        assert job_id not in {each["id"] for each in (await other.ok("GET", "/api/data/jobs"))["jobs"]}
    await place.sql("update data_jobs set expires_at = now() where id = %s", job_id)
    assert (await bob.api("GET", f"/api/data/exports/{job_id}")).json()["code"] == "export_expired"
    await bob.ok("DELETE", f"/api/data/exports/{job_id}")
    assert await place.sql("select 1 from export_parts where job_id = %s", job_id) == []
    assert (await bob.api("GET", f"/api/data/exports/{job_id}")).status_code == 404


async def test_only_an_owner_takes_out_the_organisation(place: Place, alice: Person, bob: Person, dave: Person) -> None:
    for other in (bob, dave):
        refused = await other.api("POST", "/api/data/exports", {"of": "organisation"})
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    _, zipped = await archive(place, alice, "organisation")
    people = {each["name"] for each in read(zipped, "data/users.json")}
    assert {"Alice", "Bob", "Dave"} <= people
    assert "Mallory" not in people
    assert {f"data/{holding.table}.json" for holding in EXPORTED} <= set(zipped.namelist())
