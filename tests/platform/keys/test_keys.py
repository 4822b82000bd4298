"""Keys of programs: made and shown once, used, seen and taken back."""

from uuid import uuid4

import pytest

from interlock_platform.identity.programs.key import hash_of, is_key
from interlock_platform.identity.programs.key import new_key as make
from tests.person import Person
from tests.platform.keys.program import code, events_until, new_key, new_token, program
from tests.platform.place import Place, record


def test_a_key_is_told_from_what_is_none() -> None:
    key = make().whole
    assert is_key(key)
    assert len({make().whole for _ in range(50)}) == 50
    swapped = key[:-7] + key[-6] + key[-7] + key[-5:]
    for wrong in (key[:-1], key + "0", key.upper(), "il_" + key, key.replace("_", "-"), swapped, "", "ilé" + key[3:]):
        assert wrong == key or not is_key(wrong)


async def test_a_key_is_shown_once_and_stored_as_a_hash(place: Place, bob: Person) -> None:
    made = await new_key(bob, scopes=["threads.read"])
    secret, key = made["secret"], made["key"]
    assert secret.startswith(key["prefix"] + "_")
    (stored,) = await place.sql("select secret_hash, to_jsonb(k)::text from api_keys k where id = %s", key["id"])
    assert stored[0] == hash_of(secret)
    assert secret.removeprefix(key["prefix"] + "_") not in stored[1]
    listed = (await bob.ok("GET", "/api/keys"))["keys"]
    assert key in listed
    assert secret not in str(listed)
    assert (key["state"], key["used_at"], key["kind"]) == ("live", None, "personal")


async def test_a_program_starts_a_run_follows_it_and_its_owner_decides(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [record("by a program")]}, {"text": "Recorded."}])
    made = await new_key(alice)
    async with program(place.url, made["secret"]) as client:
        thread = (await client.post("/api/threads", json={"title": "Nightly"})).json()
        run_id = str(uuid4())
        said = {"text": "Record it", "run_id": run_id}
        first = await client.post(f"/api/threads/{thread['id']}/runs", json=said)
        again = await client.post(f"/api/threads/{thread['id']}/runs", json=said)
        assert (first.status_code, first.json()) == (202, again.json())
        told = await events_until(client, thread["id"], "RUN_FINISHED")
        (waits,) = told[-1]["outcome"]["interrupts"]
        card = waits["metadata"]["call"]
        assert card["unattended"]
        decision = {"decision": "approve", "seal": card["seal"]}
        path = f"/api/approvals/{card['id']}/decision"
        assert code(await client.post(path, json=decision)) == (403, "session_required")
        resume = {"interruptId": card["id"], "status": "resolved", "payload": decision}
        asked = {"threadId": thread["id"], "runId": run_id, "messages": [], "tools": [], "context": [], "state": {},
                 "forwardedProps": {}, "resume": [resume]}  # fmt: skip
        assert code(await client.post("/api/chat/stream", json=asked)) == (403, "session_required")
        assert place.received("by a program") == 0
        await alice.ok("POST", path, decision)
        await place.journal_has("record", "by a program")
        messages = f"/api/threads/{thread['id']}/messages"

        async def last_word() -> str:
            return str((await client.get(messages)).json()["messages"][-1]["content"])

        await place.eventually(last_word, "Recorded.")
    (used,) = [each for each in (await alice.ok("GET", "/api/keys"))["keys"] if each["id"] == made["key"]["id"]]
    assert used["used_at"] is not None


async def test_a_key_without_tools_has_an_agent_that_has_none(place: Place, alice: Person) -> None:
    place.model.script([{"text": "I have no tools.", "times": None}])
    made = await new_key(alice, scopes=["runs.start", "threads.read"])
    async with program(place.url, made["secret"]) as client:
        thread = (await client.post("/api/threads", json={})).json()
        await client.post(f"/api/threads/{thread['id']}/runs", json={"text": "What can you do?"})
        await events_until(client, thread["id"], "RUN_FINISHED")
        assert code(await client.post("/api/servers/journal/connect")) == (403, "scope_missing")
    assert "journal__record" not in str(place.model.requests()[-1])


@pytest.mark.parametrize("by", ["key", "token"])
async def test_a_program_decides_nothing_and_changes_nobodys_rights(by: str, place: Place, alice: Person) -> None:
    made = await new_key(alice)
    async with program(place.url, made["secret"]) as with_key:
        bearer = made["secret"] if by == "key" else await new_token(with_key)
    async with program(place.url, bearer) as client:
        nobodys = str(uuid4())
        for method, path in (
            ("POST", f"/api/approvals/{nobodys}/decision"),
            ("POST", f"/api/approvals/{nobodys}/resolution"),
            ("POST", f"/api/approvals/{nobodys}/extension"),
            ("POST", "/api/policies"),
            ("POST", "/api/grants"),
            ("GET", "/api/members"),
            ("PATCH", f"/api/members/{nobodys}"),
            ("POST", "/api/keys"),
            ("GET", "/api/keys"),
            ("DELETE", f"/api/keys/{made['key']['id']}"),
            ("PUT", "/api/keys/policy"),
            ("DELETE", "/api/sessions"),
            ("GET", "/api/audit"),
            ("POST", "/api/servers"),
            ("DELETE", f"/api/threads/{nobodys}"),
        ):
            assert code(await client.request(method, path, json={})) == (403, "session_required"), path
        assert (await client.get("/api/approvals", params={"scope": "tenant"})).status_code == 403


