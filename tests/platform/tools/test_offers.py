"""Resources and prompts of connected servers, for their user and for nobody else."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.mcp_servers.fixtures import WholeServers, whole  # noqa: F401 - a fixture
from tests.mcp_servers.whole import BOOK
from tests.person import Person
from tests.platform.place import Place


@pytest_asyncio.fixture(loop_scope="session")
async def server(alice: Person, whole: WholeServers) -> AsyncIterator[str]:  # noqa: F811
    """Where Alice's connected server "whole" is found."""
    url = whole.spec("http").url
    body = {"name": "Whole", "transport": "http", "url": url, "auth": "none", "scope": "tenant"}
    made = await alice.ok("POST", "/api/servers", body)
    await alice.ok("POST", f"/api/servers/{made['id']}/connect")
    yield f"/api/servers/{made['id']}"
    await alice.ok("DELETE", f"/api/servers/{made['id']}")


async def test_resources_are_listed_and_read_as_text(alice: Person, server: str) -> None:
    listed = (await alice.ok("GET", f"{server}/resources"))["resources"]
    (book,) = [each for each in listed if each["uri"] == "book://1"]
    assert book == {
        "uri": "book://1", "name": "book 1", "title": "Book 1", "description": "A book.", "mime_type": "text/plain",
        "size": None,
    }  # fmt: skip
    assert await alice.ok("GET", f"{server}/resource?uri=book://1") == {"text": "the text of book 1"}
    (picture,) = [each["uri"] for each in listed if each["mime_type"] == "image/png"]
    assert await alice.ok("GET", f"{server}/resource?uri={picture}") == {"text": f"[No text: {picture}]"}
    refused = await alice.api("GET", f"{server}/resource?uri={BOOK}/nine")
    assert (refused.status_code, refused.json()["code"]) == (502, "server_refused")


async def test_addresses_are_filled_in_and_the_server_proposes_values(alice: Person, server: str) -> None:
    (page,) = (await alice.ok("GET", f"{server}/resource-templates"))["templates"]
    assert (page["uri_template"], page["name"], page["variables"]) == ("page://{number}", "page", ["number"])
    asked = {"kind": "template", "name": page["uri_template"], "argument": "number", "value": "7"}
    assert await alice.ok("POST", f"{server}/completion", asked) == {"values": ["7", "70"]}
    body = {"uri_template": page["uri_template"], "arguments": {"number": "7"}}
    refused = await alice.api("POST", f"{server}/resource", {**body, "uri_template": "page://{number"})
    assert (refused.status_code, refused.json()["code"]) == (502, "server_refused")
    assert await alice.ok("POST", f"{server}/resource", body) == {"text": "page 7"}
    mood = {"kind": "prompt", "name": "greet", "argument": "mood", "value": "", "arguments": {"name": "Ada"}}
    assert await alice.ok("POST", f"{server}/completion", mood) == {"values": ["kindly", "coldly"]}


async def test_prompts_are_listed_and_filled_in(alice: Person, server: str) -> None:
    prompts = (await alice.ok("GET", f"{server}/prompts"))["prompts"]
    (greet,) = [each for each in prompts if each["title"] == "Greet"]
    (required,) = [each["name"] for each in greet["arguments"] if each["required"]]
    filled = await alice.ok("POST", f"{server}/prompt", {"name": greet["name"], "arguments": {required: "Ada"}})
    assert any("Ada" in message["text"] for message in filled["messages"])
    refused = await alice.api("POST", f"{server}/prompt", {"name": "nobody's", "arguments": {}})
    assert (refused.status_code, refused.json()["code"]) == (502, "server_refused")


async def test_whoever_is_not_connected_gets_nothing_and_others_find_no_server(
    alice: Person, bob: Person, mallory: Person, server: str, place: Place
) -> None:
    for path in ("resources", "resource?uri=book://1", "prompts"):
        not_connected = await bob.api("GET", f"{server}/{path}")
        assert (not_connected.status_code, not_connected.json()["code"]) == (502, "server_unreachable")
        assert (await mallory.api("GET", f"{server}/{path}")).json()["code"] == "not_found"
    filled = {"uri_template": "page://{number}", "arguments": {"number": "7"}}
    field = {"kind": "prompt", "name": "greet", "argument": "mood", "value": ""}
    for path, wanted in (("resource", filled), ("completion", field)):
        assert (await bob.api("POST", f"{server}/{path}", wanted)).status_code == 502
        assert (await mallory.api("POST", f"{server}/{path}", wanted)).json()["code"] == "not_found"
    body = {"name": "greet", "arguments": {}}
    assert (await mallory.api("POST", f"{server}/prompt", body)).json()["code"] == "not_found"
    assert (await bob.api("POST", f"{server}/prompt", body)).status_code == 502
    assert place.model.requests() == []
