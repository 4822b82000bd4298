"""The pages of the policy, the permissions and the record: written, tried, asked, given, revoked, read."""

import json
import re
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.axe import violations
from tests.e2e.conftest import Browse
from tests.e2e.test_keyboard import tab_to
from tests.e2e.window import Window

Theme = Literal["light", "dark"]
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
HAS_ZONE, IN_ASIA = "has(arguments.timezone)", 'arguments.timezone.startsWith("Asia/")'
TOKYO = "What time is it in Tokyo?"


async def ask_and_approve(window: Window) -> None:
    """A call that is on record, of a tool that is known from then on."""
    await window.connect("Toolbox")
    await window.say(TOKYO)
    await window.approve("Current time")
    await expect(window.answers).to_have_count(1)


def field(page: Page | Locator, label: str) -> Locator:
    return page.get_by_label(label, exact=True)


async def choose_tool(page: Page | Locator) -> None:
    await field(page, "Server").select_option("toolbox")
    await field(page, "Tool").select_option("current_time")


async def test_a_rule_is_tried_saved_explained_obeyed_and_deleted(demo: str, browse: Browse) -> None:
    window = await browse(demo)
    page = window.page
    await ask_and_approve(window)
    thread = page.url

    await page.get_by_role("link", name="Policies").click()
    await expect(page).to_have_title("Policies · Interlock")
    await expect(page.get_by_role("heading", name="Policies")).to_be_focused()
    await expect(page.get_by_role("heading", name="No rules yet")).to_be_visible()
    await page.get_by_role("link", name="New rule").click()
    editor = page.get_by_role("form", name="New rule")
    await field(editor, "Name").fill("No clocks in Asia")
    await field(editor, "Where it stands").select_option("tool")
    await choose_tool(editor)
    await editor.get_by_role("radio", name=re.compile("^Deny")).check()
    await field(editor, "Only when (condition)").fill(
        'has(arguments.timezone) &&\narguments.timezone.startsWith("Asia/"))'
    )
    window.expect_error("status of 422")
    await editor.get_by_role("button", name="Try on recorded calls").click()
    await expect(editor.get_by_role("group", name=re.compile("^Where it went wrong: line 2, column"))).to_be_visible()
    await field(editor, "Only when (condition)").fill(
        'has(arguments.timezone) && arguments.timezone.startsWith("Asia/")'
    )
    await editor.get_by_role("button", name="Try on recorded calls").click()
    await expect(editor.get_by_text("1 of 1 call would have been judged differently.")).to_be_visible()
    tried = editor.get_by_role("table").get_by_role("row").last
    await expect(tried).to_contain_text("Asia/Tokyo")
    await page.reload()
    await expect(field(editor, "Name")).to_have_value("No clocks in Asia")
    await editor.get_by_role("button", name="Create rule").click()
    rule = page.get_by_role("listitem", name="No clocks in Asia")
    await expect(rule).to_contain_text("Current time on Toolbox")

    await page.get_by_role("link", name="Why?").click()
    await choose_tool(page)
    zone = page.get_by_role("textbox", name="Timezone")
    if not await zone.is_visible():
        await page.get_by_role("button", name="Add Timezone").click()
    await zone.fill("Asia/Tokyo")
    await page.get_by_role("button", name="What would happen?").click()
    answer = page.get_by_role("region", name="The verdict")
    await expect(answer).to_contain_text("Decided by “No clocks in Asia”.")
    await expect(answer.get_by_role("row").filter(has_text="decides")).to_contain_text("Deny")

    await page.goto(thread)
    await window.say(TOKYO)
    await expect(window.card("Current time").get_by_role("button", expanded=False)).to_be_visible()
    await expect(window.answers).to_have_count(2)

    await page.get_by_role("link", name="Policies").click()
    await rule.get_by_role("switch").click()
    await expect(rule.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    await rule.get_by_role("button", name="Delete No clocks in Asia").click()
    await page.get_by_role("dialog", name="Delete “No clocks in Asia”?").get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("heading", name="No rules yet")).to_be_visible()


async def test_a_permission_is_given_used_and_revoked_in_another_window(demo: str, browse: Browse) -> None:
    window = await browse(demo)
    page = window.page
    await ask_and_approve(window)
    thread = page.url
    await page.get_by_role("link", name="Permissions").click()
    await page.get_by_role("button", name="Give a permission").click()
    form = page.get_by_role("form", name="Give a permission")
    await choose_tool(form)
    await form.get_by_role("button", name="Give permission").click()
    card = page.get_by_role("article", name="Permission: Current time on Toolbox")
    await expect(card).to_contain_text("Any arguments, every chat, for you")

    other = await browse(demo)
    await other.page.goto(thread)
    await other.say(TOKYO)
    await expect(other.answers).to_have_count(2)
    await page.reload()
    await expect(card).to_contain_text("once, last")

    await other.go("/settings/permissions?of=everybody")
    await other.page.get_by_role("button", name="Revoke the permission for Current time").click()
    await expect(other.page.get_by_text("The next call asks again.", exact=True)).to_be_visible()
    await other.page.get_by_role("button", name="Revoke now").click()
    await expect(page.get_by_role("heading", name="Ended (1)")).to_be_visible()
    await page.goto(thread)
    await window.say(TOKYO)
    await expect(window.card("Current time").get_by_role("button", name="Approve once")).to_be_visible()


