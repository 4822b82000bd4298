"""The browsers that somebody is signed in with: seen, and ended one by one or all."""

from uuid import uuid4

import pytest

from tests.mcp_servers.process import until
from tests.person import Person
from tests.platform.members.test_members import id_of
from tests.platform.place import Place


@pytest.fixture(autouse=True)
async def alone(alice: Person) -> None:
    """Whoever signed in as her before has gone."""
    await alice.ok("DELETE", "/api/sessions")


async def test_one_sees_ones_own_and_ends_another(place: Place, alice: Person) -> None:
    async with place.person("alice") as phone:
        sessions = (await alice.ok("GET", "/api/sessions"))["sessions"]
        assert sorted(each["current"] for each in sessions) == [False, True]
        assert all("python-httpx" in each["agent"] for each in sessions)
        (other,) = [each["id"] for each in sessions if not each["current"]]
        await alice.ok("DELETE", f"/api/sessions/{other}")
        await until(lambda: not phone.sio.connected, "the socket's end")
        assert (await phone.api("GET", "/api/me")).status_code == 401
        again = await alice.api("DELETE", f"/api/sessions/{other}")
        nobodys = await alice.api("DELETE", f"/api/sessions/{uuid4()}")
        assert again.status_code == nobodys.status_code == 404
    assert len((await alice.ok("GET", "/api/sessions"))["sessions"]) == 1


async def test_all_the_others_end_and_this_one_stays(place: Place, alice: Person) -> None:
    async with place.person("alice") as phone, place.person("alice") as tablet:
        assert await alice.ok("DELETE", "/api/sessions") == {"ended": 2}
        await until(lambda: not phone.sio.connected and not tablet.sio.connected, "their sockets' end")
    assert (await alice.ok("GET", "/api/me"))["user"]["name"] == "Alice"


async def test_an_admin_ends_those_of_a_member(alice: Person, bob: Person) -> None:
    user_id = await id_of(alice, "Bob")
    assert len((await alice.ok("GET", f"/api/members/{user_id}/sessions"))["sessions"]) == 1
    assert await alice.ok("DELETE", f"/api/members/{user_id}/sessions") == {"ended": 1}
    await until(lambda: not bob.sio.connected, "the socket's end")
    assert (await alice.api("GET", f"/api/members/{uuid4()}/sessions")).status_code == 404


async def test_nobody_ends_anothers(alice: Person, bob: Person, mallory: Person) -> None:
    (session,) = (await alice.ok("GET", "/api/sessions"))["sessions"]
    for other in (bob, mallory):
        answer = await other.api("DELETE", f"/api/sessions/{session['id']}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert alice.sio.connected
