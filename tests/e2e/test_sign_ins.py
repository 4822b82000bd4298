"""Signing in to a server: in a window of its own, from the picker and from a conversation that waits for it."""

import asyncio
import re
from contextlib import suppress
from typing import Any

import psycopg
from playwright.async_api import TimeoutError as NotYet
from playwright.async_api import expect

from interlock_platform.database import conninfo
from tests.conftest import Urls
from tests.e2e.axe import violations
from tests.e2e.conftest import Browse, Serve
from tests.e2e.window import NOTICED_MS, Window
from tests.mcp_servers.authorization import SigningIn
from tests.model_server.scripted_model import ScriptedModel

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
ACCOUNT = "alice@example.org"


async def window_with_an_account(browse: Browse, url: str, signing_in: SigningIn, **options: Any) -> Window:
    window = await browse(url, **options)
    window.expect_origin(signing_in.issuer)
    # The authorization server lets in whoever this cookie names.
    await window.context.add_cookies([{"name": "account", "value": ACCOUNT, "url": signing_in.issuer}])
    return window


async def sign_in(window: Window, button: str) -> None:
    """Clicks until a window opens, because a new card doesn't listen yet; it closes again when all is done."""
    opening = asyncio.ensure_future(window.page.wait_for_event("popup"))
    while not opening.done():
        with suppress(NotYet):
            await window.button(button).click(timeout=NOTICED_MS)
        await asyncio.wait([opening], timeout=NOTICED_MS / 1000)
    other = opening.result()
    if not other.is_closed():
        await other.wait_for_event("close")


async def forget(urls: Urls) -> None:
    """The logins are gone, as if they had been taken away."""
    async with await psycopg.AsyncConnection.connect(conninfo(urls.superuser)) as connection:
        await connection.execute("delete from logins")
        await connection.execute("delete from secrets where user_id is not null")


async def test_somebody_signs_in_from_the_picker_and_once_more_when_a_call_waits_for_it(
    serve: Serve, browse: Browse, model: ScriptedModel, signing_in: SigningIn, urls: Urls
) -> None:
    call = {"name": "guarded__record", "arguments": {"value": "signed"}}
    model.script([{"after_tool": False, "calls": [call]}, {"text": "Recorded.", "times": None}])
    url = await serve(
        signing_in.spec, allow=["127.0.0.0/8"],
        model="openai:scripted", model_base_url=model.openai_url, model_api_key="none",
    )  # fmt: skip
    window = await window_with_an_account(browse, url, signing_in, color_scheme="dark")
    page = window.page
    await page.get_by_role("button", name=re.compile("^Servers")).click()
    picker = page.get_by_role("dialog", name="Servers")
    await expect(picker.get_by_text("Sign in, and it connects.")).to_be_visible()
    assert await violations(page) == []
    await sign_in(window, "Sign in to Guarded")
    await expect(picker.get_by_text("Connected, 1 tool")).to_be_visible()
    await page.keyboard.press("Escape")

    await window.say("Record it")
    await expect(window.card("Record").get_by_role("button", name="Approve once")).to_be_visible()
    await forget(urls)
    await window.approve("Record")
    card = page.get_by_role("article", name="Sign-in: Guarded")
    await expect(card.get_by_role("button", name="Sign in to Guarded")).to_be_visible()
    await expect(card).to_contain_text("Once you are signed in, it goes on by itself.")
    assert await violations(page) == []
    await sign_in(window, "Sign in to Guarded")
    await expect(window.answers).to_have_text(re.compile("Recorded."))
    await expect(card.get_by_role("button", expanded=False)).to_contain_text("signed in by you")
    assert signing_in.received("signed") == 1

    await window.go("/servers/guarded")
    await expect(page.get_by_text("You are signed in.", exact=True).last).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("button", name="Sign out of Guarded").click()
    await expect(page.get_by_role("main").get_by_text("You are not signed in.")).to_be_visible()


async def test_where_no_window_may_be_opened_the_sign_in_comes_back_to_the_same_page(
    serve: Serve, browse: Browse, signing_in: SigningIn
) -> None:
    url = await serve(signing_in.spec, allow=["127.0.0.0/8"])
    window = await window_with_an_account(browse, url, signing_in, **PHONE)
    page = window.page
    await page.add_init_script("window.open = () => null")
    await window.go("/servers/guarded?view=tools")
    await page.get_by_role("link", name="Overview").click()
    assert await violations(page) == []
    await page.get_by_role("button", name="Sign in to Guarded").click()
    await expect(page.get_by_text("Connected, 1 tool", exact=True)).to_be_visible()
    await expect(page).to_have_url(f"{url}/servers/guarded")
