"""Signing in to a server, from the button to the call; with an authorization server that we did not write."""

from tests.mcp_servers.authorization import SigningIn
from tests.person import Person
from tests.platform.logins.conftest import away, came_back, server
from tests.platform.place import Place


def record(value: str) -> dict[str, object]:
    return {"name": "guarded__record", "arguments": {"value": value}}


async def test_somebody_signs_in_uses_the_server_and_signs_out(
    place: Place, alice: Person, signing_in: SigningIn
) -> None:
    refused = await alice.api("POST", "/api/servers/guarded/connect")
    assert (refused.status_code, refused.json()["code"]) == (502, "server_login_required")
    assert refused.json()["detail"] == "Sign in to Guarded to go on."
    assert (await server(alice))["login"] == "missing"
    page = await came_back(alice)
    assert page.status_code == 200
    assert "You are signed in to Guarded" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    shown = await server(alice)
    assert (shown["login"], shown["state"], shown["tools"]) == ("signed_in", "connected", 1)
    (secret,) = await place.sql("select count(*) from secrets where name = 'oauth.access'")
    assert secret == (1,)
    revoked = len(signing_in.asked("revocation"))
    assert (await alice.api("POST", "/api/servers/guarded/logout")).status_code == 204
    assert len(signing_in.asked("revocation")) == revoked + 2
    assert (await server(alice))["login"] == "missing"
    assert await place.sql("select name from secrets where user_id is not null") == []


async def test_a_server_that_is_deleted_has_everybodys_tokens_taken_back(
    place: Place, alice: Person, bob: Person, signing_in: SigningIn
) -> None:
    body = {"name": "Ours", "transport": "http", "url": signing_in.spec.url, "auth": "oauth", "scope": "tenant"}
    made = await alice.ok("POST", "/api/servers", body)
    await came_back(alice, server_id=made["id"])
    await came_back(bob, "bob@example.org", server_id=made["id"])
    revoked = len(signing_in.asked("revocation"))
    await alice.ok("DELETE", f"/api/servers/{made['id']}")
    assert len(signing_in.asked("revocation")) == revoked + 4
    assert await place.sql("select name from secrets where user_id is not null") == []
    assert await place.sql("select server_id from logins where server_id = %s", made["id"]) == []


async def test_a_login_that_is_missing_in_mid_run_is_asked_for_and_the_same_call_completes_once(
    place: Place, alice: Person, signing_in: SigningIn
) -> None:
    await came_back(alice)
    place.model.script([{"after_tool": False, "calls": [record("mid-run")]}, {"text": "Done.", "times": None}])
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, "Record it")
    card = await alice.card(thread_id)
    await place.sql("delete from logins")
    await place.sql("delete from secrets where user_id is not null")
    assert (await alice.decide(card, "approve"))["ok"]
    asked = await login_card(alice, thread_id)
    assert asked["asked"]["message"] == "Sign in to Guarded to go on."
    assert signing_in.received("mid-run") == 0
    await came_back(alice)
    assert await alice.finished(thread_id, run_id) == "success"
    states = {each["kind"]: each["state"] for each in alice.cards(thread_id)}
    assert states == {"tool": "succeeded", "login": "answered"}
    assert signing_in.received("mid-run") == 1


async def test_a_login_that_has_ended_in_mid_run_is_asked_for_and_the_same_call_completes_once(
    place: Place, alice: Person, signing_in: SigningIn
) -> None:
    await came_back(alice)
    place.model.script([{"after_tool": False, "calls": [record("ended")]}, {"text": "Done.", "times": None}])
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, "Record it")
    card = await alice.card(thread_id)
    signing_in.make_stale()
    await place.sql("delete from secrets where name = 'oauth.refresh'")
    assert (await alice.decide(card, "approve"))["ok"]
    await login_card(alice, thread_id)
    assert (await server(alice))["login"] == "expired"
    await came_back(alice)
    assert await alice.finished(thread_id, run_id) == "success"
    assert signing_in.received("ended") == 1


async def test_another_account_voids_what_was_approved_for_the_one_before(
    place: Place, alice: Person, signing_in: SigningIn
) -> None:
    await came_back(alice)
    place.model.script([{"after_tool": False, "calls": [record("another")]}, {"text": "Done.", "times": None}])
    await place.sql("update logins set subject = 'the one before'")
    thread_id = await alice.new_thread()
    await alice.say(thread_id, "Record it")
    card = await alice.card(thread_id)
    await came_back(alice, "somebody-else@example.org")
    assert (await alice.decide(card, "approve"))["ok"]
    await alice.card(thread_id, "void")
    assert signing_in.received("another") == 0
    again = await alice.card(thread_id)
    assert (await alice.decide(again, "approve"))["ok"]
    await alice.card(thread_id, "succeeded")
    assert signing_in.received("another") == 1


