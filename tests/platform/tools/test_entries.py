"""People enter servers: who may, who sees them, where they may be, and that no secret comes back."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.mcp_servers.scripted import ScriptedServer
from tests.person import Person
from tests.platform.place import Place
from tests.platform.tools.entering import body, entered, page, refusal, tools_of


@pytest_asyncio.fixture(loop_scope="session")
async def any_host(alice: Person) -> AsyncIterator[None]:
    await alice.ok("PUT", "/api/servers/policy", {"personal": "any", "hosts": []})
    yield
    await alice.ok("PUT", "/api/servers/policy", {"personal": "allow_list", "hosts": []})


async def ids(person: Person) -> list[str]:
    return [each["id"] for each in (await person.ok("GET", "/api/servers"))["servers"]]


async def test_a_server_of_the_tenant_is_everybodys_there_and_nobody_elses(
    place: Place, alice: Person, bob: Person, mallory: Person, scripted: ScriptedServer
) -> None:
    async with entered(alice, scripted, name="Wiki", icon="book", categories=["Docs"]) as made:
        assert (made["origin"], made["auth"], made["login"], made["trust"]) == ("tenant", "none", "none", "untrusted")
        assert (made["name"], made["icon"], made["categories"]) == ("Wiki", "book", ["Docs"])
        server_id = made["id"]
        assert server_id.startswith("srv-")
        assert len(server_id) == 16
        await bob.ok("POST", f"/api/servers/{server_id}/connect")
        assert await tools_of(bob, server_id) == ["act"]
        assert await refusal(bob, "DELETE", f"/api/servers/{server_id}") == (403, "forbidden")
        assert await refusal(bob, "PATCH", f"/api/servers/{server_id}", {"name": "Mine"}) == (403, "forbidden")
        assert (await page(bob, server_id))["may"] == {"change": False, "accept": False}
        assert (await page(bob, server_id))["url"] is None
        assert server_id not in await ids(mallory)
        for method, path in (("GET", ""), ("POST", "/connect"), ("DELETE", ""), ("GET", "/definitions")):
            nobodys = await refusal(mallory, method, "/api/servers/srv-aaaaaaaaaaaa" + path)
            assert await refusal(mallory, method, f"/api/servers/{server_id}{path}") == nobodys == (404, "not_found")
    assert server_id not in await ids(bob)
    assert await tools_of(bob, server_id) == []


async def test_members_do_not_enter_servers_for_everybody(place: Place, bob: Person, scripted: ScriptedServer) -> None:
    for path in ("/api/servers", "/api/servers/test"):
        assert await refusal(bob, "POST", path, body(scripted.url)) == (403, "forbidden")
    assert await refusal(bob, "POST", "/api/servers/import", {"mcpServers": {}, "scope": "tenant"}) == (
        403,
        "forbidden",
    )
    assert await refusal(bob, "GET", "/api/servers/export?scope=tenant") == (403, "forbidden")
    assert await refusal(bob, "PUT", "/api/servers/policy", {"personal": "any", "hosts": []}) == (403, "forbidden")


async def test_a_personal_server_is_seen_by_its_owner_alone(
    place: Place, alice: Person, bob: Person, any_host: None, scripted: ScriptedServer
) -> None:
    async with entered(bob, scripted, scope="personal") as made:
        assert made["origin"] == "personal"
        assert (await page(bob, made["id"]))["may"] == {"change": True, "accept": True}
        assert (await page(bob, made["id"]))["url"] == scripted.url
        # Not even somebody who manages the tenant's servers is told that there is such a thing.
        assert made["id"] not in await ids(alice)
        for method, path in (("GET", ""), ("POST", "/connect"), ("DELETE", ""), ("PATCH", ""), ("GET", "/definitions")):
            said = {"name": "x"} if method == "PATCH" else None
            assert await refusal(alice, method, f"/api/servers/{made['id']}{path}", said) == (404, "not_found")
        tools = (await alice.ok("GET", "/api/tool-classes"))["tools"]
        assert made["id"] not in {each["server"] for each in tools}


@pytest.mark.parametrize(
    ("policy", "url", "refused"),
    [
        ({"personal": "catalogue", "hosts": []}, "http://127.0.0.1:9/mcp", True),
        ({"personal": "allow_list", "hosts": []}, "http://127.0.0.1:9/mcp", True),
        ({"personal": "allow_list", "hosts": ["127.0.0.1"]}, "http://127.0.0.1:9/mcp", False),
        ({"personal": "allow_list", "hosts": ["127.0.0.1:8"]}, "http://127.0.0.1:9/mcp", True),
        ({"personal": "allow_list", "hosts": ["*.example.org"]}, "https://mcp.example.org/x", False),
        ({"personal": "allow_list", "hosts": ["*.example.org"]}, "https://example.org/x", True),
        ({"personal": "allow_list", "hosts": ["*.example.org"]}, "https://mcpexample.org/x", True),
        ({"personal": "allow_list", "hosts": ["example.org:8443"]}, "https://example.org:8443/x", False),
        ({"personal": "any", "hosts": []}, "https://example.net/x", False),
    ],
)
async def test_the_tenant_says_where_personal_servers_may_be(
    policy: Any, url: str, refused: bool, place: Place, alice: Person, bob: Person
) -> None:
    assert await alice.ok("PUT", "/api/servers/policy", policy) == policy
    assert await bob.ok("GET", "/api/servers/policy") == policy
    answer = await bob.api("POST", "/api/servers", body(url, scope="personal"))
    assert answer.status_code == (403 if refused else 201), answer.text
    said = answer.json()
    if refused:
        assert said["code"] == "server_not_allowed"
        taken = await bob.ok("POST", "/api/servers/import", {"mcpServers": {"x": {"url": url}}, "scope": "personal"})
        assert [each["code"] for each in taken["refused"]] == ["server_not_allowed"]
    else:
        assert (await bob.api("DELETE", f"/api/servers/{said['id']}")).status_code == 204


async def test_a_policy_that_tightens_lets_go_of_what_it_no_longer_allows(
    place: Place, alice: Person, bob: Person, any_host: None, scripted: ScriptedServer
) -> None:
    async with entered(bob, scripted, scope="personal") as made:
        await alice.ok("PUT", "/api/servers/policy", {"personal": "catalogue", "hosts": []})
        await bob.until(lambda: [s for kind, s in bob.news if kind == "server" and s["id"] == made["id"]])
        assert (await page(bob, made["id"]))["server"]["state"] == "off"
        assert await refusal(bob, "POST", f"/api/servers/{made['id']}/connect") == (403, "server_not_allowed")


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://10.0.0.1/mcp", "private"),
        ("http://169.254.169.254/latest", "metadata"),
        ("http://example.org/mcp", "only https"),
        ("https://user:pw@example.org/mcp", "user names"),
        ("file:///etc/passwd", "only http"),
        ("https://localhost/mcp", "local names"),
    ],
)
async def test_a_refused_address_names_the_rule(url: str, rule: str, place: Place, alice: Person) -> None:
    for path in ("/api/servers", "/api/servers/test"):
        answer = await alice.api("POST", path, body(url))
        assert (answer.status_code, answer.json()["code"]) == (422, "address_refused"), answer.text
        assert rule in answer.json()["rule"]
        assert answer.json()["errors"][0]["field"] == "/url"
    taken = await alice.ok("POST", "/api/servers/import", {"mcpServers": {"x": {"url": url}}, "scope": "tenant"})
    assert [each["code"] for each in taken["refused"]] == ["address_refused"]


async def test_a_secret_header_is_sent_and_never_given_back(
    place: Place, alice: Person, scripted: ScriptedServer
) -> None:
    secret = {"X-Key": "taint-4711"}
    async with entered(alice, scripted, auth="headers", headers=secret) as made:
        sent = [head for method, head in scripted.heads if method == "tools/list"]
        assert all("taint-4711" in head for head in sent)
        shown = await page(alice, made["id"])
        assert shown["headers"] == ["X-Key"]
        before = len(scripted.heads)
        await alice.ok("PATCH", f"/api/servers/{made['id']}", {"headers": {"X-Key": None, "X-More": "taint-4712"}})
        await alice.ok("POST", f"/api/servers/{made['id']}/connect")
        again = [head for method, head in scripted.heads[before:] if method == "tools/list"]
        assert again
        assert all("taint-4711" in head and "taint-4712" in head for head in again)
        everything = [shown, made, await alice.ok("GET", "/api/audit"), await alice.ok("GET", "/api/servers")]
        everything.append(await alice.ok("GET", "/api/servers/export?scope=tenant"))
        assert "taint-" not in json.dumps(everything)
        rows = await place.sql("select to_json(s) from servers s union all select to_json(s) from secrets s")
        assert "taint-" not in str(rows)
        assert await refusal(alice, "PATCH", f"/api/servers/{made['id']}", {"headers": {"X-No": None}}) == (
            422,
            "invalid",
        )
        await alice.ok("PATCH", f"/api/servers/{made['id']}", {"auth": "none"})
        assert (await page(alice, made["id"]))["headers"] == []
        assert await place.sql("select count(*) from secrets where server_id = %s", made["id"]) == [(0,)]


async def test_a_change_is_on_the_record_and_reaches_everybodys_browser(
    place: Place, alice: Person, bob: Person, scripted: ScriptedServer
) -> None:
    async with entered(alice, scripted, name="Before") as made:
        await bob.until(lambda: [s for kind, s in bob.news if kind == "server" and s["name"] == "Before"])
        await alice.ok("PATCH", f"/api/servers/{made['id']}", {"name": "After", "icon": None})
        await bob.until(lambda: [s for kind, s in bob.news if kind == "server" and s["name"] == "After"])
    await bob.until(lambda: ("server.deleted", {"id": made["id"]}) in bob.news)
    entries = (await alice.ok("GET", f"/api/audit?target={made['id']}"))["entries"]
    assert [each["action"] for each in entries] == ["server.deleted", "server.changed", "server.created"]
    assert (entries[1]["data"]["before"]["name"], entries[1]["data"]["after"]["name"]) == ("Before", "After")


async def test_names_that_look_alike_are_refused(place: Place, alice: Person, scripted: ScriptedServer) -> None:
    async with entered(alice, scripted, name="GitPlace") as made:
        for name in ("gitplace", "GitPlac\u0435", "G\u0456tPlace"):
            assert await refusal(alice, "POST", "/api/servers", body(scripted.url, name=name)) == (409, "name_taken")
        await alice.ok("PATCH", f"/api/servers/{made['id']}", {"name": "GITPLACE"})


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"command": "sh"}, "/command"),
        ({"args": ["-c", "id"]}, "/args"),
        ({"env": {"A": "b"}}, "/env"),
        ({"transport": "stdio"}, "/transport"),
        ({"trust": "trusted"}, "/trust"),
        ({"origin": "platform"}, "/origin"),
        ({"name": "a\u200bb"}, "/name"),
        ({"name": "two\nlines"}, "/name"),
        ({"headers": {"Host": "x"}, "auth": "headers"}, "/headers"),
        ({"headers": {"A": "b\r\nC: d"}, "auth": "headers"}, "/headers"),
        ({"headers": {"A": "${HOME}"}, "auth": "headers"}, "/headers"),
        ({"auth": "headers"}, ""),
        ({"headers": {"A": "b"}}, ""),
    ],
)
async def test_what_is_no_server_is_refused_with_the_field(more: Any, field: str, place: Place, alice: Person) -> None:
    for path in ("/api/servers", "/api/servers/test"):
        answer = await alice.api("POST", path, body("https://example.org/mcp", **more))
        assert answer.status_code == 422, answer.text
        assert [each["field"] for each in answer.json()["errors"]] == [field]


async def test_a_server_is_tried_out_and_nothing_is_kept(place: Place, alice: Person, scripted: ScriptedServer) -> None:
    before = await ids(alice)
    tried = await alice.ok("POST", "/api/servers/test", body(scripted.url, auth="headers", headers={"X-Key": "k-1"}))
    assert (tried["state"], [each["tool"] for each in tried["tools"]]) == ("connected", ["act"])
    assert "X-Key: k-1" in "".join(head for _, head in scripted.heads) or "x-key: k-1" in str(scripted.heads)
    assert (await alice.ok("POST", "/api/servers/test", body("http://127.0.0.1:9/mcp")))["code"] == "server_unreachable"
    assert await ids(alice) == before
    assert await place.sql("select server_id from definition_decisions where server_id = 'srv-unsaved'") == []


async def test_servers_are_taken_in_one_by_one_and_given_out_without_secrets(
    place: Place, alice: Person, scripted: ScriptedServer
) -> None:
    file = {
        "good": {"type": "streamable-http", "url": scripted.url, "description": "Fine."},
        "keyed": {"url": scripted.url, "headers": {"Authorization": "Bearer taint-99"}},
        "starts": {"command": "sh", "args": ["-c", "touch /tmp/x"]},
        "odd": {"url": scripted.url, "colour": "red"},
        "none": 7,
    }
    said = await alice.ok("POST", "/api/servers/import", {"mcpServers": file, "scope": "tenant"})
    assert {each["name"] for each in said["servers"]} == {"good", "keyed"}
    assert {each["name"]: each["code"] for each in said["refused"]} == {
        "starts": "no_commands", "odd": "invalid", "none": "invalid",
    }  # fmt: skip
    assert "colour" in next(each["message"] for each in said["refused"] if each["name"] == "odd")
    given = (await alice.ok("GET", "/api/servers/export?scope=tenant"))["mcpServers"]
    assert given["good"] == {"type": "http", "url": scripted.url, "name": "good", "description": "Fine."}
    assert given["keyed"]["headers"] == {"Authorization": "${AUTHORIZATION}"}
    for each in said["servers"]:
        assert (await alice.api("DELETE", f"/api/servers/{each['id']}")).status_code == 204


async def test_the_operators_servers_are_not_for_the_tenant_to_change(place: Place, alice: Person) -> None:
    for method, said in (("DELETE", None), ("PATCH", {"name": "Mine"})):
        assert await refusal(alice, method, "/api/servers/journal", said) == (403, "forbidden")
    assert (await page(alice, "journal"))["may"] == {"change": False, "accept": True}
