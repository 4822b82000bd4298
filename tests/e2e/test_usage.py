"""Limits are set, seen and felt: a refusal is a sentence where one writes, and nothing that was written is lost."""

from typing import Any

from playwright.async_api import expect

from tests.e2e.axe import violations
from tests.e2e.conftest import Browse, Serve

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


async def test_a_limit_that_an_admin_sets_is_felt_at_once_and_loses_nothing(serve: Serve, browse: Browse) -> None:
    url = await serve()
    his = await browse(url, "bob", color_scheme="dark", **PHONE)
    hers = await browse(url)
    await hers.go("/settings/usage")
    await expect(hers.page.get_by_text("There is no budget for you")).to_be_visible()
    await hers.page.get_by_label("For", exact=True).select_option("everybody")
    await hers.page.get_by_label("At most").fill("some")
    await hers.button("Set limit").click()
    await expect(hers.page.get_by_text("Write a number from 0.")).to_be_visible()
    await hers.page.get_by_label("At most").fill("0")
    await hers.button("Set limit").click()
    limits = hers.page.get_by_role("table", name="Limits of the organisation")
    await expect(limits).to_contain_text("Tokens a day")
    await expect(hers.page.get_by_role("table", name="What is left")).to_contain_text("set for everybody")
    assert await violations(hers.page) == []

    await his.go("/c/new")
    await his.page.get_by_label("Message").fill("What time is it in Tokyo?")
    await his.page.keyboard.press("Enter")
    await expect(his.page.get_by_text("You may use 0 tokens today")).to_be_visible()
    await expect(his.page.get_by_text("What time is it in Tokyo?").first).to_be_visible()
    await his.go("/settings/usage")
    await expect(his.page.get_by_role("table", name="What is left")).to_contain_text("Tokens a day")
    await expect(his.page.get_by_text("Limits of the organisation")).to_have_count(0)
    assert await violations(his.page) == []

    await hers.button("Take away: Tokens a day, Each person").click()
    await expect(hers.page.get_by_text("Nothing is set here")).to_be_visible()
