"""axe finds nothing on any screen: light and dark, on a desktop and on a phone; and nothing scrolls sideways."""

import re
from typing import Any, Literal

import pytest
from playwright.async_api import expect

from tests.e2e.axe import violations
from tests.e2e.conftest import Browse
from tests.e2e.window import Window

Theme = Literal["light", "dark"]
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
NARROW = {"viewport": {"width": 320, "height": 640}}
RICH = "What time is it in Tokyo? And calculate 6 * 7."


class Look:
    """What axe found so far, screen by screen."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.found: dict[str, list[str]] = {}

    async def at(self, screen: str) -> None:
        if found := await violations(self.window.page):
            self.found[screen] = found


async def screens(window: Window, look: Look, *, phone: bool) -> None:
    """Through every screen of the application, looking at each."""
    page = window.page
    await look.at("empty chat")
    await page.get_by_role("button", name=re.compile("^Servers")).click()
    picker = page.get_by_role("dialog", name="Servers")
    await picker.get_by_role("button", name="Connect Toolbox").click()
    await expect(picker.get_by_role("button", name="Disconnect Toolbox")).to_be_visible()
    await look.at("server picker")
    await page.keyboard.press("Escape")
    await expect(picker).to_be_hidden()
    await look.at("empty chat with starters")

    await window.say(RICH)
    clock, calculator = window.card("Current time"), window.card("Calculator")
    await expect(clock.get_by_role("button", name="Approve once")).to_be_visible()
    await look.at("two calls that wait")
    await clock.get_by_role("button", name="Edit", exact=True).click()
    await clock.get_by_role("textbox", name="Timezone").fill("")
    await look.at("editing, with an error")
    await clock.get_by_role("textbox", name="Timezone").fill("Europe/Paris")
    await expect(clock.get_by_role("list", name="Proposed, and yours")).to_be_visible()
    await look.at("editing, with a difference")
    await calculator.get_by_role("button", name="Reject…").click()
    await look.at("rejecting")
    await calculator.get_by_role("button", name="Cancel").click()
    await calculator.get_by_role("button", name="More").click()
    await look.at("the card's menu")
    await page.get_by_role("menuitem", name="Answer instead…").click()
    await look.at("answering")
    await calculator.get_by_role("button", name="Cancel").click()
    await calculator.get_by_role("button", name="Raw JSON").click()
    await look.at("raw JSON")

    thread = page.url
    await window.go("/approvals")
    await page.get_by_role("link", name=re.compile("^Calculator")).click()
    await expect(page.get_by_role("article", name="Approval: Calculator")).to_be_visible()
    await look.at("approvals page")
    await page.goto(thread)
    await window.press(clock.get_by_role("button", name="Approve with changes"))
    await window.reject("Calculator", "Not now")
    await expect(window.answers).to_have_count(1)
    await clock.get_by_role("button", expanded=False).click()
    await expect(clock.get_by_role("list", name="Proposed, and what ran")).to_be_visible()
    await look.at("a record, opened")

    if phone:
        await page.get_by_role("button", name="Open menu").click()
        await look.at("the phone's menu")
    await page.get_by_role("button", name=re.compile("^Account")).click()
    await expect(page.get_by_role("menuitem", name="Sign out")).to_be_visible()
    await look.at("the account's menu")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name=re.compile("^Options for")).click()
    await page.get_by_role("menuitem", name="Rename").click()
    await look.at("renaming")
    await page.keyboard.press("Escape")
    if not await page.get_by_role("button", name=re.compile("^Options for")).is_visible():
        await page.get_by_role("button", name="Open menu").click()
    await page.get_by_role("button", name=re.compile("^Options for")).click()
    await page.get_by_role("menuitem", name="Delete").click()
    await expect(page.get_by_role("button", name="Undo")).to_be_visible()
    await look.at("deleted, with a way back")
    await page.get_by_role("button", name="Undo").click()
    await window.go("/archive")
    await expect(page.get_by_role("heading", name="Archive")).to_be_visible()
    await look.at("the archive")
    await window.go("/approvals")
    await expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
    await look.at("nothing waits")
    await page.keyboard.press("Control+/")
    await look.at("keyboard shortcuts")
    await servers(window, look)
    await window.go("/nowhere")
    await expect(page.get_by_role("heading", name="Not available to you")).to_be_visible()
    await look.at("not found")


async def servers(window: Window, look: Look) -> None:
    """Through the pages of servers, of which Toolbox is connected."""
    page = window.page
    await window.go("/servers")
    await expect(page.get_by_role("listitem", name="Toolbox", exact=True)).to_be_visible()
    await look.at("servers")
    await page.get_by_role("link", name="Add a server").click()
    form = page.get_by_role("form", name="Add a server")
    await form.get_by_role("radio", name=re.compile("^A secret header")).check()
    await form.get_by_role("button", name="Add a header").click()
    await form.get_by_role("button", name="Add server").click()
    await expect(form.get_by_text("This is needed.").first).to_be_visible()
    await look.at("entering a server, with errors")
    await form.get_by_role("link", name="Cancel").click()
    for view in ("Import and export", "Who may add servers"):
        await page.get_by_role("link", name=view).click()
        await expect(page.get_by_role("form")).to_be_visible()
        await look.at(view)
    await window.go("/servers/toolbox")
    await expect(page.get_by_role("heading", name="About")).to_be_visible()
    await look.at("a server")
    await page.get_by_role("link", name="Tools", exact=True).click()
    tool = page.get_by_role("listitem", name="Calculator", exact=True)
    await tool.get_by_role("button", expanded=False).click()
    await expect(tool.get_by_role("group", name="What happens with Calculator")).to_be_visible()
    await look.at("a server's tools")
    await page.get_by_role("link", name="Changes", exact=True).click()
    await expect(page.get_by_text("Nothing has changed since")).to_be_visible()
    await look.at("a server without changes")


# Colours are the theme's whatever the width, and what is where is the width's whatever the theme: two walks see all.
@pytest.mark.parametrize(("theme", "size"), [("light", DESKTOP), ("dark", PHONE)], ids=["light-1280", "dark-390"])
async def test_axe_finds_nothing_on_any_screen(demo: str, browse: Browse, theme: Theme, size: dict[str, Any]) -> None:
    window = await browse(demo, color_scheme=theme, **size)
    look = Look(window)
    await screens(window, look, phone=size is PHONE)
    assert look.found == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_nothing_on_the_way_in(demo: str, browse: Browse, theme: Theme) -> None:
    window = await browse(demo, None, color_scheme=theme)
    window.expect_error("status of 40[0-9]")
    look = Look(window)
    for width in (1280, 390):
        await window.page.set_viewport_size({"width": width, "height": 800})
        await window.go("/")
        await expect(window.page.get_by_role("heading", name="Who is there?")).to_be_visible()
        await look.at(f"who is there, {width}")
        await window.go("/auth/callback?state=none&code=none")
        await expect(window.page.get_by_role("link", name="Sign in again")).to_be_visible()
        await look.at(f"sign-in failed, {width}")
    assert look.found == {}


async def test_nothing_scrolls_sideways_at_320_pixels(demo: str, browse: Browse) -> None:
    window = await browse(demo, **NARROW)
    page = window.page

    async def overflow() -> int:
        found: int = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return found

    assert await overflow() <= 0
    await window.connect("Toolbox")
    await window.say(RICH)
    card = window.card("Current time")
    await expect(card.get_by_role("button", name="Approve once")).to_be_visible()
    assert await overflow() <= 0
    await card.get_by_role("button", name="Edit", exact=True).click()
    await card.get_by_role("textbox", name="Timezone").fill("America/Argentina/ComodRivadavia")
    await expect(card.get_by_role("list", name="Proposed, and yours")).to_be_visible()
    assert await overflow() <= 0
    inside = await card.evaluate("card => card.getBoundingClientRect().right <= innerWidth")
    assert inside
    await window.go("/approvals")
    await expect(card).to_be_visible()
    assert await overflow() <= 0
    for view in ("", "?view=new", "?view=policy", "/toolbox", "/toolbox?view=tools"):
        await window.go(f"/servers{view}")
        await expect(page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()
        assert await overflow() <= 0, view
