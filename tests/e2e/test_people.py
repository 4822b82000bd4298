"""Who belongs to the organisation, and in which browsers: seen and changed by those who may, felt by the others."""

import re
from typing import Any

from playwright.async_api import expect

from tests.e2e.axe import violations
from tests.e2e.conftest import Browse, Serve

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


async def test_roles_and_access_count_at_once_in_the_others_browser(serve: Serve, browse: Browse) -> None:
    url = await serve()
    his = await browse(url, "bob")
    hers = await browse(url)
    await hers.go("/users")
    row = hers.page.get_by_role("row", name=re.compile("^Bob"))
    await expect(row).to_contain_text("Member")
    await expect(row).to_contain_text("1 browser")
    assert await violations(hers.page) == []
    await hers.button("Change Bob").click()
    await hers.page.get_by_role("checkbox", name="Viewer").check()
    await hers.page.get_by_role("checkbox", name="Member").uncheck()
    assert await violations(hers.page) == []
    await hers.button("Save roles").click()
    await expect(row).to_contain_text("Viewer (set here)")
    await expect(his.page.get_by_text("You are a viewer here")).to_be_visible()
    await hers.button("As the identity provider says").click()
    await expect(row).not_to_contain_text("set here")

    his.expect_error("status of 401")
    await hers.button("Take access away…").click()
    dialog = hers.page.get_by_role("dialog", name="Take access away from Bob?")
    assert await violations(hers.page) == []
    await dialog.get_by_role("button", name="Take access away", exact=True).click()
    await expect(row).to_contain_text("no access")
    await expect(his.page.get_by_role("dialog", name=re.compile("Sign in"))).to_be_visible()
    await hers.button("Let in again").click()
    await expect(row).not_to_contain_text("no access")


async def test_on_a_phone_one_signs_out_everywhere_else(serve: Serve, browse: Browse) -> None:
    url = await serve()
    desk = await browse(url, "carol", color_scheme="dark")
    desk.expect_error("status of 401")
    phone = await browse(url, "carol", **PHONE)
    await phone.go("/settings/sessions")
    browsers = phone.page.get_by_role("list", name="Browsers").get_by_role("listitem")
    await expect(browsers).to_have_count(2)
    await expect(browsers.filter(has_text="this browser")).to_have_count(1)
    assert await violations(phone.page) == []
    await phone.button("Sign out everywhere else").click()
    await expect(browsers).to_have_count(1)
    await expect(desk.page.get_by_role("dialog", name=re.compile("Sign in"))).to_be_visible()


async def test_whoever_may_not_is_told_so(serve: Serve, browse: Browse) -> None:
    url = await serve()
    window = await browse(url, "carol")
    await window.go("/users")
    await expect(window.page.get_by_text("Only owners and admins manage who belongs")).to_be_visible()
    await expect(window.page.get_by_role("link", name="People")).to_have_count(0)
