"""A server has a person's model write something: shown whole, changed, allowed, looked at, and sent."""

import re
from typing import Any

from playwright.async_api import expect

from tests.e2e.axe import violations
from tests.e2e.conftest import Browse, Serve
from tests.e2e.window import Window
from tests.mcp_servers.fixtures import WholeServers
from tests.model_server.scripted_model import ScriptedModel

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


async def begun(serve: Serve, browse: Browse, model: ScriptedModel, whole: WholeServers, **look: Any) -> Window:
    """A call is approved whose server wants a line written about a picture."""
    url = await serve(whole.spec("http"), model="openai:scripted", model_base_url=model.openai_url, model_api_key="no")
    window = await browse(url, **look)
    await window.connect("Whole")
    call = {"name": "whole__write", "arguments": {"times": 1, "picture": True}}
    model.script(
        [
            {"contains": "Write", "text": "A quiet line."},
            {"contains": "Have it", "after_tool": False, "calls": [call]},
            {"text": "It is written.", "times": None},
        ]
    )
    await window.say("Have it written")
    await window.approve("whole__write")
    return window


async def test_what_a_server_has_written_is_shown_changed_looked_at_and_sent(
    serve: Serve, browse: Browse, model: ScriptedModel, whole: WholeServers
) -> None:
    window = await begun(serve, browse, model, whole, **DESKTOP)
    page = window.page
    card = page.get_by_role("article", name="Model request: Whole")
    for words in ("Whole asks your model", "Be short.", "Write line 0.", "at most 100 tokens"):
        await expect(card).to_contain_text(words)
    picture = card.get_by_role("img", name=re.compile("Image from the tool"))
    await expect(picture).to_be_visible()
    assert await violations(page) == []
    await card.get_by_role("button", name="Edit").click()
    form = card.get_by_role("form", name="Change what your model is asked")
    await expect(form.get_by_role("button", name="Approve with changes")).to_be_disabled()
    await form.get_by_label("Message").fill("Write a haiku.")
    assert await violations(page) == []
    await page.reload()
    await expect(form.get_by_label("Message")).to_have_value("Write a haiku.")
    await window.press(form.get_by_role("button", name="Approve with changes"))
    written = page.get_by_role("article", name="Model answer: Whole")
    await expect(written).to_contain_text("A quiet line.")
    assert await violations(page) == []
    await window.press(written.get_by_role("button", name="Send to the server"))
    await expect(window.answers).to_have_text(re.compile("It is written."))
    await expect(written.get_by_role("button", expanded=False)).to_contain_text("sent by you")
    await card.get_by_role("button", expanded=False).click()
    await expect(card).to_contain_text("Write a haiku.")
    assert await violations(page) == []
    [asked] = [each for each in model.requests() if "haiku" in each.last_of_person()]
    assert asked.tools == []


async def test_an_answer_is_changed_or_kept_on_a_phone_in_the_dark(
    serve: Serve, browse: Browse, model: ScriptedModel, whole: WholeServers
) -> None:
    window = await begun(serve, browse, model, whole, color_scheme="dark", **PHONE)
    page = window.page
    card = page.get_by_role("article", name="Model request: Whole")
    await expect(card).to_contain_text("Write line 0.")
    assert await violations(page) == []
    await window.press(card.get_by_role("button", name="Approve once"))
    written = page.get_by_role("article", name="Model answer: Whole")
    await window.press(written.get_by_role("button", name="Edit"), written.get_by_role("form"))
    await written.get_by_role("textbox").fill("A loud line.")
    assert await violations(page) == []
    await window.press(written.get_by_role("button", name="Cancel"), written.get_by_role("button", name="Edit"))
    await window.press(written.get_by_role("button", name="Do not send"))
    await expect(window.answers).to_have_text(re.compile("It is written."))
    await expect(written.get_by_role("button", expanded=False)).to_contain_text("declined by you")
