"""Who is deleted is gone from every table and every folder, whatever ran; what is shared goes on without their name."""

import io
from pathlib import Path
from uuid import UUID

from interlock_platform.audit.export import export
from interlock_platform.audit.signing import Signer
from interlock_platform.audit.verification import verify
from interlock_platform.database import Database
from tests.mcp_servers.fixtures import WholeServers
from tests.mcp_servers.process import until
from tests.person import Person
from tests.platform.chat.talking import is_left, time_passes
from tests.platform.gate.asking import rule
from tests.platform.holdings.planting import a_word, job_done, plant, tables_with
from tests.platform.place import Place, record, slow

WHOSE_IT_WAS = {"users", "audit", "calls", "events", "rules", "data_jobs"}
"""Tables in which the id of somebody who was deleted stands: their tombstone, and where others' things name them."""


async def test_everything_of_a_person_goes_and_what_they_decided_stays_without_their_name(
    place: Place, alice: Person, whole: WholeServers
) -> None:
    await alice.ok("PUT", "/api/servers/policy", {"personal": "any", "hosts": []})
    word = a_word()
    async with place.person("carol") as carol:
        approvers = {"roles": ["approver"], "users": [], "count": 1, "not_requester": True}
        async with rule(alice, verdict="ask", server="journal", tool="record", approvers=approvers):
            place.model.script([
                {"contains": "Record hers", "after_tool": False, "calls": [record("hers")]},
                {"text": "Well.", "times": None},
            ])  # fmt: skip
            thread_id = await alice.new_thread()
            run_id = await alice.say(thread_id, "Record hers")
            card = await alice.card(thread_id)
            assert (await carol.decide(card, "reject", reason="No."))["ok"]
            assert await alice.finished(thread_id, run_id) == "success"
        made = await plant(place, carol, word, whole.spec("http").url)
        export_job = await carol.ok("POST", "/api/data/exports", {"of": "me"})
        await job_done(place, carol, export_job["id"])
        folder = notebook(place, made["user"])
        wrong = await carol.api("POST", "/api/data/deletions", {"of": "me", "name": "carol"})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "name_differs")
        job = await carol.ok("POST", "/api/data/deletions", {"of": "me", "name": "Carol"})
        await until(lambda: not carol.sio.connected, "the socket's end")
        assert (await carol.api("GET", "/api/me")).status_code == 401
    await job_done(place, alice, job["id"])
    found = await tables_with(place, word, "carol", *made.values())
    assert found[word] == set()
    assert found["carol"] == set()
    assert found[made["user"]] <= WHOSE_IT_WAS
    gone = set().union(*(found[id_] for name, id_ in made.items() if name != "user"))
    assert gone == {"audit"}
    assert not folder.exists()
    shown = await alice.ok("GET", f"/api/approvals/{card['id']}")
    assert (shown["decision"]["by"]["name"], shown["decision"]["reason"]) == ("A deleted person", "No.")
    assert "Carol" not in {each["name"] for each in (await alice.ok("GET", "/api/members"))["members"]}
    assert "A deleted person" not in {each["name"] for each in (await alice.ok("GET", "/api/members"))["members"]}
    exported = await alice.api("GET", "/api/audit/export")
    assert verify(io.BytesIO(exported.content)).findings == []
    # Whoever comes by the same account at the provider is somebody new.
    async with place.person("carol") as again:
        assert (await again.ok("GET", "/api/me"))["user"]["id"] != made["user"]
        assert (await again.ok("GET", "/api/threads"))["threads"] == []


def notebook(place: Place, user_id: str) -> Path:
    """The folder that a command of the operator's file keeps for this person, with something in it."""
    folder = place.journal.path.parent / "notebooks" / user_id.replace("-", "")
    folder.mkdir(parents=True)
    (folder / "notes.json").write_text("{}")
    return folder


async def test_an_effect_that_is_under_way_ends_with_its_row_before_the_account_goes(
    place: Place, alice: Person, bob: Person
) -> None:
    await bob.ok("POST", "/api/servers/journal/connect")
    place.model.script([{"calls": [slow("theirs")]}, {"text": "Well.", "times": None}])
    thread_id = await bob.new_thread()
    await bob.say(thread_id, "Take your time")
    card = await bob.card(thread_id)
    assert (await bob.decide(card, "approve"))["ok"]
    await place.journal_has("slow", "theirs")
    mine = (await bob.ok("GET", "/api/me"))["user"]["id"]
    body = {"of": "member", "user_id": mine, "name": "Bob"}
    refused = await bob.api("POST", "/api/data/deletions", {**body, "user_id": await id_of(alice, "Alice")})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    job = await alice.ok("POST", "/api/data/deletions", body)
    await job_done(place, alice, job["id"])
    entries = (await alice.ok("GET", f"/api/audit?target={card['id']}"))["entries"]
    assert entries[0]["action"] in ("call.unknown", "call.succeeded", "call.failed")
    assert (await tables_with(place, card["id"]))[card["id"]] == {"audit"}
    assert place.told_to_stop("slow", "theirs")


