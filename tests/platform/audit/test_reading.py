"""The record over HTTP: read by owners and admins, each their own organisation's, and taken out as a file."""

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from interlock_platform.audit.verification import verify
from interlock_platform.database import Database
from tests.conftest import Urls
from tests.person import Person
from tests.platform.audit.recording import SIGNER, recorded, tamper
from tests.running import interlock


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def base_url(urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    folder: Path = tmp_path_factory.mktemp("interlock")
    async with interlock(urls.owner, folder) as base_url:
        yield base_url


@pytest_asyncio.fixture(loop_scope="session")
async def alice(base_url: str) -> AsyncIterator[Person]:
    async with Person.signed_in(base_url, "alice") as alice:
        yield alice


async def tenant_of(person: Person) -> UUID:
    return UUID((await person.ok("GET", "/api/me"))["tenant"]["id"])


async def every_page(person: Person, query: str) -> list[dict[str, Any]]:
    """All entries that fit, page by page."""
    found: list[dict[str, Any]] = []
    before = ""
    while True:
        page = await person.ok("GET", f"/api/audit?limit=7&{query}{before}")
        found += page["entries"]
        assert len(page["entries"]) <= 7
        if page["next"] is None:
            return found
        assert page["next"] == found[-1]["seq"]
        before = f"&before={page['next']}"


async def exported(person: Person) -> list[bytes]:
    answer = await person.api("GET", "/api/audit/export")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].endswith('.ndjson"')
    return answer.content.splitlines(keepends=True)


async def test_the_newest_entries_come_first_with_names_and_the_head(alice: Person) -> None:
    me = await alice.ok("GET", "/api/me")
    shown = await alice.ok("GET", "/api/audit")
    newest = shown["entries"][0]
    assert set(newest) == {"seq", "at", "actor", "action", "target", "data", "hash"}
    assert newest["action"] == "session.started"
    assert newest["actor"] == {"id": me["user"]["id"], "name": "Alice"}
    assert shown["head"] == {"seq": newest["seq"], "hash": newest["hash"]}
    assert datetime.fromisoformat(newest["at"]).utcoffset() == timedelta(0)


async def test_pages_hold_every_entry_once_in_order(alice: Person, database: Database) -> None:
    await recorded(database, await tenant_of(alice), 25)
    head = (await alice.ok("GET", "/api/audit"))["head"]["seq"]
    assert [entry["seq"] for entry in await every_page(alice, "")] == list(range(head, 0, -1))


async def test_entries_are_found_by_who_what_whom_and_when(alice: Person, database: Database) -> None:
    await recorded(database, await tenant_of(alice), 12)
    everything = await every_page(alice, "")
    one = next(entry for entry in everything if entry["action"] == "thing.done" and entry["actor"])
    assert [entry["seq"] for entry in await every_page(alice, f"target={one['target']}")] == [one["seq"]]
    assert await every_page(alice, "action=thing.done") == await every_page(alice, "action=thing")
    assert await every_page(alice, "action=thing.don") == await every_page(alice, "action=thin") == []
    assert await every_page(alice, "action=t%25") == []
    by = await every_page(alice, f"actor={one['actor']['id']}&action=thing")
    assert by == [entry for entry in everything if entry["action"] == "thing.done" and entry["actor"] == one["actor"]]
    at = one["at"].replace("+00:00", "Z")
    later = await every_page(alice, f"from={at}")
    earlier = await every_page(alice, f"to={at}")
    assert later + earlier == everything
    assert one in later
    assert await every_page(alice, f"to={at.rstrip('Z')}") == earlier, "a time without a zone is UTC"


async def test_what_is_asked_wrongly_is_refused_by_field(alice: Person, subtests: pytest.Subtests) -> None:
    for query, field in (
        ("limit=0", "/limit"),
        ("limit=201", "/limit"),
        ("before=0", "/before"),
        (f"before={2**63}", "/before"),
        ("actor=me", "/actor"),
        ("from=yesterday", "/from"),
        ("action=a%00b", "/action"),
        ("target=" + "x" * 201, "/target"),
    ):
        with subtests.test(query[:20]):
            answer = await alice.api("GET", f"/api/audit?{query}")
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["field"] == field


async def test_only_owners_and_admins_read_the_record(base_url: str, alice: Person, subtests: pytest.Subtests) -> None:
    before = await every_page(alice, "action=audit")
    for name in ("bob", "carol", "mallory"):
        async with Person.signed_in(base_url, name) as person:
            for path in ("/api/audit", "/api/audit/export", "/api/audit/key"):
                with subtests.test(f"{name} {path}"):
                    answer = await person.api("GET", path)
                    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
                    assert "owner or admin" in answer.json()["detail"]
    assert await every_page(alice, "action=audit") == before, "what is refused exports nothing"


async def test_nobody_reads_or_exports_another_organisations_record(base_url: str, alice: Person, urls: Urls) -> None:
    ours = await tenant_of(alice)
    async with Person.signed_in(base_url, "mallory") as mallory:
        theirs = await tenant_of(mallory)
        await tamper(urls, "update users set roles = '{owner}' where OWN", theirs)
        seen = await every_page(mallory, "")
        lines = await exported(mallory)
    assert {entry["actor"]["name"] for entry in seen if entry["actor"]} == {"Mallory"}
    assert str(ours).encode() not in b"".join(lines)
    assert {json.loads(line)["tenant"] for line in lines if line.startswith(b'{"action"')} == {str(theirs)}
    assert await every_page(alice, f"actor={seen[0]['actor']['id']}") == []


async def test_an_export_is_whole_signed_by_our_key_and_its_own_last_entry(alice: Person, database: Database) -> None:
    await recorded(database, await tenant_of(alice), 250)
    key = (await alice.ok("GET", "/api/audit/key"))["public_key"]
    assert key == SIGNER.public_key
    lines = await exported(alice)
    report = verify(lines, public_key=key)
    assert report.findings == []
    head = (await alice.ok("GET", "/api/audit"))["head"]
    assert report.end is not None
    assert head == {"seq": report.end.seq, "hash": report.end.hash}
    assert report.tenant == str(await tenant_of(alice))
    entries = [json.loads(line) for line in lines if line.startswith(b'{"action"')]
    assert entries[-1]["action"] == "audit.exported"
    assert entries[-1]["target"] == report.tenant
    shown = [{**entry, "actor": entry["actor"] and entry["actor"]["id"]} for entry in await every_page(alice, "")]
    in_file = [{key: value for key, value in entry.items() if key != "tenant"} for entry in entries]
    assert in_file == shown[::-1]


async def test_who_is_gone_is_still_named_by_id(alice: Person, urls: Urls, database: Database) -> None:
    tenant = await tenant_of(alice)
    await recorded(database, tenant, 2)
    entry = (await alice.ok("GET", "/api/audit?action=thing&limit=1"))["entries"][0]
    assert UUID(entry["actor"]["id"])
    assert entry["actor"]["name"] == ""


async def test_without_a_session_there_is_no_record(base_url: str, alice: Person) -> None:
    alice.http.cookies.clear()
    for path in ("/api/audit", "/api/audit/export", "/api/audit/key", f"/api/audit?target={uuid4()}"):
        answer = await alice.api("GET", path)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