async def test_the_record_is_filtered_opened_and_taken_out(demo: str, browse: Browse) -> None:
    window = await browse(demo)
    page = window.page
    await ask_and_approve(window)
    await page.get_by_role("link", name="Record").click()
    newest = page.get_by_role("button", name=re.compile(r"^Entry \d+$")).first
    await newest.click()
    details = page.get_by_role("region", name=re.compile("^Details of entry"))
    await expect(details).to_contain_text(re.compile("[0-9a-f]{64}"))
    await field(page, "Action").fill("session.started")
    await page.get_by_role("search", name="Filter the record").get_by_role("button", name="Show").click()
    await expect(page).to_have_url(re.compile(r"/audit\?action=session\.started$"))
    await expect(page.get_by_role("row").filter(has_text="Alice")).to_have_count(1)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Export").click()
    lines = Path(await (await download.value).path()).read_text().splitlines()
    assert len(lines) > 3
    assert all(json.loads(line) for line in lines)


async def test_members_read_what_judges_them_and_are_told_what_they_may_not(demo: str, browse: Browse) -> None:
    await browse(demo)
    window = await browse(demo, "bob")
    page = window.page
    await expect(page.get_by_role("link", name="Record")).to_have_count(0)
    await window.go("/audit")
    await expect(page.get_by_text("Only owners and admins may read the record. Ask one of them.")).to_be_visible()
    await window.go("/admin/policies?rule=new")
    editor = page.get_by_role("form", name="New rule")
    await field(editor, "Name").fill("Never for me")
    await editor.get_by_role("radio", name=re.compile("^Deny")).check()
    await editor.get_by_role("button", name="Create rule").click()
    await expect(page.get_by_role("listitem", name="Never for me")).to_contain_text("for Bob")
    await window.go("/settings/permissions?of=everybody")
    await expect(page.get_by_role("heading", name="No permissions")).to_be_visible()


async def test_the_pages_are_reached_and_used_without_a_pointer(demo: str, browse: Browse) -> None:
    window = await browse(demo)
    page, keyboard = window.page, window.page.keyboard
    await window.message_box.press("g")
    await window.message_box.press("p")
    await expect(window.message_box).to_have_value("gp")
    await window.message_box.fill("")
    await page.evaluate("document.activeElement.blur()")
    await keyboard.press("g")
    await keyboard.press("p")
    await expect(page.get_by_role("heading", name="Policies")).to_be_focused()
    await tab_to(window, page.get_by_role("link", name="New rule"))
    await keyboard.press("Enter")
    await tab_to(window, field(page, "Name"))
    await keyboard.type("Asked by keyboard")
    await tab_to(window, page.get_by_role("button", name="Create rule"))
    await keyboard.press("Enter")
    rule = page.get_by_role("listitem", name="Asked by keyboard")
    await expect(rule).to_be_visible()
    await tab_to(window, rule.get_by_role("switch"))
    await keyboard.press("Space")
    await expect(rule.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    await keyboard.press("g")
    await keyboard.press("m")
    await expect(page.get_by_role("heading", name="Permissions", level=1)).to_be_focused()


async def look(window: Window, found: dict[str, Any], screen: str) -> None:
    page = window.page
    if wrong := await violations(page):
        found[screen] = wrong
    if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found[f"{screen}, sideways"] = ["it scrolls"]


@pytest.mark.parametrize(("theme", "size"), [("light", DESKTOP), ("dark", PHONE)], ids=["light-1280", "dark-390"])
async def test_axe_finds_nothing_on_the_pages(demo: str, browse: Browse, theme: Theme, size: dict[str, Any]) -> None:
    window = await browse(demo, color_scheme=theme, **size)
    page, found = window.page, dict[str, Any]()
    await ask_and_approve(window)
    await window.go("/admin/policies?rule=new")
    await field(page, "Name").fill("Two of us")
    await page.get_by_role("radio", name="Approvers").check()
    await page.get_by_role("checkbox", name="Owners").check()
    await page.get_by_role("checkbox", name="Not the requester").uncheck()
    await page.get_by_role("radio", name="After a time of its own").check()
    await field(page, "What happens then").select_option("escalate")
    await field(page, "How many different people").last.fill("none")
    await page.get_by_role("button", name="Create rule").click()
    await expect(field(page, "How many different people").last).to_have_attribute("aria-invalid", "true")
    await look(window, found, "editor, with an error")
    await field(page, "What happens then").select_option("cancel")
    await page.get_by_role("button", name="Try on recorded calls").click()
    await expect(page.get_by_role("form").get_by_text("would have changed in 1 call")).to_be_visible()
    await page.get_by_role("button", name="Create rule").click()
    await expect(page.get_by_role("listitem", name="Two of us")).to_be_visible()
    await look(window, found, "rules")
    await page.get_by_role("button", name="Delete Two of us").click()
    await look(window, found, "deleting")
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    await page.get_by_role("link", name="Tools", exact=True).click()
    await field(page, "Current time at worst").select_option("reads")
    await look(window, found, "tools, with a change")
    await page.get_by_role("button", name="Save Current time").click()
    await expect(page.get_by_text("by Alice,")).to_be_visible()
    await page.get_by_role("link", name="Why?").click()
    await choose_tool(page)
    await page.get_by_role("button", name="What would happen?").click()
    await expect(page.get_by_role("region", name="The verdict")).to_contain_text("Two of us")
    await look(window, found, "why")
    await window.go("/settings/permissions")
    await page.get_by_role("button", name="Give a permission").click()
    await look(window, found, "giving a permission")
    await choose_tool(page)
    window.expect_error("status of 403")
    await page.get_by_role("button", name="Give permission").click()
    await expect(page.get_by_role("form").get_by_role("alert")).to_contain_text("Two of us")
    await look(window, found, "a permission that is refused")
    await window.go("/audit")
    await page.get_by_role("button", name=re.compile(r"^Entry \d+$")).first.click()
    await look(window, found, "record")
    assert found == {}
