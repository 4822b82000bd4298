"""Servers from the picker and on their pages: entered, tested, changed, moved, looked at, accepted, deleted."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.e2e.axe import violations
from tests.e2e.conftest import Browse, Serve
from tests.e2e.window import Window
from tests.mcp_servers.scripted import ScriptedServer, scripted_server
from tests.person import Person
from tests.platform.tools.entering import body, declare, reconnect, tool

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest_asyncio.fixture(loop_scope="session")
async def acting() -> AsyncIterator[ScriptedServer]:
    async with scripted_server() as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def site(serve: Serve) -> str:
    return await serve(allow=["127.0.0.1"])


def field(page: Page | Locator, label: str) -> Locator:
    return page.get_by_label(label, exact=True)


def item(page: Page | Locator, name: str) -> Locator:
    return page.get_by_role("listitem", name=name, exact=True)


async def open_servers(window: Window) -> None:
    await window.page.get_by_role("button", name=re.compile("^Servers")).click()
    await window.page.get_by_role("link", name="All servers").click()
    await expect(window.page.get_by_role("heading", name="Servers", level=1)).to_be_focused()


async def test_an_admin_enters_a_server_that_works_after_one_that_is_refused_changes_it_and_deletes_it(
    site: str, browse: Browse, acting: ScriptedServer
) -> None:
    window = await browse(site, **DESKTOP)
    page = window.page
    await open_servers(window)
    assert await violations(page) == []
    await page.get_by_role("link", name="Add a server").click()
    form = page.get_by_role("form", name="Add a server")
    await field(form, "Name").fill("Acting")
    await field(form, "Address").fill("https://169.254.169.254/mcp")
    await field(form, "Categories").fill("Theatre, Tests")
    window.expect_error("status of 422")
    await form.get_by_role("button", name="Add server").click()
    await expect(field(form, "Address")).to_have_attribute("aria-invalid", "true")
    await expect(field(form, "Address")).to_be_focused()
    await expect(form).to_contain_text("rule")
    assert await violations(page) == []
    await page.reload()
    await expect(field(form, "Name")).to_have_value("Acting")

    await field(form, "Address").fill(acting.url)
    await form.get_by_role("button", name="Test", exact=True).click()
    await expect(form.get_by_text("It answers and offers 1 tool.")).to_be_visible()
    await form.get_by_role("button", name="Add server").click()
    await expect(page.get_by_role("heading", name="Acting", level=1)).to_be_visible()
    await page.get_by_role("button", name="Connect Acting").click()
    await expect(page.get_by_text("Connected, 1 tool", exact=True)).to_be_visible()
    await expect(page.get_by_text("by your organisation")).to_be_visible()
    assert await violations(page) == []

    await page.get_by_role("link", name="Tools", exact=True).click()
    act = item(page, "act")
    await act.get_by_role("button", expanded=False).click()
    choice = act.get_by_role("group", name="What happens with act")
    await choice.get_by_role("button", name="Deny").click()
    await expect(choice.get_by_role("button", name="Deny")).to_have_attribute("aria-pressed", "true")
    await expect(act.get_by_role("button", expanded=True)).to_contain_text("Deny")
    assert await violations(page) == []

    await page.get_by_role("link", name="Overview").click()
    await page.get_by_role("link", name="Change", exact=True).click()
    form = page.get_by_role("form", name="Change Acting")
    await expect(field(form, "Address")).to_have_value(acting.url)
    await field(form, "What it is for").fill("To act.")
    await form.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_text("To act.")).to_be_visible()
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_role("dialog", name="Delete “Acting”?").get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("heading", name="Servers", level=1)).to_be_visible()
    await expect(page.get_by_role("list", name="Servers")).to_be_visible()
    await expect(item(page, "Acting")).to_have_count(0)
    await expect(page.get_by_text("Acting was deleted.", exact=True).first).to_be_visible()


async def test_entries_come_in_one_by_one_and_go_out_without_secrets_and_members_add_where_the_policy_lets_them(
    site: str, browse: Browse, acting: ScriptedServer
) -> None:
    window = await browse(site, color_scheme="dark", **PHONE)
    page = window.page
    await window.go("/servers?view=exchange")
    entries = {"remote": {"url": acting.url, "headers": {"X-Key": "s3cret"}}, "shell": {"command": "sh"}}
    await field(page, "JSON").fill(json.dumps({"mcpServers": entries}))
    await page.get_by_role("button", name="Import").click()
    await expect(page.get_by_text("1 added, 1 refused.", exact=True).last).to_be_visible()
    outcome = page.get_by_role("table", name="What came of each entry")
    await expect(outcome.get_by_role("row").filter(has_text="shell")).to_contain_text("Only the operator")
    assert await violations(page) == []
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download").click()
    exported = Path(await (await download.value).path()).read_text()
    assert "s3cret" not in exported
    assert acting.url in exported

    await page.get_by_role("link", name="Who may add servers").click()
    await field(page, "Hosts").fill(f"127.0.0.1:{urlsplit(acting.url).port}")
    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_role("main").get_by_text("Who may add servers is saved.")).to_be_visible()
    assert await violations(page) == []

    member = await browse(site, "bob", **PHONE)
    await member.go("/servers?view=new")
    form = member.page.get_by_role("form", name="Add a server")
    await expect(form).to_contain_text("Servers of your own may be at: 127.0.0.1")
    await field(form, "Name").fill("Bob's own")
    await field(form, "Address").fill("https://mcp.example.com/mcp")
    member.expect_error("status of 403")
    await form.get_by_role("button", name="Add server").click()
    await expect(field(form, "Address")).to_have_attribute("aria-invalid", "true")
    await field(form, "Address").fill(acting.url)
    await form.get_by_role("button", name="Add server").click()
    await expect(member.page.get_by_text("by you, for yourself")).to_be_visible()
    assert await violations(member.page) == []
    await window.go("/servers")
    await expect(item(page, "remote")).to_be_visible()
    await expect(item(page, "Bob's own")).to_have_count(0)


async def test_a_server_that_changes_is_quarantined_until_somebody_who_may_has_seen_and_accepted_it(
    site: str, browse: Browse, acting: ScriptedServer
) -> None:
    names = ("act", "bow", "cry")
    declare(acting, *(tool(name, f"To {name} a little.") for name in names))
    async with Person.signed_in(site, "alice") as owner:
        server = await owner.ok("POST", "/api/servers", body(acting.url, name="Acting"))
        await owner.ok("POST", f"/api/servers/{server['id']}/connect")
        window = await browse(site, color_scheme="dark", **DESKTOP)
        page = window.page
        await page.get_by_role("button", name=re.compile("^Servers")).click()
        row = item(page.get_by_role("dialog", name="Servers"), "Acting")
        await expect(row).to_contain_text("Connected, 3 tools")
        declare(acting, *(tool(name, f"To {name} a lot.", how={"type": "string"}) for name in names))
        await reconnect(owner, server["id"])
    await expect(row.get_by_role("link", name=re.compile("^Quarantined"))).to_be_visible()
    assert await violations(page) == []
    await row.get_by_role("link", name=re.compile("^Quarantined")).click()
    await expect(page.get_by_role("region", name="This server is in quarantine")).to_be_visible()
    changed = page.get_by_role("list", name="What changed in act", exact=True)
    await expect(changed.locator("del")).to_have_text(["little"])
    await expect(changed).to_contain_text("parameter how · new")
    assert await violations(page) == []

    member = await browse(site, "bob", **PHONE)
    await member.go(f"/servers/{server['id']}?view=changes")
    await expect(member.page.get_by_text("Owners and admins accept changes of this server.")).to_be_visible()
    await expect(member.page.get_by_role("button", name=re.compile("^Accept"))).to_have_count(0)
    assert await violations(member.page) == []

    await page.get_by_role("button", name="Accept the change of act").click()
    await expect(changed).to_have_count(0)
    await page.get_by_role("button", name="Accept all 2").click()
    await expect(page.get_by_role("region", name="This server is in quarantine")).to_have_count(0)
    await page.get_by_role("button", name="Definitions of act").click()
    await expect(item(page, "act")).to_contain_text("accepted by Alice")
    await page.get_by_role("link", name="Tools", exact=True).click()
    await expect(page.get_by_text("3 tools", exact=True)).to_be_visible()


async def test_a_tool_is_switched_off_in_one_chat_and_the_next_message_goes_without_it(
    demo: str, browse: Browse
) -> None:
    window = await browse(demo, **PHONE)
    page = window.page
    await window.connect("Toolbox")
    await window.say("What time is it in Tokyo?")
    await window.approve("Current time")
    await expect(window.answers).to_have_count(1)
    await page.get_by_role("button", name=re.compile("^Servers")).click()
    picker = page.get_by_role("dialog", name="Servers")
    await picker.get_by_role("button", name="Tools in this chat").click()
    clock = picker.get_by_role("switch", name="Current time of Toolbox")
    await clock.click()
    await expect(clock).to_have_attribute("aria-checked", "false")
    await expect(picker.get_by_text(re.compile(r"^\d+ of \d+ tools on in this chat"))).to_be_visible()
    assert await violations(page) == []
    await picker.get_by_role("button", name="Close").click()
    await window.say("What time is it in Tokyo?")
    await expect(window.answers).to_have_count(2)
    await expect(page.get_by_role("article", name="Approval: Current time")).to_have_count(1)
    await page.reload()
    await page.get_by_role("button", name=re.compile("^Servers")).click()
    await picker.get_by_role("button", name="Tools in this chat").click()
    await expect(clock).to_have_attribute("aria-checked", "false")


async def test_a_hundred_servers_and_a_thousand_tools_are_searched_and_drawn_bit_by_bit(
    site: str, browse: Browse, acting: ScriptedServer
) -> None:
    declare(acting, *(tool(f"tool_{number}") for number in range(1000)))
    kinds = {f"Server {number}": [f"Kind {number % 5}"] for number in range(100)}
    entries = {name: {"url": acting.url, "categories": categories} for name, categories in kinds.items()}
    async with Person.signed_in(site, "alice") as owner:
        taken = await owner.ok("POST", "/api/servers/import", {"mcpServers": entries, "scope": "tenant"})
    assert len(taken["servers"]) == 100
    window = await browse(site, **DESKTOP)
    page = window.page
    await page.get_by_role("button", name=re.compile("^Servers")).click()
    picker = page.get_by_role("dialog", name="Servers")
    await picker.get_by_role("combobox", name="Category").select_option("Kind 3")
    await expect(picker.get_by_role("listitem")).to_have_count(20)
    await picker.get_by_role("searchbox", name="Search servers").fill("server 73")
    await expect(picker.get_by_role("listitem")).to_have_count(1)
    await picker.get_by_role("button", name="Connect Server 73").click()
    await expect(picker).to_contain_text("Connected, 1,000 tools")
    await picker.get_by_role("link", name="Server 73").click()
    await page.get_by_role("link", name="Tools", exact=True).click()
    tools = page.get_by_role("list", name="Tools").get_by_role("listitem")
    await expect(tools).to_have_count(50)
    await page.get_by_role("button", name="Show more (950 left)").click()
    await expect(tools).to_have_count(100)
    await field(page, "Search tools").fill("tool_777")
    await expect(tools).to_have_count(1)
