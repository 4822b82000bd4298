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


async def test_somebody_of_another_organisation_joins_by_a_link_and_goes_back(serve: Serve, browse: Browse) -> None:
    url = await serve()
    hers = await browse(url, color_scheme="dark", **PHONE)
    await hers.go("/users")
    await hers.button("Invite somebody…").click()
    await hers.page.get_by_role("checkbox", name="Viewer").check()
    assert await violations(hers.page) == []
    await hers.button("Make the link").click()
    link = await hers.page.get_by_label("Link of the invitation").input_value()
    assert await violations(hers.page) == []
    await hers.button("Done").click()
    await expect(hers.page.get_by_role("row", name=re.compile("Member, Viewer"))).to_contain_text("Open until")

    theirs = await browse(url, "mallory")
    await theirs.go(link.removeprefix(url))
    await expect(theirs.page.get_by_text("Alice invites you to Acme as member and viewer.")).to_be_visible()
    assert await violations(theirs.page) == []
    await theirs.button("Join Acme").click()
    await theirs.button("Account: Mallory Acme").click()
    await theirs.page.get_by_role("menuitem", name="Your organisations").click()
    here = theirs.page.get_by_role("listitem").filter(has_text="you are here")
    await expect(here).to_contain_text("Acme")
    assert await violations(theirs.page) == []
    await theirs.button("Switch to Globex").click()
    await expect(theirs.button("Account: Mallory Globex")).to_be_visible()

    await hers.page.reload()
    await expect(hers.page.get_by_role("table", name="Invitations")).to_contain_text("Used by Mallory")


async def test_an_identity_provider_that_is_not_there_is_refused_in_place(serve: Serve, browse: Browse) -> None:
    url = await serve(tenant_providers="true")
    window = await browse(url)
    await window.go("/users")
    await window.button("Enter an identity provider…").click()
    for label, value in (("Name", "Ours"), ("Issuer", "https://login.internal"), ("Client id", "interlock")):
        await window.page.get_by_role("textbox", name=label, exact=True).fill(value)
    await window.page.get_by_role("textbox", name="What groups are here").fill("bosses = owner")
    await expect(window.page.get_by_text("Write lines such as")).to_be_visible()
    assert await violations(window.page) == []
    await window.page.get_by_role("textbox", name="What groups are here").fill("bosses = admin")
    window.expect_error("status of 502")
    await window.button("Enter it").click()
    await expect(window.page.get_by_text("The identity provider can't be reached.")).to_be_visible()
