"""The main job: sign in, connect servers of every kind, ask, decide, read what came of it."""

from dataclasses import replace

from playwright.async_api import expect

from interlock_handlers.server_spec import ServerSpec
from tests.e2e.conftest import Browse, Serve

TOKYO = "What time is it in Tokyo?"


async def test_a_person_signs_in_connects_servers_asks_approves_rejects_and_edits(
    serve: Serve, browse: Browse, everything_http: ServerSpec, everything_sse: ServerSpec
) -> None:
    base_url = await serve(everything_http, replace(everything_sse, name="Everything (SSE)"))
    window = await browse(base_url)
    await window.connect("Toolbox")

    await window.say(TOKYO)
    card = window.card("Current time")
    await expect(card).to_contain_text("Asia/Tokyo")
    await window.approve("Current time")
    await expect(card.get_by_role("button", expanded=False)).to_contain_text("approved by you")
    await expect(window.answers).to_contain_text("Tokyo")

    await window.say(TOKYO)
    await window.reject("Current time", "The meeting is off")
    await expect(card.get_by_role("button", expanded=False)).to_contain_text("rejected by you: The meeting is off")
    await expect(window.answers.last).to_contain_text("The meeting is off")

    await window.say(TOKYO)
    await card.get_by_role("button", name="Edit", exact=True).click()
    await card.get_by_role("textbox", name="Timezone").fill("Europe/Berlin")
    await expect(card.get_by_role("list", name="Proposed, and yours")).to_contain_text("Europe/Berlin")
    await window.press(card.get_by_role("button", name="Approve with changes"))
    await expect(card.get_by_role("button", expanded=False)).to_contain_text("approved by you (edited)")
    await expect(window.answers.last).to_contain_text("Berlin")
    await card.get_by_role("button", expanded=False).click()
    await expect(card.get_by_role("list", name="Proposed, and what ran")).to_contain_text("Asia/Tokyo")

    await window.connect("Time", "Everything", "Everything (SSE)")
    await expect(window.page.get_by_role("button", name="Servers 4")).to_be_visible()
