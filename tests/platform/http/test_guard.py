"""What reaches the application, and what every answer carries, over real HTTP."""

from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.types import Message, Receive, Scope, Send

from interlock_platform.http.authentication import Authentication
from interlock_platform.http.guard import guard, origin_of
from interlock_platform.http.headers import EVERYWHERE
from tests.platform.http.guarded import KNOWN, PAGE, application, authenticate, code_of


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
    transport = httpx2.ASGITransport(application("https://interlock.example"))
    async with httpx2.AsyncClient(base_url="https://interlock.example", transport=transport) as client:
        assert (await client.get("/healthz")).headers[
            "strict-transport-security"
        ] == "max-age=31536000; includeSubDomains"


async def test_a_request_id_from_before_us_is_kept_if_it_is_harmless(client: httpx2.AsyncClient) -> None:
    kept = await client.get("/healthz", headers={"X-Request-Id": "abc-123-def"})
    assert kept.headers["x-request-id"] == "abc-123-def"
    for bad in ("short", "x" * 65, "a b c d e f g h", "<script>alert(1)"):
        assert (await client.get("/healthz", headers={"X-Request-Id": bad})).headers["x-request-id"] != bad


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
            assert code_of(await client.post("/api/notes", content=body, headers=headers)) == (415, "not_json")
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
                assert code_of(answer) == (403, "wrong_origin")
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
                assert code_of(answer) == (400, "wrong_host")
    for host in ("localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:8000"):
        with subtests.test(host):
            assert (await client.get("/api/me", headers=KNOWN | {"Host": host})).status_code == 200
    assert (await client.get("/healthz", headers={"Host": "10.0.0.7:8000"})).status_code == 200


async def test_a_socket_for_another_host_is_refused_before_it_opens() -> None:
    async def reached(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})

    async def nothing() -> Message:
        return {"type": "websocket.connect"}

    layers = guard(reached, base_url="http://127.0.0.1:8000", authentication=Authentication("session", authenticate))
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
    assert code_of(await client.get("/api/me", headers=PAGE)) == (401, "unauthenticated")
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
