"""What goes wrong is told as a problem, streams break off as what they are, and bodies have a limit."""

import asyncio
import logging
from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.platform.http.guarded import ANN, PAGE, code_of


async def test_a_problem_says_what_it_was_given(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/api/fail/problem")
    assert code_of(answer) == (409, "stale")
    assert answer.json()["errors"] == [{"field": "/seal", "message": "Is old."}]
    assert answer.json()["by"] == {"id": str(ANN.user_id)}
    assert answer.json()["detail"] == "It changed."


async def test_what_the_framework_refuses_is_a_problem_too(client: httpx2.AsyncClient) -> None:
    assert code_of(await client.get("/api/fail/http")) == (403, "forbidden")
    assert code_of(await client.get("/api/fail/not-found")) == (404, "not_found")
    assert code_of(await client.get("/api/nothing")) == (404, "not_found")
    assert code_of(await client.get("/api/nothing", headers=PAGE)) == (404, "not_found")
    assert code_of(await client.post("/api/nothing/at/all")) == (404, "not_found")
    assert code_of(await client.get("/api/me")) == (401, "unauthenticated")
    wrong_method = await client.post("/healthz")
    assert code_of(wrong_method) == (405, "method_not_allowed")
    assert wrong_method.headers["allow"] == "GET"


async def test_a_bug_is_told_by_its_id_and_not_by_its_reason(
    client: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await client.get("/api/fail/bug")
    assert code_of(answer) == (500, "internal")
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
        assert code_of(answer) == (503, "unavailable")
        assert answer.headers["retry-after"] == "2"
        assert "select" not in answer.text


async def test_each_field_that_is_wrong_is_named(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/api/notes", json={"count": "many", "owner": "me", "a/b": 1})
    assert code_of(answer) == (422, "invalid")
    assert {error["field"] for error in answer.json()["errors"]} == {"/title", "/count", "/owner", "/a~1b"}
    assert "many" not in answer.text
    answer = await client.get("/api/notes?limit=11")
    assert answer.json()["errors"][0]["field"] == "/limit"
    answer = await client.post("/api/notes", content=b'{"title": ', headers={"Content-Type": "application/json"})
    assert code_of(answer) == (422, "invalid")
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
    assert code_of(declared) == (413, "too_large")
    assert code_of(await client.post("/api/notes", content=endless())) == (413, "too_large")
    assert code_of(await client.post("/hook", content=endless())) == (413, "too_large")


async def test_a_body_up_to_the_limit_arrives_whole(client: httpx2.AsyncClient) -> None:
    title = "é" * 500_000
    assert (await client.post("/api/notes", json={"title": title, "count": 1})).json()["title"] == title


async def test_a_body_as_deep_as_it_is_long_is_only_a_bad_request(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/api/notes", content=b"[" * 1_000_000, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert code_of(answer)[1] in ("bad_request", "invalid")