async def test_two_credentials_are_none(place: Place, alice: Person, bob: Person) -> None:
    made = await new_key(bob)
    both = await alice.http.get("/api/threads", headers={"Authorization": f"Bearer {made['secret']}"})
    assert code(both) == (400, "two_credentials")
    async with program(place.url, made["secret"]) as client:
        token = await new_token(client)
        headers = [("Authorization", f"Bearer {made['secret']}"), ("Authorization", f"Bearer {token}")]
        assert code(await client.get("/api/threads", headers=headers)) == (400, "two_credentials")
        basic = await client.get("/api/threads", headers={"Authorization": f"Basic {made['secret']}"})
        assert code(basic) == (401, "unauthenticated")


async def test_a_key_is_good_for_no_more_than_its_owner_may_today(place: Place, alice: Person, dave: Person) -> None:
    made = await new_key(dave)
    async with program(place.url, made["secret"]) as client:
        assert (await client.post("/api/threads", json={})).status_code == 201
        await place.sql("update users set roles = '{viewer}' where name = 'Dave'")
        try:
            assert code(await client.post("/api/threads", json={})) == (403, "forbidden")
            assert (await client.get("/api/threads")).status_code == 200
        finally:
            await place.sql("update users set roles = '{admin}' where name = 'Dave'")


async def test_a_key_of_the_organisation_acts_as_nobody_and_approvers_decide(
    place: Place, alice: Person, bob: Person, carol: Person
) -> None:
    body = {"name": "x", "scopes": ["runs.start"], "days": 1, "kind": "tenant"}
    assert code(await bob.api("POST", "/api/keys", body)) == (403, "forbidden")
    place.model.script([{"calls": [record("for everybody")]}, {"text": "Done.", "times": None}])
    made = await new_key(alice, kind="tenant")
    assert made["key"]["owner"]["id"] != made["key"]["made_by"]["id"]
    async with program(place.url, made["secret"]) as client:
        assert (await client.post("/api/servers/journal/connect")).status_code == 200
        thread = (await client.post("/api/threads", json={})).json()
        await client.post(f"/api/threads/{thread['id']}/runs", json={"text": "Record it"})
        told = await events_until(client, thread["id"], "RUN_FINISHED")
        (waits,) = told[-1]["outcome"]["interrupts"]
        card = waits["metadata"]["call"]
        assert card["needs"][0]["roles"] == ["owner", "admin", "approver"]
        await carol.ok("POST", f"/api/approvals/{card['id']}/decision", {"decision": "approve", "seal": card["seal"]})
        await place.journal_has("record", "for everybody")
        assert made["key"]["name"] not in str(await alice.ok("GET", "/api/members"))
        account = made["key"]["owner"]["id"]
        assert (await alice.api("PATCH", f"/api/members/{account}", {"roles": ["owner"]})).status_code == 404
        await alice.ok("DELETE", f"/api/keys/{made['key']['id']}")
        assert code(await client.get("/api/threads")) == (401, "unauthenticated")


async def test_ones_keys_are_nobody_elses(
    place: Place, alice: Person, bob: Person, carol: Person, mallory: Person
) -> None:
    made = await new_key(bob)
    path = f"/api/keys/{made['key']['id']}"
    for other in (carol, mallory):
        assert made["key"]["id"] not in str(await other.ok("GET", "/api/keys"))
        assert code(await other.api("DELETE", path)) == (404, "not_found")
        assert code(await other.api("DELETE", f"/api/keys/{uuid4()}")) == (404, "not_found")
    assert made["key"]["id"] in str(await alice.ok("GET", "/api/keys"))
    async with program(place.url, made["secret"]) as client:
        assert (await client.get("/api/threads")).status_code == 200
        await alice.ok("DELETE", path)
        assert code(await client.get("/api/threads")) == (401, "unauthenticated")
    (entry,) = (await alice.ok("GET", f"/api/audit?action=key.revoked&target={made['key']['id']}"))["entries"]
    assert entry["actor"]["name"] == "Alice"


async def test_keys_last_as_long_as_the_organisation_allows(place: Place, alice: Person, bob: Person) -> None:
    body = {"name": "long", "scopes": ["threads.read"], "days": 91, "kind": "personal"}
    refused = await bob.api("POST", "/api/keys", body)
    assert (*code(refused), refused.json()["errors"][0]["field"]) == (422, "invalid", "/days")
    assert code(await bob.api("PUT", "/api/keys/policy", {"most_days": 366, "personal": True})) == (403, "forbidden")
    try:
        await alice.ok("PUT", "/api/keys/policy", {"most_days": 7, "personal": False})
        assert code(await bob.api("POST", "/api/keys", {**body, "days": 7})) == (403, "forbidden")
        await alice.ok("PUT", "/api/keys/policy", {"most_days": 7, "personal": True})
        made = await bob.ok("POST", "/api/keys", {**body, "days": 7})
    finally:
        await alice.ok("PUT", "/api/keys/policy", {"most_days": 90, "personal": True})
    await place.sql("update api_keys set expires_at = now() where id = %s", made["key"]["id"])
    async with program(place.url, made["secret"]) as client:
        assert code(await client.get("/api/threads")) == (401, "unauthenticated")
    (listed,) = [each for each in (await bob.ok("GET", "/api/keys"))["keys"] if each["id"] == made["key"]["id"]]
    assert listed["state"] == "expired"