async def test_t32_a_sign_in_that_was_begun_by_somebody_else_is_refused_and_neither_gets_a_token(
    place: Place, alice: Person, bob: Person, signing_in: SigningIn
) -> None:
    left = await alice.ok("POST", "/api/servers/guarded/login", {})
    back = await away(alice, left["url"])
    asked = len(signing_in.asked("token"))
    for person in (bob, alice):
        page = await person.http.get(back, headers={"Accept": "text/html"})
        assert page.status_code == 400
        assert "begun by somebody else" in page.text
    assert len(signing_in.asked("token")) == asked
    assert await place.sql("select count(*) from secrets where name like 'oauth.%%'") == [(0,)]


async def test_t32_another_browser_of_the_same_person_is_refused(place: Place, alice: Person) -> None:
    left = await alice.ok("POST", "/api/servers/guarded/login", {})
    back = await away(alice, left["url"])
    async with place.person("alice") as elsewhere:
        assert (await elsewhere.http.get(back)).status_code == 400
    assert (await server(alice))["login"] == "missing"


async def test_an_answer_without_a_session_is_refused(place: Place, alice: Person) -> None:
    left = await alice.ok("POST", "/api/servers/guarded/login", {})
    back = await away(alice, left["url"])
    alice.http.cookies, kept = type(alice.http.cookies)(), alice.http.cookies
    assert (await alice.http.get(back)).status_code == 401
    alice.http.cookies = kept
    assert (await alice.http.get(back)).status_code == 200


async def test_what_the_authorization_server_says_no_to_is_told_and_harmless(alice: Person) -> None:
    page = await came_back(alice, "refuses", status=400)
    assert "They said no." in page.text
    assert (await server(alice))["login"] == "missing"


async def test_t27_no_secret_of_ours_leaves_for_anybody_and_tokens_only_for_the_server_that_they_are_for(
    place: Place, alice: Person, signing_in: SigningIn
) -> None:
    await came_back(alice)
    await alice.ok("POST", "/api/servers/guarded/connect")
    ours = {value for value in alice.http.cookies.values() if value}
    assert ours
    headers = signing_in.requests()
    assert any(each.get("authorization", "").startswith("Bearer ") for each in headers)
    assert not any(value in header for value in ours for each in headers for header in each.values())
    assert not any("cookie" in each for each in headers)
    asked = str(signing_in.asked("token") + signing_in.asked("registration"))
    assert not any(value in asked for value in ours)
    assert {each["resource"] for each in signing_in.asked("token")} == {signing_in.url}


async def test_a_server_of_the_tenant_is_signed_in_to_person_by_person_and_leaves_nothing_behind(
    place: Place, alice: Person, bob: Person, signing_in: SigningIn
) -> None:
    entered = await alice.ok("POST", "/api/servers", {
        "name": "Ours", "transport": "http", "url": signing_in.url, "auth": "oauth", "scope": "tenant",
    })  # fmt: skip
    await came_back(alice, server_id=entered["id"])
    assert [(await server(each, entered["id"]))["login"] for each in (alice, bob)] == ["signed_in", "missing"]
    assert (await bob.api("POST", f"/api/servers/{entered['id']}/connect")).status_code == 502
    assert (await server(alice))["login"] == "missing"
    left = (
        "select (select count(*) from logins where server_id = %s), (select count(*) from secrets where server_id = %s)"
    )
    assert await place.sql(left, entered["id"], entered["id"]) == [(2, 3)]
    assert (await alice.api("DELETE", f"/api/servers/{entered['id']}")).is_success
    assert await place.sql(left, entered["id"], entered["id"]) == [(0, 0)]
    for path in ("login", "logout"):
        assert (await alice.api("POST", f"/api/servers/{entered['id']}/{path}", {})).status_code == 404


async def login_card(person: Person, thread_id: str) -> dict[str, dict[str, str]]:
    (found,) = await person.until(
        lambda: [each for each in person.cards(thread_id) if (each["kind"], each["state"]) == ("login", "proposed")]
    )
    return dict(found)
