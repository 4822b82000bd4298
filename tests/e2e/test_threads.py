"""Conversations: new, found, renamed, pinned, put away, deleted and brought back; what is written stays."""

import re

from playwright.async_api import Locator, expect

from tests.e2e.conftest import Browse
from tests.e2e.window import Window


def row(window: Window, title: str) -> Locator:
    return window.page.get_by_role("navigation", name="Conversations").get_by_role("link", name=title)


async def choose(window: Window, title: str, item: str) -> None:
    await row(window, title).hover()
    await window.button(f"Options for {title}").click()
    await window.page.get_by_role("menuitem", name=item).click()


async def test_a_person_keeps_their_conversations_in_order(demo: str, browse: Browse) -> None:
    window = await browse(demo)
    await window.say("Hello there")
    await expect(window.answers).to_have_count(1)
    await expect(row(window, "Hello there")).to_have_attribute("aria-current", "page")
    await window.page.get_by_role("link", name="New chat").first.click()
    await window.say("Thanks a lot")
    await expect(row(window, "Thanks a lot")).to_have_attribute("aria-current", "page")

    await choose(window, "Thanks a lot", "Rename")
    title = window.page.get_by_role("textbox", name="Title")
    await title.fill("Gratitude")
    await title.press("Enter")
    await expect(row(window, "Gratitude")).to_be_visible()
    await expect(window.page.get_by_role("heading", name="Gratitude", level=1)).to_be_visible()

    search = window.page.get_by_role("searchbox", name="Search conversations")
    await search.fill("hello")
    await expect(row(window, "Gratitude")).to_be_hidden()
    found = window.page.get_by_role("list", name="Messages").get_by_role("link")
    await expect(found.first).to_contain_text("Hello there")
    await found.last.click()
    await expect(window.page).to_have_url(re.compile(r"\?message="))
    await expect(window.page.locator("[data-message]:focus")).to_contain_text("Hello there")
    await search.fill("nothing like it")
    await expect(window.page.get_by_text("Nothing matches")).to_be_visible()
    await search.fill("")

    await choose(window, "Hello there", "Pin")
    pinned = window.page.get_by_role("list", name="Pinned")
    await expect(pinned.get_by_role("link", name="Hello there")).to_be_visible()
    await choose(window, "Hello there", "Unpin")
    await expect(pinned).to_have_count(0)


async def test_what_was_deleted_comes_back_in_every_window(demo: str, browse: Browse) -> None:
    window, other = await browse(demo), await browse(demo)
    await window.say("Hello there")
    await expect(window.button("Copy answer")).to_be_visible()
    address = window.page.url
    await expect(row(other, "Hello there")).to_be_visible()
    await choose(window, "Hello there", "Delete")
    await expect(row(window, "Hello there")).to_be_hidden()
    await expect(row(other, "Hello there")).to_be_hidden()
    await expect(window.page).to_have_url(f"{demo}/c/new")
    await window.page.get_by_role("region", name="News").get_by_role("button", name="Undo").click()
    await expect(window.page).to_have_url(address)
    await expect(window.answers).to_have_count(1)
    await expect(row(other, "Hello there")).to_be_visible()


async def test_what_was_put_away_is_read_in_the_archive_and_goes_on_once_it_is_back(demo: str, browse: Browse) -> None:
    window = await browse(demo)
    await window.say("Hello there")
    await expect(window.button("Copy answer")).to_be_visible()
    await choose(window, "Hello there", "Archive")
    await expect(row(window, "Hello there")).to_be_hidden()
    await expect(window.page.get_by_text("This conversation is in the archive.")).to_be_visible()
    await expect(window.message_box).to_be_hidden()
    await row(window, "Archive").click()
    archive = window.page.get_by_role("list", name="Archive")
    await archive.get_by_role("link", name="Hello there").click()
    await expect(window.answers).to_have_count(1)
    await window.button("Bring back").click()
    await expect(row(window, "Hello there")).to_be_visible()
    await window.say("Thanks")
    await expect(window.answers).to_have_count(2)


async def test_drafts_survive_a_reload_each_in_its_conversation(demo: str, browse: Browse) -> None:
    window = await browse(demo)
    await window.say("Hello there")
    await expect(window.answers).to_have_count(1)
    await window.message_box.fill("Half a thought")
    await window.page.get_by_role("link", name="New chat").first.click()
    await expect(window.message_box).to_have_value("")
    await window.message_box.fill("Another beginning")
    await window.page.reload()
    await expect(window.message_box).to_have_value("Another beginning")
    await row(window, "Hello there").click()
    await expect(window.message_box).to_have_value("Half a thought")


async def test_someone_elses_conversation_is_one_that_does_not_exist(demo: str, browse: Browse) -> None:
    alice = await browse(demo)
    await alice.say("My secret")
    await expect(alice.answers).to_have_count(1)
    bob = await browse(demo, "bob")
    bob.expect_error("status of 404")
    await bob.page.goto(alice.page.url)
    await expect(bob.page.get_by_role("heading", name="Not available to you")).to_be_visible()
    await expect(bob.page.get_by_text("My secret")).to_have_count(0)


async def test_a_tab_whose_session_was_ended_elsewhere_asks_to_sign_in_again_and_keeps_the_draft(
    demo: str, browse: Browse
) -> None:
    window = await browse(demo)
    window.expect_error("status of 401|WebSocket connection to")
    await window.message_box.fill("Not sent yet")
    other = await window.context.new_page()
    await other.goto(f"{demo}/c/new")
    await other.get_by_role("button", name="Account").click()
    await other.get_by_role("menuitem", name="Sign out").click()

    asked = window.page.get_by_role("dialog", name="Sign in again")
    await expect(asked).to_be_visible()
    await asked.get_by_role("link", name="Sign in again").click()
    await window.page.get_by_role("link", name="Alice").click()
    await expect(window.message_box).to_have_value("Not sent yet")


async def test_a_message_that_is_too_long_is_refused_and_stays(demo: str, browse: Browse) -> None:
    window = await browse(demo)
    await window.say("Hello there")
    await expect(window.answers).to_have_count(1)
    for length, sentence in ((40_000, "40,000 characters"), (600_000, "too long to send")):
        await window.say("x" * length)
        await expect(window.log).to_contain_text(sentence)
        await expect(window.log).to_contain_text("Not sent")
        await window.button("Discard").click()
        await expect(window.log).not_to_contain_text("Not sent")
    await window.say("Thanks")
    await expect(window.answers).to_have_count(2)
