"""Decisions from the inbox: by others than the requester, on a phone, by keyboard; and answers that are remembered."""

import re
from typing import Any

from playwright.async_api import expect

from tests.e2e.axe import violations
from tests.e2e.conftest import Browse
from tests.e2e.test_keyboard import press_until
from tests.person import Person

TOKYO = "What time is it in Tokyo?"
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
FOUR_EYES: dict[str, Any] = {
    "layer": "tool", "server": "toolbox", "tool": "current_time", "name": "Four eyes", "verdict": "ask",
    "approvers": {"roles": ["approver"], "users": [], "count": 1, "not_requester": True},
    "expiry": {"minutes": 4, "then": "cancel", "extend": True},
}  # fmt: skip


async def test_a_call_that_another_decides_is_told_to_them_and_approved_from_the_inbox(
    demo: str, browse: Browse
) -> None:
    approver = await browse(demo, "carol", color_scheme="dark", **PHONE)
    async with Person.signed_in(demo, "alice") as owner:
        await owner.ok("POST", "/api/policies", FOUR_EYES)
    requester = await browse(demo, "bob")
    await requester.connect("Toolbox")
    await approver.message_box.fill("In the middle of a sentence")

    await requester.say(TOKYO)
    card = requester.card("Current time")
    await expect(card).to_contain_text("Needs 1 of: approvers, not you · Rule “Four eyes”")
    await expect(card).to_contain_text("You cannot decide this")
    await expect(card.get_by_role("button", name="Withdraw")).to_be_visible()
    await expect(card.get_by_role("button", name="Approve once")).to_have_count(0)
    await expect(requester.page.get_by_role("region", name="1 call waits for others")).to_be_visible()
    assert await violations(requester.page) == []

    news = approver.page.get_by_role("region", name="News")
    await expect(news).to_contain_text("Bob needs a decision: Current time on Toolbox.")
    await expect(approver.page.get_by_role("status", name="Announcements")).to_contain_text("Bob needs a decision")
    await expect(approver.page).to_have_title("(1) New chat · Interlock")
    await expect(approver.message_box).to_be_focused()
    assert await violations(approver.page) == []
    await news.get_by_role("link", name="Review").click()
    shown = approver.card("Current time")
    await expect(shown).to_contain_text("For Bob")
    await expect(shown).to_contain_text("then the run is cancelled")
    await expect(shown).to_contain_text("expires in 3:")
    await shown.get_by_role("button", name="More time").click()
    await expect(shown).to_contain_text("expires in 7:")
    assert await violations(approver.page) == []

    await approver.approve("Current time")
    await expect(card.get_by_role("button", expanded=False)).to_contain_text("approved by Carol")
    await expect(requester.answers).to_contain_text("Tokyo")
    await expect(approver.card("Current time")).to_contain_text("approved by you")
    await expect(approver.page).to_have_title("Approvals · Interlock")


async def test_the_inbox_is_gone_through_filtered_and_decided_by_keyboard(demo: str, browse: Browse) -> None:
    window = await browse(demo)
    page, keyboard = window.page, window.page.keyboard
    await window.connect("Toolbox")
    await window.say("What time is it in Tokyo? And calculate 6 * 7.")
    await expect(window.page.get_by_role("region", name="2 calls wait for you")).to_be_visible()
    await page.get_by_role("link", name="Approvals").click()
    rows = page.get_by_role("list", name="Calls that wait").get_by_role("link")
    await expect(rows).to_have_count(2)
    await expect(page.get_by_role("link", name="Mine (2)")).to_have_attribute("aria-current", "page")
    await expect(page.get_by_role("link", name="Team (2)")).to_be_visible()
    assert await violations(page) == []

    await page.get_by_role("heading", name="Approvals").focus()
    await keyboard.press("j")
    await expect(rows.nth(1)).to_be_focused()
    await expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    await keyboard.press("a")
    await expect(window.card("Calculator").get_by_role("button", name="Approve once")).to_be_visible()
    await keyboard.press("Enter")
    await expect(window.card("Calculator")).to_be_focused()
    await page.reload()
    await expect(window.card("Calculator")).to_be_visible()
    await window.card("Calculator").focus()
    await press_until(window, "a", page.get_by_role("article", name="Approval: Current time", exact=True))
    await expect(rows).to_have_count(1)
    await expect(page).to_have_title("(1) Approvals · Interlock")

    await page.get_by_role("combobox", name="Risk").select_option("Reads")
    await expect(page.get_by_text("No call matches the filters.")).to_be_visible()
    await expect(page).to_have_url(re.compile("risk=reads"))
    await page.get_by_role("button", name="Clear filters").last.click()
    await page.get_by_role("link", name=re.compile("^Unattended")).click()
    await expect(page.get_by_text("Nothing waits that was proposed unattended.")).to_be_visible()
    assert await violations(page) == []


async def test_an_answer_that_is_remembered_lets_the_next_call_run_and_says_so(demo: str, browse: Browse) -> None:
    window = await browse(demo)
    await window.connect("Toolbox")
    await window.say(TOKYO)
    card = window.card("Current time")
    await expect(card.get_by_role("button", name="Approve once")).to_be_visible()
    await card.focus()
    choice = window.page.get_by_role("menuitem", name=re.compile("^In this chat This tool"))
    await press_until(window, "s", choice)
    await expect(window.page.get_by_role("menu")).to_contain_text("for 30 days")
    assert await violations(window.page) == []
    await choice.click()
    await expect(card.get_by_role("button", expanded=False)).to_contain_text("approved by you")
    await expect(window.answers).to_have_count(1)

    await window.say("What time is it in Paris?")
    await expect(window.answers).to_have_count(2)
    record = card.get_by_role("button", expanded=False)
    await expect(record).to_contain_text("ran by your permission for this chat")
    await record.click()
    await card.get_by_text("Why did it run without asking?").click()
    await expect(card.get_by_role("list", name="Rules that were looked at")).to_contain_text("For this chat")
    await expect(card.get_by_role("link", name="Permissions")).to_have_attribute("href", "/settings/permissions")
    assert await violations(window.page) == []
