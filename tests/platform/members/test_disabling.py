"""Somebody loses their access: at that moment nothing of theirs is open, runs, waits or can be used any more."""

from tests.mcp_servers.process import until
from tests.person import Person
from tests.platform.chat.talking import talk
from tests.platform.members.test_members import id_of
from tests.platform.place import Place, record, slow


async def test_three_sockets_a_run_and_an_approval_end_with_the_account(
    place: Place, alice: Person, bob: Person
) -> None:
    await bob.ok("POST", "/api/servers/journal/connect")
    place.model.script([{"calls": [record("waits")]}, {"text": "Well.", "times": None}])
    waiting, _ = await talk(bob, "Record it")
    card = await bob.card(waiting)
    place.model.script([{"text": "One two", "hang_after": 1}])
    running = await bob.new_thread()
    run_id = await bob.say(running, "Think")
    await bob.until(lambda: bob.events(running, "RUN_STARTED"))
    async with place.person("bob") as second, place.person("bob") as third:
        user_id = await id_of(alice, "Bob")
        await alice.ok("PATCH", f"/api/members/{user_id}", {"active": False})
        browsers = (bob, second, third)
        await until(lambda: not any(browser.sio.connected for browser in browsers), "the sockets' end")
        assert [(await browser.api("GET", "/api/me")).status_code for browser in browsers] == [401, 401, 401]
    states = "select state from runs where thread_id = %s"
    await place.eventually(lambda: place.sql(states, running), [("cancelled",)])
    assert await place.sql(states, waiting) == [("cancelled",)]
    assert await place.sql("select state from calls where id = %s", card["id"]) == [("cancelled",)]
    assert place.received("waits") == 0
    # The provider still knows them, and they still do not come in.
    refused = await bob.http.get("/auth/login", params={"login_hint": "bob"}, headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (403, "sign_in_failed")
    actions = [each["action"] for each in (await alice.ok("GET", "/api/audit"))["entries"]]
    assert "member.disabled" in actions
    assert actions.count("session.ended") == 3
    await place.release()
    await alice.ok("PATCH", f"/api/members/{user_id}", {"active": True})
    async with place.person("bob") as back:
        await back.open(running)
        assert await back.finished(running, run_id) == "cancelled"


async def test_a_call_under_way_is_told_to_stop(place: Place, alice: Person, bob: Person) -> None:
    await bob.ok("POST", "/api/servers/journal/connect")
    place.model.script([{"calls": [slow("theirs")]}, {"text": "Well.", "times": None}])
    thread_id, _ = await talk(bob, "Take your time")
    card = await bob.card(thread_id)
    await bob.ok("POST", f"/api/approvals/{card['id']}/decision", {"decision": "approve", "seal": card["seal"]})
    await place.journal_has("slow", "theirs")
    user_id = await id_of(alice, "Bob")
    await alice.ok("PATCH", f"/api/members/{user_id}", {"active": False})
    await place.eventually(lambda: place.sql("select state from calls where id = %s", card["id"]), [("unknown",)])
    await alice.ok("PATCH", f"/api/members/{user_id}", {"active": True})
