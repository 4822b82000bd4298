"""A card that waits: it outlives the page, the device and the server, and is decided once."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Locator, WebSocketRoute, expect

from interlock_handlers.server_spec import ServerSpec
from tests.conftest import Urls
from tests.e2e.conftest import Browse
from tests.e2e.server import Server
from tests.person import Person

TOKYO = "What time is it in Tokyo?"


@pytest_asyncio.fixture(loop_scope="session")
async def server(urls: Urls, tmp_path: Path, toolbox_http: ServerSpec) -> AsyncIterator[Server]:
    server = Server(tmp_path, urls.owner, toolbox_http)
    yield server
    server.kill()


class HeldNews:
    """The server's events on their way to a page, which can be held up; acknowledgements pass."""

    def __init__(self) -> None:
        self._page: WebSocketRoute | None = None
        self._held: list[str | bytes] | None = None

    def between(self, page: WebSocketRoute) -> None:
        self._page = page
        page.connect_to_server().on_message(self._pass_on)

    def hold(self) -> None:
        self._held = []

    def let_go(self) -> None:
        assert self._page is not None
        held, self._held = self._held or [], None
        for message in held:
            self._page.send(message)

    def _pass_on(self, message: str | bytes) -> None:
        assert self._page is not None
        if self._held is not None and isinstance(message, str) and message.startswith("42"):
            self._held.append(message)
        else:
            self._page.send(message)


def approve_once(card: Locator) -> Locator:
    return card.get_by_role("button", name="Approve once")


async def test_it_is_there_after_a_reload_and_on_another_device_and_a_decision_shows_everywhere(
    demo: str, browse: Browse
) -> None:
    here = await browse(demo)
    await here.connect("Toolbox")
    await here.say(TOKYO)
    await expect(approve_once(here.card("Current time"))).to_be_visible()
    await here.page.reload()
    await expect(approve_once(here.card("Current time"))).to_be_visible()
    await expect(here.card("Current time")).to_contain_text("Asia/Tokyo")

    there = await browse(demo, viewport={"width": 390, "height": 844})
    await there.go("/approvals")
    await there.page.get_by_role("link", name="Open conversation").click()
    await expect(approve_once(there.card("Current time"))).to_be_visible()
    await there.approve("Current time")
    await expect(here.card("Current time").get_by_role("button", expanded=False)).to_contain_text("approved by you")
    await expect(here.answers).to_contain_text("Tokyo")
    await expect(there.answers).to_contain_text("Tokyo")


async def test_on_a_phone_all_of_it_is_in_view_when_the_conversation_is_opened(demo: str, browse: Browse) -> None:
    window = await browse(demo, viewport={"width": 390, "height": 800}, is_mobile=True, has_touch=True)
    await window.connect("Toolbox")
    await window.say(TOKYO)
    await window.approve("Current time")
    await expect(window.answers).to_have_count(1)
    await window.say('Write a note titled "Kenji" saying "Call him"')
    card = window.card("Write a note")
    for _ in range(2):
        await expect(approve_once(card)).to_be_in_viewport(ratio=1)
        await expect(card.get_by_role("heading")).to_be_in_viewport(ratio=1)
        await window.page.reload()


async def test_it_can_be_decided_on_the_approvals_page(demo: str, browse: Browse) -> None:
    window = await browse(demo)
    await window.connect("Toolbox")
    await window.say(TOKYO)
    await expect(approve_once(window.card("Current time"))).to_be_visible()
    await expect(window.page).to_have_title("(1) What time is it in Tokyo? · Interlock")
    await window.page.get_by_role("link", name="Approvals").click()
    await window.approve("Current time")
    await expect(window.card("Current time")).to_contain_text("approved by you")
    await expect(window.page).to_have_title("Approvals · Interlock")
    await window.page.get_by_role("link", name="Open conversation").click()
    await expect(window.answers).to_contain_text("Tokyo")


async def test_a_decision_that_came_too_late_names_who_was_first(demo: str, browse: Browse) -> None:
    window = await browse(demo, None)
    held = HeldNews()
    await window.page.route_web_socket("**/ws/socket.io/**", held.between)
    await window.sign_in()
    await window.connect("Toolbox")
    await window.say(TOKYO)
    card = window.card("Current time")
    await expect(approve_once(card)).to_be_visible()
    thread_id = window.page.url.rsplit("/", 1)[1]

    async with Person.signed_in(demo, "alice") as elsewhere:
        await elsewhere.open(thread_id)
        shown = await elsewhere.card(thread_id)
        held.hold()
        assert (await elsewhere.decide(shown, "reject", reason="Decided on the phone"))["ok"]
    await window.press(approve_once(card))
    await expect(card.get_by_role("alert")).to_contain_text("Rejected by Alice on another device")
    held.let_go()
    await expect(card.get_by_role("button", expanded=False)).to_contain_text("rejected by you: Decided on the phone")
    await expect(window.answers).to_contain_text("Decided on the phone")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["terminated", "killed"])
async def test_it_is_there_when_the_server_comes_back_and_one_decision_settles_it(
    server: Server, how: signal.Signals, browse: Browse
) -> None:
    window = await browse(await server.start())
    window.expect_outage()
    await window.connect("Toolbox")
    await window.say(TOKYO)
    card = window.card("Current time")
    await expect(approve_once(card)).to_be_visible()

    if how is signal.SIGKILL:
        server.kill()
    else:
        await server.terminate()
    await expect(window.page.get_by_text("Reconnecting")).to_be_visible()
    await expect(approve_once(card)).to_be_visible()
    await server.start()
    await expect(window.page.get_by_text("Reconnecting")).to_be_hidden()
    await expect(approve_once(card)).to_be_visible()
    await window.approve("Current time")
    await expect(card.get_by_role("button", expanded=False)).to_contain_text("approved by you")
    await expect(window.answers).to_contain_text("Tokyo")
    await expect(window.answers).to_have_count(1)
