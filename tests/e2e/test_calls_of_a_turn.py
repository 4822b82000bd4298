"""Several calls in one turn: each is decided on its own."""

from playwright.async_api import expect

from tests.e2e.conftest import Browse


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
