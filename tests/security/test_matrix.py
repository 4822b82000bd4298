"""Every route and every socket event, asked for everything that is not theirs by everybody whom it does not concern.

What is asked is made out of the table of doors and the OpenAPI document: a new door is in here by itself, or the test
says what it lacks.
"""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from socketio.exceptions import ConnectionError as NotConnected

from interlock_platform.doors import ANYBODY, EVENTS, ROUTES
from interlock_platform.rights import RIGHTS, has
from interlock_servers.postgres_access import PostgresAccess
from tests.person import NO_AUTHORITIES, Person
from tests.platform.place import Place, open_place
from tests.security.asking import Asked, Ids, acknowledged, answer, fingerprint
from tests.security.bodies import body_of, names_in
from tests.security.things import id_of, make_everything

BODIES: dict[str, Any] = {
    "PATCH /api/threads/{thread_id}": {"title": "Mine now"},
    "PATCH /api/policies/{rule_id}": {"enabled": False},
    "PATCH /api/members/{user_id}": {"active": False},
    "POST /api/policies": {"layer": "thread", "thread_id": "{thread_id}", "name": "Mine", "verdict": "deny"},
    "POST /api/policies/explain": {"server": "journal", "tool": "record", "arguments": {}, "thread_id": "{thread_id}"},
    "POST /api/policies/simulate": {
        "replaces": "{rule_id}", "rule": {"layer": "tenant", "name": "Mine", "verdict": "deny"},
    },
    "POST /api/grants": {
        "server": "journal", "tool": "record", "definition_hash": "{definition_hash}", "thread_id": "{thread_id}",
    },
    "POST /api/data/deletions": {"of": "member", "user_id": "{user_id}", "name": "x"},
    "PUT /api/limits": {"scope": "user", "user_id": "{user_id}", "kind": "sockets", "amount": 1},
    "POST /api/chat/stream": {
        "threadId": "{thread_id}", "runId": str(uuid4()), "state": {}, "tools": [], "context": [], "forwardedProps": {},
        "messages": [{"id": str(uuid4()), "role": "user", "content": "hello"}],
    },
}  # fmt: skip
"""Where the least that the document allows is not what the route wants, or names nothing."""

PAYLOADS: dict[str, dict[str, Any]] = {
    "thread.open": {"thread_id": "{thread_id}"},
    "thread.close": {"thread_id": "{thread_id}"},
    "run.start": {"thread_id": "{thread_id}", "run_id": "{run_id}", "text": "hello"},
    "run.cancel": {"thread_id": "{thread_id}", "run_id": "{run_id}"},
    "run.retry": {"thread_id": "{thread_id}", "run_id": "{run_id}"},
    "approval.decide": {"id": "{call_id}", "decision": "approve", "seal": "0"},
    "approval.resolve": {"id": "{call_id}", "resolution": "confirmed_done"},
    "approval.extend": {"id": "{call_id}"},
}
CONCERNS = {
    "call_id": "approvals.see_all",
    "artifact_id": "approvals.see_all",
    "grant_id": "grants.manage",
    "invitation_id": "members.manage",
    "user_id": "members.manage",
    "key_id": "keys.manage",
    "provider_id": "members.manage",
}
"""The right to have to do with such a thing although it is somebody else's in one's organisation."""
EVERYBODYS = {"rule_id", "tenant_id"}
"""What everybody of the organisation may name: the rules that judge them, the organisation itself."""
DISPOSES = {"POST /api/policies": "policy.manage"}
"""The right to say something there about what is somebody else's in one's organisation."""
HELD_BY_ROW_SECURITY = {"artifact_id", "call_id", "grant_id", "rule_id", "user_id"}
"""What is asked for by its id alone, because Postgres looks after whose it is; the rest by its owner too."""


@dataclass(frozen=True)
class Stranger:
    """Somebody whom alice's things do not concern."""

    name: str
    person: Person
    roles: frozenset[str]
    colleague: bool

    def is_concerned(self, parameter: str, door: str = "") -> bool:
        rights = [right for right in (CONCERNS.get(parameter), DISPOSES.get(door)) if right is not None]
        return self.colleague and (parameter in EVERYBODYS or any(has(self.roles, right) for right in rights))

    def answered(self, needs: str) -> int:
        return 403 if needs in RIGHTS and not has(self.roles, needs) else 404


@dataclass(frozen=True)
class Hers:
    """What alice has, and ids that nobody has anything under."""

    alice: Person
    asked: dict[str, Asked]
    hers: Ids
    nobodys: Ids


