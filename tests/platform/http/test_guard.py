"""What reaches the application, and what every answer carries, over real HTTP."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI, HTTPException, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import OperationalError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from interlock_platform.errors import FieldError, Problem, not_found
from interlock_platform.http.authentication import Authentication, SignedIn
from interlock_platform.http.guard import guard, origin_of
from interlock_platform.http.headers import EVERYWHERE
from interlock_platform.http.problems import install_problems, unknown_api
from interlock_platform.principal import Principal
from tests.platform.http.serving import serving

ANN = Principal(uuid4(), uuid4(), uuid4(), "Ann", "ann@x.example", frozenset({"member"}))
KNOWN = {"Cookie": "session=ann"}
PAGE = {"Accept": "text/html"}


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str
    count: int


async def _authenticate(secret: str | None) -> Principal:
    if secret == "ann":
        return ANN
    if secret == "away":
        raise OperationalError("select 1", {}, Exception("connection refused"))
    raise Problem("unauthenticated", 401, "Sign in first.")


def _application(base_url: str) -> ASGIApp:
    app = FastAPI()
    app.state.authentication = Authentication("session", _authenticate)
    install_problems(app)

    @app.get("/api/me")
    async def me(principal: SignedIn) -> str:
        return principal.name

    @app.post("/api/notes")
    async def add(note: Note) -> Note:
        return note

    @app.get("/api/notes")
    async def found(limit: int = Query(1, le=10)) -> int:
        return limit

    @app.delete("/api/notes")
    async def drop() -> str:
        return "dropped"

    @app.get("/api/fail/{how}")
    async def fail(how: str) -> str:
        if how == "problem":
            raise Problem("stale", 409, "It changed.", errors=(FieldError("/seal", "Is old."),), by={"id": ANN.user_id})
        if how == "not-found":
            raise not_found()
        if how == "http":
            raise HTTPException(403)
        if how == "database":
            raise OperationalError("select secret", {}, Exception("connection refused"))
        raise ZeroDivisionError("the secret reason")

    @app.get("/api/stream")
    async def stream(broken: bool = False) -> StreamingResponse:
        async def parts() -> AsyncIterator[str]:
            yield "data: 1\n\n"
            if broken:
                raise ZeroDivisionError("in the middle")
            await asyncio.Event().wait()

        return StreamingResponse(parts(), media_type="text/event-stream")

    @app.post("/hook")
    async def hook() -> str:
        return "taken"

    @app.get("/healthz")
    async def healthz() -> str:
        return "ok"

    app.include_router(unknown_api)

    @app.get("/{page:path}")
    async def ui(page: str) -> str:
        return "page"

    return guard(app, base_url=base_url, authentication=app.state.authentication, any_type=("/hook",))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with serving(_application) as base_url, httpx2.AsyncClient(base_url=base_url, trust_env=False) as client:
        yield client


def _code(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["detail"].endswith(".")
    return answer.status_code, body["code"]


async def test_every_answer_carries_the_headers(client: httpx2.AsyncClient, subtests: pytest.Subtests) -> None:
    requests: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "/", {"headers": KNOWN | PAGE}),
        ("GET", "/", {"headers": PAGE}),
        ("GET", "/api/me", {"headers": KNOWN}),
        ("GET", "/api/me", {}),
        ("GET", "/api/fail/problem", {}),
        ("GET", "/api/fail/bug", {}),
        ("GET", "/api/fail/database", {}),
        ("GET", "/api/nothing", {}),
        ("PUT", "/api/me", {}),
        ("POST", "/api/notes", {"content": b"x" * (1024 * 1024 + 1)}),
        ("POST", "/api/notes", {"content": b"x"}),
        ("POST", "/api/notes", {"json": {}, "headers": {"Origin": "https://evil.example"}}),
        ("GET", "/api/me", {"headers": {"Host": "evil.example"}}),
        ("OPTIONS", "/api/notes", {}),
    ]
    for method, path, more in requests:
        with subtests.test(f"{method} {path} {more}"[:60]):
            answer = await client.request(method, path, **more)
            assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
            assert len(answer.headers["x-request-id"]) == 32
            assert answer.headers.get("cache-control") == ("no-store" if path.startswith("/api/") else None)
            assert "strict-transport-security" not in answer.headers
            assert "server" not in answer.headers


async def test_the_content_security_policy_lets_nothing_run_that_is_not_ours(client: httpx2.AsyncClient) -> None:
    policy = (await client.get("/healthz")).headers["content-security-policy"]
    assert "unsafe" not in policy
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives["default-src"] == directives["script-src"] == directives["style-src"] == "'self'"
    assert directives["frame-ancestors"] == directives["object-src"] == directives["base-uri"] == "'none'"


async def test_over_https_browsers_are_told_to_stay_there() -> None:
    transport = httpx2.ASGITransport(_application("https://interlock.example"))
    async with httpx2.AsyncClient(base_url="https://interlock.example", transport=transport) as client:
        assert (await client.get("/healthz")).headers["strict-transport-security"] == "max-age=31536000"


async def test_a_request_id_from_before_us_is_kept_if_it_is_harmless(client: httpx2.AsyncClient) -> None:
    kept = await client.get("/healthz", headers={"X-Request-Id": "abc-123-def"})
    assert kept.headers["x-request-id"] == "abc-123-def"
    for bad in ("short", "x" * 65, "a b c d e f g h", "<script>alert(1)"):
        assert (await client.get("/healthz", headers={"X-Request-Id": bad})).headers["x-request-id"] != bad


async def test_a_problem_says_what_it_was_given(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/api/fail/problem")
    assert _code(answer) == (409, "stale")
    assert answer.json()["errors"] == [{"field": "/seal", "message": "Is old."}]
    assert answer.json()["by"] == {"id": str(ANN.user_id)}
    assert answer.json()["detail"] == "It changed."


async def test_what_the_framework_refuses_is_a_problem_too(client: httpx2.AsyncClient) -> None:
    assert _code(await client.get("/api/fail/http")) == (403, "forbidden")
    assert _code(await client.get("/api/fail/not-found")) == (404, "not_found")
    assert _code(await client.get("/api/nothing")) == (404, "not_found")
    assert _code(await client.get("/api/nothing", headers=PAGE)) == (404, "not_found")
    assert _code(await client.post("/api/nothing/at/all")) == (404, "not_found")
    assert _code(await client.get("/api/me")) == (401, "unauthenticated")
    wrong_method = await client.post("/healthz")
    assert _code(wrong_method) == (405, "method_not_allowed")
    assert wrong_method.headers["allow"] == "GET"


async def test_a_bug_is_told_by_its_id_and_not_by_its_reason(
    client: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await client.get("/api/fail/bug")
    assert _code(answer) == (500, "internal")
    assert "secret" not in answer.text
    assert [record.name for record in caplog.records] == ["interlock_platform.http.problems"]
    assert answer.json()["request_id"] in caplog.text
    assert "the secret reason" in caplog.text


async def test_an_absent_database_is_said_to_pass(client: httpx2.AsyncClient) -> None:
    for answer in (
        await client.get("/api/fail/database"),
        await client.get("/api/me", headers={"Cookie": "session=away"}),
        await client.get("/c/1", headers=PAGE | {"Cookie": "session=away"}),
    ):
        assert _code(answer) == (503, "unavailable")
        assert answer.headers["retry-after"] == "2"
        assert "select" not in answer.text


async def test_each_field_that_is_wrong_is_named(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/api/notes", json={"count": "many", "owner": "me", "a/b": 1})
    assert _code(answer) == (422, "invalid")
    assert {error["field"] for error in answer.json()["errors"]} == {"/title", "/count", "/owner", "/a~1b"}
    assert "many" not in answer.text
    answer = await client.get("/api/notes?limit=11")
    assert answer.json()["errors"][0]["field"] == "/limit"
    answer = await client.post("/api/notes", content=b'{"title": ', headers={"Content-Type": "application/json"})
    assert _code(answer) == (422, "invalid")
    assert answer.json()["errors"][0]["field"] == ""


async def test_a_stream_is_not_held_back(client: httpx2.AsyncClient) -> None:
    async with asyncio.timeout(30), client.stream("GET", "/api/stream") as answer:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert await anext(answer.aiter_text()) == "data: 1\n\n"


async def test_a_stream_that_breaks_off_does_not_look_whole(client: httpx2.AsyncClient) -> None:
    with pytest.raises(httpx2.RemoteProtocolError):
        await client.get("/api/stream?broken=true")


async def test_a_body_over_the_limit_is_refused_declared_or_not(client: httpx2.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1025):
            yield b"x" * 1024

    declared = await client.post("/api/notes", content=b"x" * (1024 * 1024 + 1))
    assert _code(declared) == (413, "too_large")
    assert _code(await client.post("/api/notes", content=endless())) == (413, "too_large")
    assert _code(await client.post("/hook", content=endless())) == (413, "too_large")


async def test_a_body_up_to_the_limit_arrives_whole(client: httpx2.AsyncClient) -> None:
    title = "é" * 500_000
    assert (await client.post("/api/notes", json={"title": title, "count": 1})).json()["title"] == title


async def test_a_body_as_deep_as_it_is_long_is_only_a_bad_request(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/api/notes", content=b"[" * 1_000_000, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert _code(answer)[1] in ("bad_request", "invalid")


async def test_a_change_comes_as_json(client: httpx2.AsyncClient, subtests: pytest.Subtests) -> None:
    body = b'{"title": "x", "count": 1}'
    for kind in (
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=application/json",
        "text/plain; application/json",
        "application/jsonx",
        "",
    ):
        with subtests.test(str(kind)):
            headers = {} if kind is None else {"Content-Type": kind}
            assert _code(await client.post("/api/notes", content=body, headers=headers)) == (415, "not_json")
    for kind in ("application/json", "Application/JSON; charset=utf-8"):
        with subtests.test(kind):
            assert (await client.post("/api/notes", content=body, headers={"Content-Type": kind})).status_code == 200
    assert (await client.delete("/api/notes")).status_code == 200
    assert (await client.post("/hook", content=b"a=b")).status_code == 200


async def test_a_page_of_another_origin_changes_nothing(client: httpx2.AsyncClient, subtests: pytest.Subtests) -> None:
    ours = str(client.base_url).rstrip("/")
    refused: list[list[tuple[str, str]]] = [
        [("Origin", "https://evil.example")],
        [("Origin", "null")],
        [("Origin", "")],
        [("Origin", ours + ".evil.example")],
        [("Origin", ours.replace("http:", "https:"))],
        [("Origin", ours + "0")],
        [("Origin", ours + "/")],
        [("Origin", ours), ("Origin", "https://evil.example")],
        [("Sec-Fetch-Site", "cross-site")],
        [("Sec-Fetch-Site", "same-site")],
        [("Sec-Fetch-Site", "none")],
        [("Origin", ours), ("Sec-Fetch-Site", "cross-site")],
    ]
    for headers in refused:
        for method in ("POST", "DELETE", "PUT", "PATCH"):
            with subtests.test(f"{method} {headers}"):
                answer = await client.request(method, "/api/notes", headers=[*headers, ("Cookie", "session=ann")])
                assert _code(answer) == (403, "wrong_origin")
                assert not any(name.startswith("access-control") for name in answer.headers)
    for allowed in ([("Origin", ours)], [("Origin", ours), ("Sec-Fetch-Site", "same-origin")], []):
        with subtests.test(f"allowed {allowed}"):
            assert (await client.delete("/api/notes", headers=allowed)).status_code == 200
    reading = await client.get("/api/me", headers=KNOWN | {"Origin": "https://evil.example"})
    assert reading.status_code == 200
    assert not any(name.startswith("access-control") for name in reading.headers)


async def test_it_answers_under_its_own_names_only(client: httpx2.AsyncClient, subtests: pytest.Subtests) -> None:
    for host in (
        "evil.example",
        "127.0.0.1.evil.example",
        "evil.example:8000",
        "localhost@evil.example",
        "localhost/evil",
        "localhost#",
        "localhost:80:80",
        "[::1",
        "::1",
        "",
        "127.0.0.2",
    ):
        with subtests.test(host):
            answer = await client.get("/api/me", headers=KNOWN | {"Host": host, "X-Forwarded-Host": "127.0.0.1"})
            assert answer.status_code == 400
            if host not in ("localhost/evil",):
                assert _code(answer) == (400, "wrong_host")
    for host in ("localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:8000"):
        with subtests.test(host):
            assert (await client.get("/api/me", headers=KNOWN | {"Host": host})).status_code == 200
    assert (await client.get("/healthz", headers={"Host": "10.0.0.7:8000"})).status_code == 200


async def test_a_socket_for_another_host_is_refused_before_it_opens() -> None:
    async def reached(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})

    async def nothing() -> Message:
        return {"type": "websocket.connect"}

    layers = guard(reached, base_url="http://127.0.0.1:8000", authentication=Authentication("session", _authenticate))
    for host, answer in ((b"127.0.0.1:8000", "websocket.accept"), (b"evil.example", "websocket.close")):
        said: list[str] = []

        async def send(message: Message, said: list[str] = said) -> None:
            said.append(message["type"])

        await layers({"type": "websocket", "path": "/ws/socket.io", "headers": [(b"host", host)]}, nothing, send)
        assert said == [answer]


async def test_opening_a_page_without_a_session_leads_to_sign_in_and_back(
    client: httpx2.AsyncClient, subtests: pytest.Subtests
) -> None:
    for path, wanted in (
        ("/", "%2F"),
        ("/c/42", "%2Fc%2F42"),
        ("/c/42?a=b&c=d", "%2Fc%2F42%3Fa%3Db%26c%3Dd"),
        ("//evil.example", "%2Fevil.example"),
        ("/caf%C3%A9", "%2Fcaf%25C3%25A9"),
    ):
        with subtests.test(path):
            answer = await client.get(httpx2.URL(str(client.base_url)).copy_with(raw_path=path.encode()), headers=PAGE)
            assert answer.status_code == 303
            assert answer.headers["location"] == f"/auth/login?next={wanted}"
    assert (await client.get("/c/42", headers=PAGE | KNOWN)).status_code == 200


async def test_only_page_loads_lead_to_sign_in(client: httpx2.AsyncClient) -> None:
    assert _code(await client.get("/api/me", headers=PAGE)) == (401, "unauthenticated")
    for path, headers in (
        ("/assets/x.js", {"Accept": "*/*"}),
        ("/assets/x.js", PAGE),
        ("/favicon.svg", {"Accept": "image/*"}),
        ("/c/42", {"Accept": "application/json"}),
        ("/c/42", PAGE | {"Sec-Fetch-Mode": "cors"}),
        ("/healthz", PAGE),
    ):
        assert (await client.get(path, headers=headers)).status_code == 200


async def test_a_page_under_another_loopback_name_moves_to_the_one_that_cookies_know(
    client: httpx2.AsyncClient,
) -> None:
    ours = str(client.base_url).rstrip("/")
    host = f"localhost:{urlsplit(ours).port}"
    for path in ("/c/42?a=b", "/auth/login?next=%2F"):
        answer = await client.get(path, headers=PAGE | {"Host": host})
        assert (answer.status_code, answer.headers["location"]) == (307, ours + path)


@pytest.mark.parametrize(
    ("base_url", "origin"),
    [
        ("https://Interlock.example", "https://interlock.example"),
        ("https://interlock.example:443", "https://interlock.example"),
        ("http://interlock.example:80", "http://interlock.example"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://interlock.example:8443", "https://interlock.example:8443"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(base_url: str, origin: str) -> None:
    assert origin_of(base_url) == origin