async def id_of(admin: Person, name: str) -> str:
    return str(next(each["id"] for each in (await admin.ok("GET", "/api/members"))["members"] if each["name"] == name))


async def test_the_last_owner_stays_and_nobody_deletes_who_is_not_there(alice: Person, mallory: Person) -> None:
    refused = await alice.api("POST", "/api/data/deletions", {"of": "me", "name": "Alice"})
    assert (refused.status_code, refused.json()["code"]) == (409, "last_owner")
    hers = await id_of(alice, "Alice")
    body = {"of": "member", "user_id": hers, "name": "Alice"}
    assert (await mallory.api("POST", "/api/data/deletions", body)).status_code in (403, 404)
    assert (await alice.ok("GET", "/api/me"))["roles"] == ["owner"]


async def test_a_chat_that_is_deleted_leaves_only_its_record(place: Place, alice: Person, whole: WholeServers) -> None:
    await alice.ok("PUT", "/api/servers/policy", {"personal": "any", "hosts": []})
    word = a_word()
    made = await plant(place, alice, word, whole.spec("http").url)
    await alice.ok("DELETE", f"/api/threads/{made['thread']}")
    await time_passes(place, made["thread"])
    await place.eventually(lambda: is_left(place, made["thread"]), 0)
    ids = (made["thread"], made["call"], made["shown"], made["rule of the chat"])
    found = await tables_with(place, *ids, f"{word} message")
    assert found.pop(f"{word} message") == set()
    assert set().union(*found.values()) == {"audit"}


async def test_an_organisation_is_deleted_after_days_in_which_that_can_be_called_off(
    place: Place, alice: Person, mallory: Person, whole: WholeServers
) -> None:
    """The last test of this place: nobody of acme comes in any more."""
    word, tenant = a_word(), (await alice.ok("GET", "/api/me"))["tenant"]
    await alice.ok("PUT", "/api/servers/policy", {"personal": "any", "hosts": [word]})
    made = await plant(place, alice, word, whole.spec("http").url)
    body = {"of": "organisation", "name": tenant["name"]}
    job = await alice.ok("POST", "/api/data/deletions", body)
    assert (job["state"], job["due_at"] > job["created_at"]) == ("waiting", True)
    nobodys = await mallory.api("DELETE", f"/api/data/deletions/{job['id']}")
    assert (nobodys.status_code, nobodys.json()["code"]) == (404, "not_found")
    await alice.ok("DELETE", f"/api/data/deletions/{job['id']}")
    job = await alice.ok("POST", "/api/data/deletions", body)
    entries = (await alice.ok("GET", "/api/audit"))["head"]
    await place.sql("update data_jobs set due_at = now() where id = %s", job["id"])
    await place.sql("update procrastinate_jobs set scheduled_at = now() where lock = %s", f"erasure:{job['id']}")
    erased = "select name, slug from tenants where id = %s"
    await place.eventually(lambda: place.sql(erased, tenant["id"]), [("erased", tenant["id"])])
    found = await tables_with(place, word, tenant["id"], "Alice", *made.values())
    assert found.pop(tenant["id"]) <= {"tenants", "audit", "audit_heads", "procrastinate_jobs"}
    assert set().union(*found.values()) == set()
    ((action, data),) = await place.sql("select action, data from audit where tenant_id = %s", tenant["id"])
    assert action == "tenant.erased"
    assert data["entries"] >= entries["seq"]
    ours = Database.connect(place.urls.runtime)
    lines = [piece async for piece in export(ours, Signer("a key of this test"), UUID(tenant["id"]))]
    await ours.close()
    assert verify(io.BytesIO(b"".join(lines))).findings == []
    assert (await mallory.ok("GET", "/api/me"))["user"]["name"] == "Mallory"
    refused = await alice.http.get(
        "/auth/login", params={"login_hint": "alice"}, headers={"Accept": "application/json"}
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "sign_in_failed")
