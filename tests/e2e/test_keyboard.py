"""Everything without a pointer; and no key decides unless the card has the focus."""

import re

from playwright.async_api import Locator, expect

from tests.e2e.conftest import Browse
from tests.e2e.window import Window

TOKYO = "What time is it in Tokyo?"


async def tab_to(window: Window, wanted: Locator, most: int = 60) -> None:
    """Presses Tab until the focus is there, as somebody without a mouse would."""
    for _ in range(most):
        if await wanted.count() and await wanted.evaluate("element => element === document.activeElement"):
            return
        await window.page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached by {most} times Tab")


async def press_until(window: Window, key: str, shown: Locator, most: int = 20) -> None:
    """Presses until it takes effect: a card that has just appeared ignores keys for a moment, and hands are slower."""
    for _ in range(most):
        await window.page.keyboard.press(key)
        try:
            await expect(shown).to_be_visible(timeout=500)
        except AssertionError:
            continue
        return
    raise AssertionError(f"{key} does nothing")


async def test_from_signing_in_to_reading_the_result_without_a_pointer(demo: str, browse: Browse) -> None:
    window = await browse(demo, None)
    keyboard = window.page.keyboard
    await window.go("/")
    await tab_to(window, window.page.get_by_role("link", name="Alice"))
    await keyboard.press("Enter")
    await expect(window.message_box).to_be_focused()

    await tab_to(window, window.page.get_by_role("button", name=re.compile("^Servers")))
    await keyboard.press("Enter")
    await tab_to(window, window.button("Connect Toolbox"))
    await keyboard.press("Enter")
    await expect(window.button("Disconnect Toolbox")).to_be_visible()
    await keyboard.press("Escape")
    await expect(window.page.get_by_role("button", name="Servers 1")).to_be_focused()

    await tab_to(window, window.message_box)
    await keyboard.type(TOKYO)
    await keyboard.press("Enter")
    card = window.card("Current time")
    await expect(card.get_by_role("button", name="Approve once")).to_be_visible()
    await keyboard.press("Alt+a")
    await expect(card).to_be_focused()
    await keyboard.press("e")
    zone = card.get_by_role("textbox", name="Timezone")
    await expect(zone).to_be_focused()
    await keyboard.press("ControlOrMeta+a")
    await keyboard.type("Europe/Berlin")
    record = card.get_by_role("button", expanded=False)
    await press_until(window, "Control+Enter", record)
    await expect(record).to_contain_text("approved by you (edited)")
    await expect(window.answers).to_contain_text("Berlin")
    await expect(window.message_box).to_be_focused()
    await expect(window.page.get_by_role("status", name="Announcements")).to_contain_text("Answer ready")


async def test_no_key_decides_outside_the_card_and_in_it_a_and_r_do(demo: str, browse: Browse) -> None:
    window = await browse(demo)
    await window.connect("Toolbox")
    await window.say(TOKYO)
    card = window.card("Current time")
    waits = card.get_by_role("button", name="Approve once")
    await expect(waits).to_be_visible()
    # A marker of the test's own: the card's quiet time, and the time of anything that the keys may have begun.
    await window.page.evaluate("settled = new Promise(done => setTimeout(done, 500))")
    await window.page.evaluate("settled")
    for key in ("Enter", "Control+Enter", "a", "r", "e"):
        await window.message_box.press(key)
    await window.message_box.fill("")
    await window.page.evaluate("document.activeElement.blur()")
    for key in ("Enter", "a", "r", "e", "Control+Enter", " "):
        await window.page.keyboard.press(key)
    await expect(waits).to_be_visible()
    await expect(card).to_contain_text("expires in")

    await window.page.keyboard.press("Alt+a")
    await window.page.keyboard.press("r")
    await expect(card.get_by_role("textbox", name=re.compile("^Reason"))).to_be_focused()
    await window.page.keyboard.press("Escape")
    await expect(card).to_be_focused()
    await window.page.keyboard.press("a")
    await expect(card.get_by_role("button", expanded=False)).to_contain_text("approved by you")


async def test_a_card_that_has_just_appeared_ignores_clicks_and_keys(demo: str, browse: Browse) -> None:
    window = await browse(demo)
    await window.connect("Toolbox")
    await window.page.evaluate(
        """() => new MutationObserver((_, observer) => {
            const buttons = [...document.querySelectorAll("article button")];
            const approve = buttons.find(button => button.textContent === "Approve once");
            if (!approve) return;
            observer.disconnect();
            window.clickedAt = performance.now();
            approve.click();
        }).observe(document.body, {childList: true, subtree: true})"""
    )
    await window.say(TOKYO)
    card = window.card("Current time")
    waits = card.get_by_role("button", name="Approve once")
    await expect(waits).to_be_visible()
    assert await window.page.evaluate("window.clickedAt > 0")
    await window.page.reload()
    await expect(waits).to_be_visible()
    await window.approve("Current time")
    await expect(window.answers).to_contain_text("Tokyo")
