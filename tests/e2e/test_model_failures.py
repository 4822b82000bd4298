"""A model that fails, is stopped or is slow: what it said stays, and the thread goes on."""

import re

import httpx
from playwright.async_api import expect

from tests.e2e.conftest import Browse, Site


async def test_an_answer_that_breaks_off_is_kept_and_retry_goes_on(scripted: Site, browse: Browse) -> None:
    scripted.model.script(
        [
            {"text": "One two three four five six", "cut_after": 3, "times": 3},
            {"text": "Seven eight nine"},
        ]
    )
    window = await browse(scripted.url)
    await window.say("Count")
    failed = window.page.get_by_role("group", name="The model stopped in the middle")
    await expect(failed).to_contain_text("model_incomplete")
    await expect(window.answers).to_contain_text("One two three")
    await expect(window.answers).to_contain_text("This answer is not complete")

    await window.page.reload()
    await expect(window.answers).to_contain_text("One two three")
    await failed.get_by_role("button", name="Retry").click()
    await expect(window.answers.last).to_contain_text("Seven eight nine")
    await expect(failed).to_be_hidden()


async def test_a_busy_model_is_asked_again_and_the_thread_says_so(scripted: Site, browse: Browse) -> None:
    scripted.model.script([{"status": 429, "retry_after": 2}, {"text": "Here I am"}])
    window = await browse(scripted.url)
    await window.say("Hello")
    await expect(window.log).to_contain_text("The model is busy, trying again (2 of 3)")
    await expect(window.answers).to_contain_text("Here I am")
    await expect(window.log).not_to_contain_text("trying again")


async def test_a_refusal_says_why_at_once(scripted: Site, browse: Browse) -> None:
    scripted.model.script([{"status": 401}])
    window = await browse(scripted.url)
    await window.say("Hello")
    await expect(window.page.get_by_role("group", name="The model refused the request")).to_contain_text(
        "does not accept the key"
    )
    assert len(scripted.model.requests()) == 1


async def test_stopping_keeps_what_was_said(scripted: Site, browse: Browse) -> None:
    scripted.model.script([{"text": "This goes on and on and on", "hang_after": 4, "seconds_per_piece": 0.05}])
    window = await browse(scripted.url)
    await window.say("Tell me a story")
    await expect(window.answers).to_contain_text("This goes on and")
    await window.button("Stop").click()
    await expect(window.log).to_contain_text("Stopped.")
    await expect(window.button("Stop")).to_be_hidden()
    await window.page.reload()
    await expect(window.answers).to_contain_text("This goes on and")
    await expect(window.log).to_contain_text("Stopped.")


async def test_a_message_sent_while_one_is_answered_is_queued_and_answered_after_it(
    scripted: Site, browse: Browse
) -> None:
    scripted.model.script([{"contains": "first", "text": "Answer to one", "hang_after": 2, "seconds_per_piece": 0.05}])
    window = await browse(scripted.url)
    await window.say("The first")
    await expect(window.answers).to_contain_text("Answer to")
    await window.say("The second")
    await expect(window.log).to_contain_text("Queued: it is answered after the one before")
    async with httpx.AsyncClient(base_url=scripted.model.base_url) as http:
        await http.post("/release")
    await expect(window.answers).to_have_count(2)
    await expect(window.answers.last).to_contain_text("You said: The second")
    await expect(window.log).not_to_contain_text("Queued")
    order = re.compile("The first.*Answer to.*The second.*You said", re.DOTALL)
    await expect(window.log).to_have_text(order)
