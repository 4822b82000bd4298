"""A server that wants its user to sign in: the chat waits for it, and the call goes on afterwards."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from interlock_servers.postgres_access import PostgresAccess
from tests.mcp_servers.fixtures import AskingServers
from tests.person import Person
from tests.platform.gate.asking import Card
from tests.platform.place import Place, open_place
from tests.running import catalogue_file


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def _place(
    postgres: PostgresAccess,
    asking: AskingServers,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Place]:
    folder = tmp_path_factory.mktemp("login-place")
    (folder / "catalogue").mkdir()
    door = ("--sign-in", str(asking.door))
    servers = catalogue_file(
        folder / "catalogue",
        asking.spec("http", *door, id="doors"),
        asking.spec("http", *door, "--calls-only", id="calls"),
    )
    async with open_place(postgres, folder, catalogue=servers) as place:
        yield place


async def answered(person: Person, thread_id: str, call_id: str) -> None:
    await person.until(lambda: state_of(person, thread_id, call_id) == "answered")


def state_of(person: Person, thread_id: str, call_id: str) -> str:
    found: str = next(card["state"] for card in person.cards(thread_id) if card["id"] == call_id)
    return found


@pytest_asyncio.fixture(loop_scope="session")
async def alice(place: Place) -> AsyncIterator[Person]:
    async with place.person("alice") as alice:
        yield alice


@pytest.fixture
def door(asking: AskingServers) -> Path:
    """Open; a test shuts it by removing it."""
    asking.door.touch()
    return asking.door


async def book(place: Place, alice: Person, server: str, value: str) -> tuple[str, str, Card]:
    await alice.ok("POST", f"/api/servers/{server}/connect")
    call = {"name": f"{server}__book", "arguments": {"value": value, "ask": []}}
    place.model.script([{"after_tool": False, "calls": [call]}, {"text": "Done.", "times": None}])
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, "Book it")
    return thread_id, run_id, await alice.card(thread_id)


async def login(person: Person, thread_id: str) -> Card:
    """Waits for a sign-in that is asked for."""
    (found,) = await person.until(
        lambda: [each for each in person.cards(thread_id) if each["kind"] == "login" and each["state"] == "proposed"]
    )
    return dict(found)


async def test_a_call_that_is_refused_for_want_of_a_login_waits_for_it_and_goes_on(
    place: Place,
    alice: Person,
    asking: AskingServers,
    door: Path,
) -> None:
    thread_id, run_id, card = await book(place, alice, "calls", "after the login")
    door.unlink()
    assert (await alice.decide(card, "approve"))["ok"]
    asked = await login(alice, thread_id)
    assert (asked["reason"], asked["parent_id"]) == ("login", card["id"])
    assert asked["asked"] == {"mode": None, "message": "Sign in to Asking to go on.", "schema": None, "url": None}
    assert asking.heard("after the login") == 0
    door.touch()
    assert (await alice.decide(asked, "respond"))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
    done = next(each for each in alice.cards(thread_id) if each["kind"] == "tool")
    assert done["state"] == "succeeded"
    assert asking.heard("after the login", "done") == 1


async def test_declining_to_sign_in_ends_the_call(
    place: Place,
    alice: Person,
    asking: AskingServers,
    door: Path,
) -> None:
    thread_id, run_id, card = await book(place, alice, "calls", "no login")
    door.unlink()
    assert (await alice.decide(card, "approve"))["ok"]
    assert (await alice.decide(await login(alice, thread_id), "reject"))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
    done = next(each for each in alice.cards(thread_id) if each["kind"] == "tool")
    assert (done["state"], done["error"]["code"]) == ("failed", "server_login_required")
    assert asking.heard("no login") == 0


async def test_a_server_that_still_refuses_is_asked_about_three_times_and_no_more(
    place: Place, alice: Person, door: Path
) -> None:
    thread_id, run_id, card = await book(place, alice, "calls", "never let in")
    door.unlink()
    assert (await alice.decide(card, "approve"))["ok"]
    for _ in range(3):
        asked = await login(alice, thread_id)
        told = await alice.decide(asked, "respond")
        assert told["ok"], told
        await answered(alice, thread_id, asked["id"])
    assert await alice.finished(thread_id, run_id) == "success"
    done = next(each for each in alice.cards(thread_id) if each["kind"] == "tool")
    assert (done["state"], done["error"]["code"]) == ("failed", "server_login_required")


async def test_a_connection_that_wants_a_login_holds_the_call_and_the_card_stays_until_it_is_given(
    place: Place,
    alice: Person,
    asking: AskingServers,
    door: Path,
) -> None:
    thread_id, run_id, card = await book(place, alice, "doors", "at the door")
    door.unlink()
    # The session breaks; whoever needs it connects anew, and is not let in.
    assert (await alice.decide(card, "approve"))["ok"]
    asked = await login(alice, thread_id)
    assert asking.heard("at the door") == 0
    door.touch()
    assert (await alice.decide(asked, "respond"))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
    assert asking.heard("at the door", "done") == 1
