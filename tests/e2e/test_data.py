"""What is held of one is taken out and deleted in the browser, and what the organisation does without is switched."""

import re
from typing import Any

from playwright.async_api import expect

from tests.e2e.axe import violations
from tests.e2e.conftest import Browse, Serve

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


async def test_an_archive_is_made_and_the_organisation_stays_when_its_deletion_is_called_off(
    serve: Serve, browse: Browse
) -> None:
    url = await serve()
    hers = await browse(url)
    await hers.go("/settings/data")
    await hers.button("Make an archive of my data").click()
    jobs = hers.page.get_by_role("list", name="Archives and deletions").get_by_role("listitem")
    await expect(jobs.first).to_contain_text("done")
    async with hers.page.expect_download() as downloading:
        await hers.page.get_by_role("link", name=re.compile("^Download: Archive of your data")).click()
    assert (await (await downloading.value).path()).read_bytes().startswith(b"PK")
    await hers.button("What would be deleted?").click()
    await expect(hers.page.get_by_text("nothing now").first).to_be_visible()
    await hers.button("Delete the organisation…").click()
    dialog = hers.page.get_by_role("dialog", name="The organisation")
    assert await violations(hers.page) == []
    confirm = dialog.get_by_role("button", name="Delete for good")
    await expect(confirm).to_have_attribute("aria-disabled", "true")
    label = await dialog.get_by_role("textbox").evaluate("field => field.labels[0].textContent")
    await dialog.get_by_role("textbox").fill(label.removeprefix("To confirm, type ").strip())
    await confirm.click()
    await hers.button("Call off").click()
    await expect(hers.button("Call off")).to_have_count(0)
    assert await violations(hers.page) == []


async def test_on_a_phone_an_account_is_deleted_and_features_are_switched(serve: Serve, browse: Browse) -> None:
    url = await serve()
    his = await browse(url, "bob", color_scheme="dark", **PHONE)
    his.expect_error("status of 401")
    await his.go("/settings/features")
    await expect(his.page.get_by_text("Owners and admins switch these.")).to_be_visible()
    hers = await browse(url, color_scheme="dark", **PHONE)
    await hers.go("/settings/features")
    switch = hers.page.get_by_role("switch", name="Prompts and resources of servers in messages")
    await expect(switch).to_be_checked()
    await switch.click()
    await expect(switch).not_to_be_checked()
    assert await violations(hers.page) == []
    await switch.click()
    await expect(switch).to_be_checked()
    await his.go("/settings/data")
    await expect(his.button("Delete my account…")).to_be_visible()
    assert await violations(his.page) == []
    await his.button("Delete my account…").click()
    dialog = his.page.get_by_role("dialog", name="Delete your account")
    await dialog.get_by_role("textbox").fill("Bob")
    await dialog.get_by_role("button", name="Delete for good").click()
    await expect(his.page.get_by_role("dialog", name=re.compile("Sign in"))).to_be_visible()
