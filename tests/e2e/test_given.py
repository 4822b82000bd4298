"""What servers give besides texts of tools: images and sounds in the record, and texts for one's message."""

import re

from playwright.async_api import expect

from tests.e2e.axe import violations
from tests.e2e.conftest import Browse, Serve
from tests.mcp_servers.fixtures import WholeServers, whole  # noqa: F401 - a fixture
from tests.model_server.scripted_model import ScriptedModel


async def test_what_a_tool_shows_is_seen_and_what_a_server_offers_goes_into_the_message(
    serve: Serve,
    browse: Browse,
    model: ScriptedModel,
    whole: WholeServers,  # noqa: F811
) -> None:
    model.forget()
    url = await serve(
        whole.spec("http"), model="openai:scripted", model_base_url=model.openai_url, model_api_key="none"
    )
    window = await browse(url)
    page = window.page
    await window.connect("Whole")

    await window.message_box.press_sequentially("See @")
    choices = page.get_by_role("dialog", name="Add something to read")
    await expect(choices.get_by_role("button", name=re.compile("Book 1"))).to_be_visible()
    assert await violations(page) == []
    await choices.get_by_role("button", name=re.compile("Book 1")).click()
    await expect(window.message_box).to_have_value("See Book 1 (Whole, book://1):\nthe text of book 1\n")
    await expect(window.message_box).to_be_focused()
    assert model.requests() == []

    await window.message_box.fill("")
    await page.get_by_role("button", name="Add from a server").click()
    assert await violations(page) == []
    await page.get_by_role("menuitem", name="Something to read").click()
    await choices.get_by_role("button", name=re.compile("One page")).click()
    number = choices.get_by_role("combobox", name="number")
    await number.fill("7")
    await expect(choices.locator("datalist option")).to_have_count(2)
    assert await violations(page) == []
    await choices.get_by_role("button", name="Put it into the message").click()
    await expect(window.message_box).to_have_value("page (Whole, 7):\npage 7\n")
    assert model.requests() == []

    model.script([{"after_tool": False, "calls": [{"name": "whole__show", "arguments": {}}]}, {"text": "Look."}])
    await window.message_box.press("Enter")
    card = page.get_by_role("article", name=re.compile("^Approval: ")).last
    await window.press(card.get_by_role("button", name="Approve once"))
    await expect(window.answers.last).to_contain_text("Look.")
    await card.get_by_role("button", expanded=False).click()
    given = card.get_by_role("list", name="What the tool gave besides text")
    await expect(given).to_be_visible()
    image = given.get_by_role("img", name="Image from the tool: image.png")
    await expect(image).to_have_js_property("complete", True)
    assert await image.evaluate("image => image.naturalWidth") > 0
    async with page.expect_download() as downloading:
        await given.get_by_role("link", name=re.compile("^Download")).last.click()
    assert (await (await downloading.value).path()).read_bytes() == b"\0\1\2"
    assert await violations(page) == []
