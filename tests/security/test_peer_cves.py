"""What happened to peers and to what we are built on, tried here; docs/security.md has the table."""

import asyncio
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from packaging.version import Version

from interlock_platform.doors import A_PROGRAM, ROUTES
from tests.person import Person
from tests.platform.place import Place
from tests.security.asking import fingerprint
from tests.security.bodies import body_of, resolved

EVIL = "https://evil.example"
FLOORS = {
    "langgraph": "1.0.10",
    "langgraph-checkpoint": "4.0.0",
    "langgraph-checkpoint-postgres": "3.0.1",
    "langgraph-sdk": "0.3.15",
    "langchain-core": "1.2.5",
    "python-socketio": "5.14.0",
    "python-engineio": "4.13.2",
    "starlette": "1.3.1",
    "fastapi": "0.109.1",
    "authlib": "1.6.11",
    "mcp": "1.23.0",
    "pyjwt": "2.12.0",
    "uvicorn": "0.30.0",
}
"""Distribution -> the first version without the faults that docs/security.md names."""
NOT_INSTALLED_MATTERS_NOT = {"pyjwt"}

NEVER_A_FIELD = ("tenant_id", "role", "is_admin", "approved", "command", "args", "env", "tool_ids")
FREE_FORM = {"POST /api/chat/stream": "AG-UI's own shape", "PATCH /api/policies/{rule_id}": "checked as a whole rule"}


def test_what_is_known_to_be_broken_is_not_installed() -> None:
    for name, floor in FLOORS.items():
        try:
            found = version(name)
        except ModuleNotFoundError:
            assert name in NOT_INSTALLED_MATTERS_NOT
            continue
        assert Version(found) >= Version(floor), name


async def test_no_answer_lets_another_origin_read_it(alice: Person) -> None:
    for method, path in (("GET", "/api/me"), ("OPTIONS", "/api/me"), ("POST", "/api/threads"), ("GET", "/auth/login")):
        for origin in (EVIL, "null", f"{alice.http.base_url}.evil.example"):
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            answer = await alice.http.request(method, path, headers=asked, follow_redirects=False)
            assert not [name for name in answer.headers if name.startswith("access-control")], f"{method} {path}"


async def test_no_safe_method_changes_anything(place: Place, alice: Person) -> None:
    before = await fingerprint(place)
    for door in ROUTES:
        method, path = door.split(" ")
        if method == "GET" and not path.startswith("/auth/"):
            for parameter in ("server_id", "thread_id"):
                path = path.replace(f"{{{parameter}}}", str(uuid4()))
            await alice.http.get(path.replace("{", "").replace("}", ""))
    assert await fingerprint(place) == before


async def test_what_a_proxy_would_say_is_not_believed(alice: Person) -> None:
    forged = {
        "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1",
        "Forwarded": "host=evil.example;proto=https", "X-Original-URL": "/healthz", "X-Rewrite-URL": "/healthz",
        "X-HTTP-Method-Override": "GET",
    }  # fmt: skip
    left = await alice.http.get("/auth/login", headers=forged, follow_redirects=False)
    redirect = parse_qs(urlsplit(left.headers["location"]).query)["redirect_uri"]
    assert redirect == [f"{str(alice.http.base_url).rstrip('/')}/auth/callback"]
    alice.http.cookies.clear()
    assert (await alice.http.get("/api/me", headers=forged)).status_code == 401
    assert (await alice.http.request("DELETE", "/api/sessions", headers=forged)).status_code == 401


async def said_to(place: Place, raw: bytes) -> bytes:
    """All that comes back for these bytes, until the server closes."""
    parts = urlsplit(place.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write(raw.replace(b"HOST", f"{parts.hostname}:{parts.port}".encode()))
        await writer.drain()
        async with asyncio.timeout(30):
            return await reader.read()
    finally:
        writer.close()


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 4\r\nContent-Length: 40\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 4, 40\r\n",
        b"Transfer-Encoding: xchunked\r\n",
    ],
)
async def test_a_message_whose_length_is_in_doubt_is_refused(place: Place, lengths: bytes) -> None:
    hidden = b"GET /healthz HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n"
    body = b"0\r\n\r\n" + hidden
    found = await said_to(
        place, b"POST /auth/logout HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n" + lengths + b"\r\n" + body
    )
    assert found.count(b"HTTP/1.1 ") <= 1
    assert b"HTTP/1.1 200" not in found


async def test_trace_is_not_answered(alice: Person) -> None:
    answer = await alice.http.request("TRACE", "/api/me", headers={"X-Secret": "echoed"})
    assert answer.status_code in (401, 404, 405)
    assert "echoed" not in answer.text


@pytest.mark.parametrize(
    "path", ["/assets/", "/assets", "/auth/", "/api/", "/static/", "/.git/config", "/api/artifacts/"]
)
async def test_no_directory_is_listed(alice: Person, path: str) -> None:
    answer = await alice.http.get(path, headers={"Accept": "application/json"})
    assert "Index of" not in answer.text
    assert "[core]" not in answer.text


@pytest.mark.parametrize(
    "name",
    ["../../../../etc/passwd", "..%2f..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/etc/passwd",
     "..%5c..%5cetc%5cpasswd", "%00/etc/passwd", "....//....//etc/passwd"],
)  # fmt: skip
async def test_no_name_that_a_client_gives_becomes_a_path(place: Place, alice: Person, name: str) -> None:
    cookies = "; ".join(f"{key}={value}" for key, value in alice.http.cookies.items()).encode()
    for prefix in ("/assets/", "/api/artifacts/", "/api/threads/", "/api/servers/", "/"):
        line = b"GET " + f"{prefix}{name}".encode() + b" HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n"
        found = await said_to(place, line + b"Cookie: " + cookies + b"\r\n\r\n")
        assert b"root:" not in found
        assert b"HTTP/1.1 500" not in found


def bodies(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(door, the least body that it takes) of every door that takes an object."""
    for door in ROUTES:
        method, path = door.split(" ")
        operation = document["paths"][path][method.lower()]
        body = body_of(document, operation)
        if isinstance(body, dict) and door not in FREE_FORM and ROUTES[door] != A_PROGRAM:
            yield door, body


async def test_no_route_takes_a_field_that_is_not_its_own(place: Place, alice: Person) -> None:
    document = await alice.ok("GET", "/api/openapi.json")
    before, asked = await fingerprint(place), 0
    for door, body in bodies(document):
        method, path = door.split(" ")
        for parameter in ("{server_id}", "{thread_id}"):
            path = path.replace(parameter, str(uuid4()))
        path = "/".join(str(uuid4()) if each.startswith("{") else each for each in path.split("/"))
        schema = resolved(
            document,
            document["paths"][door.split(" ")[1]][method.lower()]["requestBody"]["content"]["application/json"][
                "schema"
            ],
        )
        for field in NEVER_A_FIELD:
            if field in schema.get("properties", ()):
                continue
            answer = await alice.api(method, path, {**body, field: "x"})
            assert answer.status_code == 422, f"{door} with {field}: {answer.status_code} {answer.text}"
            asked += 1
    assert asked > 100
    assert await fingerprint(place) == before
