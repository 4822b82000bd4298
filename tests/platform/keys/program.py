"""A program at Interlock's HTTP API: a key or a token, and no cookie."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx

from tests.person import NO_AUTHORITIES, Person

EVERYTHING = ["runs.start", "tools.call", "tools.connect", "threads.read"]


@asynccontextmanager
async def program(base_url: str, bearer: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {bearer}"}
    async with httpx.AsyncClient(base_url=base_url, headers=headers, verify=NO_AUTHORITIES, timeout=60) as client:
        yield client


async def new_key(person: Person, *, kind: str = "personal", scopes: list[str] | None = None) -> dict[str, Any]:
    """`{key, secret}`."""
    body = {"name": f"for a test {uuid4().hex[:6]}", "scopes": scopes or EVERYTHING, "days": 30, "kind": kind}
    made: dict[str, Any] = await person.ok("POST", "/api/keys", body)
    return made


async def new_token(client: httpx.AsyncClient, scopes: list[str] | None = None) -> str:
    answer = await client.post("/api/token", json=None if scopes is None else {"scopes": scopes})
    assert answer.is_success, answer.text
    token: str = answer.json()["access_token"]
    return token


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def events_until(client: httpx.AsyncClient, thread_id: str, kind: str) -> list[dict[str, Any]]:
    """What the thread's log says, up to an event of this kind."""
    found: list[dict[str, Any]] = []
    after = 0
    for _ in range(40):
        path = f"/api/threads/{thread_id}/events"
        answer = await client.get(path, params={"after": after, "wait": 20})
        assert answer.is_success, answer.text
        found += [entry["event"] for entry in answer.json()["events"]]
        after = answer.json()["seq"]
        if any(event["type"] == kind for event in found):
            return found
    raise AssertionError(f"no {kind} in {[event['type'] for event in found]}")
