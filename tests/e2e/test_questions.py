"""What servers ask of people in the middle of calls: a form, a page to visit, a sign-in."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.e2e.axe import violations
from tests.e2e.conftest import Browse, Serve, Site
from tests.e2e.window import Window
from tests.mcp_servers.fixtures import AskingServers
from tests.model_server.scripted_model import ScriptedModel

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@dataclass(frozen=True)
class Asked:
    """A site with a server that asks."""

    site: Site
    servers: AskingServers

    async def book(self, window: Window, value: str, *ask: str) -> None:
        """A call that is approved, and asks for these."""
        call = {"name": "asking__book", "arguments": {"value": value, "ask": list(ask)}}
        self.site.model.script([{"after_tool": False, "calls": [call]}, {"text": "Booked.", "times": None}])
        await window.say("Book it")
        await window.approve("Book")


@pytest_asyncio.fixture(loop_scope="session")
async def asked(serve: Serve, model: ScriptedModel, asking: AskingServers) -> AsyncIterator[Asked]:
    asking.door.touch()
    url = await serve(
        asking.spec("http", "--sign-in", str(asking.door), "--calls-only"),
        model="openai:scripted", model_base_url=model.openai_url, model_api_key="none",
    )  # fmt: skip
    yield Asked(Site(url, model), asking)


async def test_a_server_asks_by_a_form_that_is_checked_survives_a_reload_and_is_sent(
    asked: Asked, browse: Browse
) -> None:
    window = await browse(asked.site.url, **DESKTOP)
    await window.connect("Asking")
    await asked.book(window, "a table", "seats")
    page = window.page
    card = page.get_by_role("article", name="Question: Asking")
    form = card.get_by_role("form", name="Answer Asking")
    await expect(card).to_contain_text("How many seats?")
    await expect(card).to_contain_text("What you enter goes to the server Asking.")
    assert await violations(page) == []

    await form.get_by_label("Seats").fill("12")
    await window.press(form.get_by_role("button", name="Send answer"), card.get_by_role("alert"))
    await expect(form.get_by_label("Seats")).to_be_focused()
    await expect(form.get_by_label("Seats")).to_have_attribute("aria-invalid", "true")
    assert await violations(page) == []
    await form.get_by_label("Seats").fill("4")
    await page.reload()
    await expect(form.get_by_label("Seats")).to_have_value("4")
    await form.get_by_label(re.compile("^Where")).select_option("window")
    await window.press(form.get_by_role("button", name="Send answer"))
    await expect(window.answers).to_have_text(re.compile("Booked."))
    await expect(card.get_by_role("button", expanded=False)).to_contain_text("answered by you")
    assert asked.servers.heard("a table", "done") == 1


async def test_a_page_is_shown_by_its_whole_address_before_it_is_opened(asked: Asked, browse: Browse) -> None:
    window = await browse(asked.site.url, color_scheme="dark", **PHONE)
    await window.connect("Asking")
    await asked.book(window, "a page", "lookalike")
    page = window.page
    card = page.get_by_role("article", name="Question: Asking")
    await expect(card.get_by_role("group", name="The whole address")).to_contain_text(
        "https://xn--exmple-4nf.org/sign-in"
    )
    link = card.get_by_role("link", name="Open xn--exmple-4nf.org")
    assert await link.get_attribute("rel") == "noopener noreferrer"
    assert await violations(page) == []
    await window.press(card.get_by_role("button", name="Done", exact=True))
    await expect(window.answers).to_have_text(re.compile("Booked."))


async def test_a_question_is_declined(asked: Asked, browse: Browse) -> None:
    window = await browse(asked.site.url, color_scheme="dark", **DESKTOP)
    await window.connect("Asking")
    await asked.book(window, "nothing", "name")
    card = window.page.get_by_role("article", name="Question: Asking")
    await expect(card.get_by_label("Name")).to_be_visible()
    assert await violations(window.page) == []
    await window.press(card.get_by_role("button", name="Decline"))
    await expect(window.answers).to_have_text(re.compile("Booked."))
    await expect(card.get_by_role("button", expanded=False)).to_contain_text("declined by you")


@pytest.fixture
def door(asking: AskingServers) -> Path:
    return asking.door


async def test_a_call_that_needs_a_sign_in_waits_for_it_and_goes_on(asked: Asked, browse: Browse, door: Path) -> None:
    window = await browse(asked.site.url, **PHONE)
    await window.connect("Asking")
    door.unlink()
    await asked.book(window, "behind the door")
    card = window.page.get_by_role("article", name="Sign-in: Asking")
    await expect(card.get_by_role("heading", name="Sign in to Asking to go on")).to_be_visible()
    assert await violations(window.page) == []
    door.touch()
    await window.press(card.get_by_role("button", name="Try again"))
    await expect(window.answers).to_have_text(re.compile("Booked."))
    assert asked.servers.heard("behind the door", "done") == 1
