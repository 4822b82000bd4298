"""What an organisation switches off is off for everybody of it at once, is on the record, and comes back."""

import json
from dataclasses import asdict
from typing import Any

import pytest

from interlock_platform.features.features import Features
from tests.person import Person
from tests.platform.place import Place


async def switch(alice: Person, **features: bool) -> None:
    await alice.ok("PATCH", "/api/features", features)


async def calls(place: Place, alice: Person, server: str, tool: str, **arguments: Any) -> tuple[str, str]:
    """A call of this tool that was approved; the thread and the run."""
    call = {"name": f"{server}__{tool}", "arguments": arguments}
    place.model.script([{"contains": "Do it", "after_tool": False, "calls": [call]}, {"text": "Done.", "times": None}])
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, "Do it")
    assert (await alice.decide(await alice.card(thread_id), "approve"))["ok"]
    return thread_id, run_id


def kinds(alice: Person, thread_id: str) -> list[str]:
    return [each["kind"] for each in alice.cards(thread_id)]


async def test_everything_is_on_until_an_admin_says_otherwise_and_then_only_here(
    alice: Person, bob: Person, mallory: Person
) -> None:
    assert await bob.ok("GET", "/api/features") == asdict(Features())
    refused = await bob.api("PATCH", "/api/features", {"offers": False})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (await alice.ok("PATCH", "/api/features", {"offers": False}))["offers"] is False
    assert (await bob.ok("GET", "/api/features"))["offers"] is False
    assert await mallory.ok("GET", "/api/features") == asdict(Features())
    await switch(alice, offers=False, sampling=True)
    entry, *_ = (await alice.ok("GET", "/api/audit?action=feature.switched"))["entries"]
    assert (entry["target"], entry["data"]) == ("offers", {"before": True, "after": False})
    assert len((await alice.ok("GET", "/api/audit?action=feature.switched"))["entries"]) == 1


@pytest.mark.parametrize("body", [{"flying": True}, {"offers": 1}, {"offers": "no"}])
async def test_a_switch_that_there_is_not_is_refused_with_its_name(alice: Person, body: dict[str, Any]) -> None:
    answer = await alice.api("PATCH", "/api/features", body)
    (name,) = body
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, f"/{name}")


async def test_servers_have_the_model_write_only_where_that_is_on(place: Place, alice: Person) -> None:
    await switch(alice, sampling=False)
    thread_id, run_id = await calls(place, alice, "whole", "write", times=1)
    assert await alice.finished(thread_id, run_id) == "success"
    assert kinds(alice, thread_id) == ["tool"]
    assert "does not let servers have a model write" in alice.cards(thread_id)[0]["error"]["message"]
    await switch(alice, sampling=True)
    thread_id, _ = await calls(place, alice, "whole", "write", times=1)
    await alice.until(lambda: "sampling" in kinds(alice, thread_id))


@pytest.mark.parametrize("server", ["today", "older"])
async def test_addresses_to_visit_are_asked_only_where_that_is_on(place: Place, alice: Person, server: str) -> None:
    await switch(alice, url_questions=False)
    thread_id, run_id = await calls(place, alice, server, "book", value=f"off {server}", ask=["visit"])
    assert await alice.finished(thread_id, run_id) == "success"
    assert kinds(alice, thread_id) == ["tool"]
    heard = json.loads(alice.cards(thread_id)[0]["result"]["text"])
    assert heard[0]["visit"]["action"] in ("decline", "cancel")
    await switch(alice, url_questions=True)
    thread_id, _ = await calls(place, alice, server, "book", value=f"on {server}", ask=["visit"])
    await alice.until(lambda: "elicitation" in kinds(alice, thread_id))


async def test_people_have_servers_of_their_own_only_where_that_is_on(alice: Person, bob: Person, place: Place) -> None:
    await alice.ok("PUT", "/api/servers/policy", {"personal": "any", "hosts": []})
    body = {"name": "Mine", "transport": "http", "url": place.url, "auth": "none", "scope": "personal"}
    made = await bob.ok("POST", "/api/servers", body)
    await switch(alice, personal_servers=False)
    refused = await bob.api("POST", "/api/servers", {**body, "name": "Mine too"})
    assert (refused.status_code, refused.json()["code"]) == (403, "server_not_allowed")
    refused = await bob.api("POST", f"/api/servers/{made['id']}/connect")
    assert (refused.status_code, refused.json()["code"]) == (403, "server_not_allowed")
    await switch(alice, personal_servers=True)
    assert (await bob.api("POST", f"/api/servers/{made['id']}/connect")).json()["code"] != "server_not_allowed"
    await bob.ok("DELETE", f"/api/servers/{made['id']}")


async def test_people_permit_themselves_something_only_where_that_is_on(alice: Person, bob: Person) -> None:
    await bob.ok("POST", "/api/servers/today/connect")
    (tool,) = [each for each in (await bob.ok("GET", "/api/toolset"))["tools"] if each["name"] == "today__book"]
    offer = {"server": "today", "tool": "book", "definition_hash": tool["definition_hash"]}
    await switch(alice, own_permissions=False)
    refused = await bob.api("POST", "/api/grants", offer)
    assert (refused.status_code, refused.json()["code"]) == (403, "feature_off")
    given = [await alice.ok("POST", "/api/grants", offer)]
    await switch(alice, own_permissions=True)
    given.append(await bob.ok("POST", "/api/grants", offer))
    for grant, person in zip(given, (alice, bob), strict=True):
        await person.ok("DELETE", f"/api/grants/{grant['id']}")


async def test_what_servers_offer_is_read_only_where_that_is_on(alice: Person) -> None:
    await switch(alice, offers=False)
    refused = await alice.api("GET", "/api/servers/whole/resources")
    assert (refused.status_code, refused.json()["code"]) == (403, "feature_off")
    await switch(alice, offers=True)
    assert (await alice.ok("GET", "/api/servers/whole/resources"))["resources"]
