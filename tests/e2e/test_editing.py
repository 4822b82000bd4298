"""The form made from a tool's schema: it says what is wrong and where, and keeps what was written."""

from playwright.async_api import Locator, expect

from tests.e2e.conftest import Browse, Site
from tests.e2e.window import Window


async def propose(window: Window, site: Site, tool: str, **arguments: object) -> Locator:
    site.model.script([{"after_tool": False, "calls": [{"name": f"journal__{tool}", "arguments": arguments}]}])
    await window.connect("Journal")
    await window.say("Do it")
    return window.card(tool.capitalize())


async def test_what_breaks_the_schema_is_named_at_its_field_and_cannot_be_approved(
    scripted: Site, browse: Browse
) -> None:
    window = await browse(scripted.url)
    card = await propose(window, scripted, "slow", seconds=0, value="a")
    await card.get_by_role("button", name="Edit", exact=True).click()
    approve = card.get_by_role("button", name="Approve with changes")
    await expect(approve).to_be_disabled()

    seconds = card.get_by_role("textbox", name="Seconds")
    for wrong, sentence in (("soon", "has to be a number"), ("-1", "has to be at least 0"), ("", "has to be a number")):
        await seconds.fill(wrong)
        await expect(seconds).to_have_accessible_description(f"How long at most This {sentence}.")
        await expect(seconds).to_have_attribute("aria-invalid", "true")
        await expect(approve).to_be_disabled()
    await seconds.fill("0.01")
    await expect(seconds).not_to_have_attribute("aria-invalid", "true")
    await window.press(approve)
    await expect(card).to_contain_text("approved by you (edited)")
    await card.get_by_role("button", expanded=False).click()
    await expect(card.get_by_role("list", name="Proposed, and what ran")).to_contain_text("0.01")


async def test_arguments_that_the_server_refuses_leave_the_card_and_the_edits_as_they_were(
    scripted: Site, browse: Browse
) -> None:
    window = await browse(scripted.url)
    card = await propose(window, scripted, "record", value="short")
    await card.get_by_role("button", name="Edit", exact=True).click()
    value = card.get_by_role("textbox", name="Value")
    approve = card.get_by_role("button", name="Approve with changes")
    await value.fill("longer " * 90_000)
    await window.press(approve, shows=card.get_by_role("alert"))
    await expect(card.get_by_role("alert")).to_contain_text("too long to send. Your edits are kept")
    await value.fill("long " * 60_000)
    await window.press(approve)
    await expect(card.get_by_role("alert")).to_contain_text("larger than 256 KiB")
    await expect(value).to_have_value("long " * 60_000)
    await value.fill("not so long")
    await window.press(approve)
    await expect(card).to_contain_text("approved by you (edited)")


async def test_an_edit_survives_a_reload_and_reset_takes_it_back(scripted: Site, browse: Browse) -> None:
    window = await browse(scripted.url)
    card = await propose(window, scripted, "record", value="first")
    await card.get_by_role("button", name="Edit", exact=True).click()
    value = card.get_by_role("textbox", name="Value")
    await value.fill("second")
    await window.page.reload()
    await expect(value).to_have_value("second")
    await expect(card.get_by_role("list", name="Proposed, and yours")).to_contain_text("second")
    await card.get_by_role("button", name="Reset").click()
    await expect(value).to_have_value("first")
    await card.get_by_role("button", name="Cancel").click()
    await expect(card.get_by_role("button", name="Approve once")).to_be_visible()


async def test_an_answer_given_instead_reaches_the_model_and_the_tool_does_not_run(
    scripted: Site, browse: Browse
) -> None:
    window = await browse(scripted.url)
    card = await propose(window, scripted, "record", value="first")
    await card.get_by_role("button", name="More").click()
    await window.page.get_by_role("menuitem", name="Answer instead…").click()
    await card.get_by_role("textbox", name="Your answer").fill("It is in the archive")
    await window.press(card.get_by_role("button", name="Send answer"))
    await expect(card).to_contain_text("answered by you")
    await expect(window.answers).to_contain_text("It is in the archive")
