"""Every route and every socket event, asked by people whom the thing does not concern."""

from typing import Any
from uuid import uuid4

import pytest

from interlock_platform.doors import ROUTES
from interlock_platform.rights import RIGHTS
from tests.person import Person
from tests.platform.chat.talking import talk
from tests.platform.gate.asking import rule
from tests.platform.place import Place, record

BODIES: dict[tuple[str, str], Any] = {
    ("patch", "/api/threads/{thread_id}"): {"title": "Mine now"},
    ("post", "/api/approvals/{call_id}/decision"): {"decision": "approve", "seal": "0"},
    ("post", "/api/approvals/{call_id}/resolution"): {"resolution": "confirmed_done"},
    ("put", "/api/threads/{thread_id}/tools"): {"off": []},
    ("patch", "/api/policies/{rule_id}"): {"enabled": False},
    ("patch", "/api/members/{user_id}"): {"active": False},
    ("post", "/api/invitations"): {"roles": ["member"]},
    ("post", "/api/threads/{thread_id}/runs"): {"text": "Mine now"},
}
# An approver may see what waits in the organisation, and everybody reads the rules that they are judged by.
MAY_SEE = {("approvals", "Carol"), ("policies", "Carol"), ("policies", "Bob")}
IDS = (
    "thread_id", "call_id", "rule_id", "grant_id", "artifact_id", "user_id", "session_id", "tenant_id", "invitation_id",
    "job_id",
    "key_id", "run_id",
    "provider_id",
)  # fmt: skip


async def routes_with_ids(person: Person) -> list[tuple[str, str]]:
    """(method, path) of every route that names a thing."""
    document = await person.ok("GET", "/api/openapi.json")
    return [
        (method, path)
        for path, operations in document["paths"].items()
        for method in operations
        if "{" in path and "{server_id}" not in path and "{secret}" not in path
    ]


async def answer(person: Person, method: str, path: str, ids: dict[str, str]) -> tuple[int, dict[str, Any]]:
    said = await person.api(method.upper(), path.format(**ids), BODIES.get((method, path)))
    body = said.json()
    body.pop("request_id")
    return said.status_code, body


async def test_every_route_answers_others_as_if_there_were_nothing(
    place: Place, alice: Person, bob: Person, carol: Person, mallory: Person
) -> None:
    place.model.script([{"calls": [record("theirs")]}])
    thread_id, run_id = await talk(alice, "Record it")
    card = await alice.card(thread_id)
    tool = {"server": "journal", "tool": "record", "definition_hash": card["tool"]["definition_hash"]}
    async with rule(alice, verdict="ask") as made:
        grant = await alice.ok("POST", "/api/grants", tool)
        invitation = (await alice.ok("POST", "/api/invitations", {"roles": ["member"]}))["invitation"]
        key = await alice.ok("POST", "/api/keys", {"name": "hers", "scopes": ["threads.read"], "days": 1})
        hers = {
            "thread_id": thread_id,
            "run_id": run_id,
            "key_id": key["key"]["id"],
            "call_id": card["id"],
            "rule_id": made["id"],
            "grant_id": grant["id"],
            "artifact_id": str(uuid4()),
            "user_id": (await alice.ok("GET", "/api/me"))["user"]["id"],
            "invitation_id": invitation["id"],
            # Bob and Carol are of hers themselves; tests/platform/invitations/test_switching.py asks those who are not.
            "tenant_id": str(uuid4()),
            "job_id": (await alice.ok("POST", "/api/data/exports", {"of": "me"}))["id"],
            "provider_id": str(uuid4()),
            "session_id": (await alice.ok("GET", "/api/sessions"))["sessions"][0]["id"],
        }
        await others_find_nothing(alice, (bob, carol, mallory), hers)
        assert (await alice.ok("GET", "/api/policies"))["rules"][0]["enabled"]
        assert (await alice.ok("GET", "/api/grants"))["grants"][0]["state"] == "live"
        assert (await alice.ok("GET", f"/api/approvals/{card['id']}"))["state"] == "proposed"
        assert (await alice.api("DELETE", f"/api/grants/{grant['id']}")).status_code == 204
        assert (await alice.api("DELETE", f"/api/invitations/{invitation['id']}")).status_code == 204


async def others_find_nothing(owner: Person, others: tuple[Person, ...], hers: dict[str, str]) -> None:
    """Everybody else is answered as if hers were nobody's."""
    nobodys = {name: str(uuid4()) for name in IDS}
    routes = await routes_with_ids(owner)
    assert len(routes) >= 11
    for method, path in routes:
        for other in others:
            me = await other.ok("GET", "/api/me")
            if (path.split("/")[2], me["user"]["name"]) in MAY_SEE:
                continue
            needs = ROUTES[f"{method.upper()} {path}"]
            closed = needs in RIGHTS and needs not in me["rights"]
            found = await answer(other, method, path, hers)
            assert found[0] == (403 if closed else 404), f"{method} {path}"
            assert found == await answer(other, method, path, nobodys), f"{method} {path}"


async def test_no_route_but_the_open_ones_answers_without_a_session(place: Place, alice: Person) -> None:
    document = await alice.ok("GET", "/api/openapi.json")
    alice.http.cookies.clear()
    for path, operations in document["paths"].items():
        if not path.startswith("/api/"):
            continue
        for method in operations:
            ids = dict.fromkeys((*IDS, "server_id"), str(uuid4()))
            said = await alice.api(method.upper(), path.format(**ids), BODIES.get((method, path)))
            assert said.status_code == 401, f"{method} {path}: {said.status_code}"


@pytest.mark.parametrize(
    ("event", "more"),
    [
        ("thread.open", {}),
        ("run.start", {"run_id": str(uuid4()), "text": "hello"}),
        ("run.cancel", {}),
        ("run.retry", {}),
        ("approval.decide", {"decision": "approve", "seal": "0"}),
        ("approval.resolve", {"resolution": "confirmed_done"}),
        ("approval.extend", {}),
    ],
)
async def test_every_event_answers_others_as_if_there_were_nothing(
    event: str, more: dict[str, Any], place: Place, alice: Person, bob: Person, mallory: Person
) -> None:
    place.model.script([{"calls": [record(event)]}])
    thread_id, run_id = await talk(alice, "Record it")
    call_id = (await alice.card(thread_id))["id"]
    hers: dict[str, Any] = {"id": call_id} if event.startswith("approval") else {"thread_id": thread_id}
    if event in ("run.cancel", "run.retry"):
        hers["run_id"] = run_id
    for other in (bob, mallory):
        found = await other.emit(event, **hers, **more)
        nobodys = {name: str(uuid4()) for name in hers}
        assert found["error"]["code"] == "not_found"
        assert found == await other.emit(event, **nobodys, **more)
