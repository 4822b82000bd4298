"""Tools are switched off and on in a thread: the model does not see them there, and could not call them."""

from typing import Any

from tests.person import Person
from tests.platform.place import Place, record


def offered(place: Place) -> list[str]:
    """The tools that the model was last shown."""
    return sorted(place.model.requests()[-1].tools)


async def ask(place: Place, alice: Person, thread_id: str, *steps: Any) -> str:
    place.model.script([*steps, {"text": "Well.", "times": None}])
    run_id = await alice.say(thread_id, "Do it")
    assert await alice.finished(thread_id, run_id) == "success"
    return run_id


async def test_a_tool_that_is_off_is_not_there(place: Place, alice: Person) -> None:
    thread_id, other = await alice.new_thread(), await alice.new_thread()
    path = f"/api/threads/{thread_id}/tools"
    assert await alice.ok("GET", path) == {"off": [], "kept": [], "most": 64}
    off = ["journal__record", "nobodys__tool"]
    assert await alice.ok("PUT", path, {"off": [*off, off[0]]}) == {"off": off, "kept": [], "most": 64}
    await ask(place, alice, thread_id)
    assert offered(place) == ["journal__add", "journal__fail", "journal__slow"]
    # A model that calls it all the same is told that there is none.
    await ask(place, alice, thread_id, {"after_tool": False, "calls": [record("off")]})
    assert "There is no tool named journal__record" in place.model.requests()[-1].messages[-1].text
    assert place.received("off") == 0
    await ask(place, alice, other)
    assert "journal__record" in offered(place)
    await alice.ok("PUT", path, {"off": []})
    await ask(place, alice, thread_id)
    assert "journal__record" in offered(place)


async def test_a_run_that_waits_goes_on_where_its_tool_is_switched_off_meanwhile(place: Place, alice: Person) -> None:
    thread_id = await alice.new_thread()
    place.model.script([{"after_tool": False, "calls": [record("was on")]}, {"text": "Well.", "times": None}])
    run_id = await alice.say(thread_id, "Do it")
    card = await alice.card(thread_id)
    await alice.ok("PUT", f"/api/threads/{thread_id}/tools", {"off": ["journal__record"]})
    assert (await alice.decide(card, "approve"))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
    assert place.received("was on") == 1
    assert "journal__record" not in offered(place)


async def test_what_is_no_switch_is_refused(place: Place, alice: Person) -> None:
    path = f"/api/threads/{await alice.new_thread()}/tools"
    wrong: list[dict[str, Any]] = [
        {}, {"off": ["a b"]}, {"off": ["a"], "kept": ["a"]}, {"off": [], "on": []}, {"off": ["x" * 65]},
    ]  # fmt: skip
    for said in wrong:
        assert (await alice.api("PUT", path, said)).status_code == 422