def asked_of(document: dict[str, Any]) -> dict[str, Asked]:
    """Door -> what is asked there, for every door that takes the id of something."""
    found = {}
    for door in ROUTES:
        method, path = door.split(" ")
        operation = document["paths"][path][method.lower()]
        body = BODIES[door] if door in BODIES else body_of(document, operation)
        wanted = [
            each["name"] for each in operation.get("parameters", ()) if each["in"] == "query" and each["required"]
        ]
        query = "&".join(f"{name}=x" for name in wanted)
        asked = Asked(method, f"{path}?{query}" if query else path, body)
        # What is open to everybody is nobody's in particular.
        if asked.parameters and ROUTES[door] != ANYBODY:
            found[door] = asked
    return found


def unasked(document: dict[str, Any], asked: dict[str, Asked]) -> set[str]:
    """The doors whose body can name somebody's thing, and that are asked about none."""
    kinds = {name for each in asked.values() for name in each.parameters}
    found = set()
    for door in set(ROUTES) - set(asked):
        method, path = door.split(" ")
        if ROUTES[door] == ANYBODY:
            continue
        content = document["paths"][path][method.lower()].get("requestBody", {}).get("content", {})
        for media in content.values():
            names = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", each).lower() for each in names_in(document, media["schema"])}
            if names & kinds:
                found.add(door)
    return found


async def hers_of(place: Place, alice: Person) -> Hers:
    await make_everything(place, alice)
    asked = asked_of(await alice.ok("GET", "/api/openapi.json"))
    user_id = (await alice.ok("GET", "/api/me"))["user"]["id"]
    names = {name for each in asked.values() for name in each.parameters} | set(re.findall(r"\{(\w+)\}", str(PAYLOADS)))
    hers = {name: await id_of(place, name, user_id) for name in sorted(names - {"definition_hash"})}
    nobodys = {name: other(value) for name, value in hers.items()}
    ((declared,),) = await place.sql("select hash from definitions limit 1")
    return Hers(alice, asked, {**hers, "definition_hash": declared}, {**nobodys, "definition_hash": declared})


def other(value: str) -> str:
    """An id of the same form that nobody has."""
    return str(uuid4()) if re.fullmatch(r"[0-9a-f-]{36}", value) else value[:4] + uuid4().hex[: len(value) - 4]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hers(_place: Place) -> AsyncIterator[Hers]:
    async with _place.person("alice") as alice:
        await alice.ok("POST", "/api/servers/journal/connect")
        yield await hers_of(_place, alice)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def strangers(_place: Place, hers: Hers) -> AsyncIterator[list[Stranger]]:
    """A viewer, a member, an approver and an admin of her organisation, and an owner of another one."""
    place = _place
    async with AsyncExitStack() as stack:
        names = {"viewer": "vera", "member": "bob", "approver": "carol", "admin": "dave", "other tenant": "mallory"}
        people = {each: await stack.enter_async_context(place.person(who)) for each, who in names.items()}
        await place.sql("update users set roles = '{owner}' where name = 'Mallory'")
        found = []
        for each, person in people.items():
            me = await person.ok("GET", "/api/me")
            found.append(Stranger(each, person, frozenset(me["roles"]), each != "other tenant"))
        assert [sorted(each.roles) for each in found] == [["viewer"], ["member"], ["approver"], ["admin"], ["owner"]]
        yield found


def refused(answered: tuple[int, dict[str, str], bytes], asked: Asked, status: int) -> bool:
    """Whether it says that there is no such thing, or in a body's field: that this field names nothing."""
    found, _, content = answered
    named = any(f'"field":"/{name}"'.encode() in content for name in asked.parameters)
    return found == status or (found == 422 and named) or (found == 403 and b'"code":"forbidden"' in content)


async def leaks_by_http(place: Place, hers: Hers, strangers: list[Stranger]) -> list[str]:
    """The doors that told a stranger more than that there is nothing, or that changed something."""
    found = []
    before = await fingerprint(place)
    for door, asked in hers.asked.items():
        for stranger in strangers:
            if any(stranger.is_concerned(name, door) for name in asked.parameters):
                continue
            theirs = await answer(stranger.person.http, asked, hers.hers)
            nobodys = await answer(stranger.person.http, asked, hers.nobodys)
            if theirs != nobodys or not refused(theirs, asked, stranger.answered(ROUTES[door])):
                found.append(f"{door} as {stranger.name}: {theirs[0]} {theirs[2]!r}, and {nobodys[0]} {nobodys[2]!r}")
        after = await fingerprint(place)
        if after != before:
            found.append(f"{door} changed {[name for name in after if after[name] != before.get(name)]}")
            before = after
    return found


