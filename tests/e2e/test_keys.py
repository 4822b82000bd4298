"""API keys: made, copied once, used by a program, revoked with one click."""

import re
from typing import Any

import httpx
from playwright.async_api import expect

from tests.e2e.axe import violations
from tests.e2e.conftest import Browse, Serve
from tests.person import NO_AUTHORITIES

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


async def answers(url: str, secret: str) -> int:
    async with httpx.AsyncClient(base_url=url, verify=NO_AUTHORITIES) as client:
        return (await client.get("/api/threads", headers={"Authorization": f"Bearer {secret}"})).status_code


async def test_a_key_is_made_copied_and_revoked(serve: Serve, browse: Browse) -> None:
    url = await serve()
    window = await browse(url)
    await window.go("/settings/keys")
    await window.button("Make a key…").click()
    await window.page.get_by_role("textbox", name="Name").fill("Nightly report")
    await window.page.get_by_role("checkbox", name="Connect servers").uncheck()
    assert await violations(window.page) == []
    await window.button("Make the key").click()
    secret = await window.page.get_by_role("textbox", name="The new key").input_value()
    assert re.fullmatch(r"il_\w{8}_\w{49}", secret)
    assert await answers(url, secret) == 200
    await window.button("Done").click()
    row = window.page.get_by_role("row", name=re.compile("^Nightly report"))
    await expect(row).to_contain_text("Start runs, Call tools, Read chats")
    await expect(window.page.locator("body")).not_to_contain_text(secret)
    await window.button("Revoke Nightly report").click()
    await expect(row).to_contain_text("revoked")
    assert await answers(url, secret) == 401
    assert await violations(window.page) == []


async def test_a_member_has_keys_of_their_own_only(serve: Serve, browse: Browse) -> None:
    url = await serve()
    window = await browse(url, "bob", color_scheme="dark", **PHONE)
    await window.go("/settings/keys")
    await expect(window.page.get_by_role("heading", name="Your keys")).to_be_visible()
    await expect(window.page.get_by_role("heading", name="Keys of the organisation")).to_have_count(0)
    assert await violations(window.page) == []
