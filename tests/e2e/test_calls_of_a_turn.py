"""Several calls in one turn: each is decided on its own."""

import re

from playwright.async_api import expect

from tests.e2e.axe import violations
from tests.e2e.conftest import Browse, Site
from tests.mcp_servers.fixtures import JournalServers


async def test_one_call_runs_while_the_other_waits_and_the_answer_has_both_outcomes(demo: str, browse: Browse) -> None:
    window = await browse(demo)
    await window.connect("Toolbox")
    await window.say("What time is it in Tokyo? And calculate 6 * 7.")
    await expect(window.page.get_by_role("group", name="2 calls, each decided on its own")).to_be_visible()
    await expect(window.page.get_by_role("region", name="2 calls wait for you")).to_be_visible()

    await window.approve("Calculator")
    await expect(window.card("Calculator")).to_contain_text("approved by you")
    await expect(window.card("Current time").get_by_role("button", name="Approve once")).to_be_enabled()
    await expect(window.page.get_by_role("region", name="1 call waits for you")).to_be_visible()
    await expect(window.answers).to_have_count(0)

    await window.reject("Current time", "I own a clock")
    await expect(window.answers).to_contain_text("42")
    await expect(window.answers).to_contain_text("I own a clock")
    await expect(window.page.get_by_role("region", name="call")).to_have_count(0)


async def test_a_call_without_words_before_it_stands_right_below_the_message(scripted: Site, browse: Browse) -> None:
    scripted.model.script([{"after_tool": False, "calls": [{"name": "journal__record", "arguments": {"value": "a"}}]}])
    window = await browse(scripted.url)
    await window.connect("Journal")
    await window.say("Record it")
    await expect(window.card("Record")).to_be_visible()
    message = await window.log.get_by_role("article", name="You").bounding_box()
    card = await window.card("Record").bounding_box()
    assert message is not None
    assert card is not None
    assert card["y"] - (message["y"] + message["height"]) <= 20


async def test_a_card_shows_how_far_its_server_is_while_the_call_runs(
    scripted: Site, browse: Browse, journal: JournalServers
) -> None:
    call = {"name": "journal__slow", "arguments": {"seconds": 30, "value": "steps"}}
    scripted.model.script([{"after_tool": False, "calls": [call]}, {"text": "Done.", "times": None}])
    window = await browse(scripted.url)
    await window.connect("Journal")
    await window.say("Slowly")
    await window.approve("Slow")
    card = window.card("Slow")
    await expect(card.get_by_role("progressbar", name="How far the server is")).to_have_js_property("value", 0.5)
    await expect(card).to_contain_text("working on steps")
    assert await violations(window.page) == []
    journal.release.touch()
    await expect(window.answers).to_have_text(re.compile("Done."))
    await expect(card.get_by_role("progressbar")).to_have_count(0)