async def test_every_door_that_names_a_thing_is_asked_about_one(hers: Hers) -> None:
    assert not unasked(await hers.alice.ok("GET", "/api/openapi.json"), hers.asked)
    assert {name for each in hers.asked.values() for name in each.parameters} <= set(hers.hers)
    assert len(hers.asked) >= 50
    assert set(PAYLOADS) == set(EVENTS)


async def test_no_route_tells_a_stranger_anything_or_does_anything_for_them(
    place: Place, hers: Hers, strangers: list[Stranger]
) -> None:
    leaks = await leaks_by_http(place, hers, strangers)
    assert not leaks, "\n".join(leaks)


async def test_no_event_tells_a_stranger_anything_or_does_anything_for_them(
    place: Place, hers: Hers, strangers: list[Stranger]
) -> None:
    before = await fingerprint(place)
    for event, payload in PAYLOADS.items():
        for stranger in strangers:
            if "call_id" in str(payload) and stranger.is_concerned("call_id"):
                continue
            found = await acknowledged(stranger.person, event, payload, hers.hers)
            assert found == await acknowledged(stranger.person, event, payload, hers.nobodys)
            closed = stranger.answered(EVENTS[event]) == 403
            code = "forbidden" if closed else "not_found"
            assert f"'code': '{code}'" in found or event == "thread.close", f"{event} as {stranger.name}: {found}"
    assert await fingerprint(place) == before


async def test_no_event_takes_a_childs_id_of_another_with_ones_own_parents(
    place: Place, hers: Hers, strangers: list[Stranger]
) -> None:
    who_may = [each for each in strangers if has(each.roles, "runs.start")]
    assert len(who_may) == 4
    owns = [(await each.person.ok("POST", "/api/threads", {}))["id"] for each in who_may]
    before = await fingerprint(place)
    for stranger, own in zip(who_may, owns, strict=True):
        for event in ("run.cancel", "run.retry"):
            found = await acknowledged(stranger.person, event, PAYLOADS[event], {**hers.hers, "thread_id": own})
            nobodys = {**hers.nobodys, "thread_id": own}
            assert "'code': 'not_found'" in found
            assert found == await acknowledged(stranger.person, event, PAYLOADS[event], nobodys)
    assert await fingerprint(place) == before


async def test_whoever_is_not_signed_in_or_no_longer_belongs_is_told_to_sign_in_by_every_door(
    place: Place, hers: Hers
) -> None:
    alice = hers.alice
    async with (
        place.person("bob") as revoked,
        httpx.AsyncClient(base_url=place.url, verify=NO_AUTHORITIES) as anonymous,
    ):
        user_id = (await revoked.ok("GET", "/api/me"))["user"]["id"]
        await alice.ok("PATCH", f"/api/members/{user_id}", {"active": False})
        before = await fingerprint(place)
        try:
            for http in (anonymous, revoked.http):
                for door, asked in hers.asked.items():
                    found = await answer(http, asked, hers.hers)
                    assert (found[0] == 401) == (ROUTES[door] != ANYBODY), door
                    assert found == await answer(http, asked, hers.nobodys), door
            await revoked.sio.disconnect()
            # Without a socket there is no event.
            with pytest.raises(NotConnected):
                await revoked.connect()
            revoked.http.cookies.clear()
            with pytest.raises(NotConnected):
                await revoked.connect()
            assert await fingerprint(place) == before
        finally:
            await alice.ok("PATCH", f"/api/members/{user_id}", {"active": True})


async def test_without_row_level_security_the_matrix_finds_leaks(postgres: PostgresAccess, tmp_path: Path) -> None:
    async with (
        open_place(postgres, tmp_path) as place,
        place.person("alice") as alice,
        place.person("mallory") as mallory,
    ):
        await alice.ok("POST", "/api/servers/journal/connect")
        hers = await hers_of(place, alice)
        await place.sql("update users set roles = '{owner}' where name = 'Mallory'")
        stranger = [Stranger("other tenant", mallory, frozenset({"owner"}), colleague=False)]
        await place.sql(
            "do $$ declare t text; begin for t in select oid::regclass from pg_class where relrowsecurity "
            "loop execute 'alter table ' || t || ' disable row level security'; end loop; end $$"
        )
        leaks = await leaks_by_http(place, hers, stranger)
    doors = [each.partition(" as ")[0] for each in leaks]
    leaking = {name for name in hers.hers if any(f"{{{name}}}" in door for door in doors)}
    assert leaking >= HELD_BY_ROW_SECURITY, "\n".join(leaks)
