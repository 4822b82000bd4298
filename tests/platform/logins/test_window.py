"""The window in which somebody signs in: it tells the one that opened it, and closes; or it goes back by itself."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect

from tests.e2e.browser import ARGUMENTS, executable
from tests.platform.logins.conftest import CALLBACK
from tests.platform.place import Place

LISTEN = """() => {
    const channel = new BroadcastChannel("interlock.login");
    window.heard = new Promise(resolve => channel.addEventListener("message", event => resolve(event.data)));
}"""
LEAVE = """async popup => {
    const body = JSON.stringify({ page: "/healthz?back", popup });
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch("/api/servers/guarded/login", { method: "POST", headers, body });
    return (await answer.json()).url;
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def page(place: Place) -> AsyncIterator[Page]:
    """Of a browser in which alice is signed in, at a page of ours."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        page = await (await browser.new_context()).new_page()
        await page.goto(f"{place.url}/auth/login?login_hint=alice&next=/healthz")
        # Under the policies of our own pages, which the plain answer above has as well.
        await page.goto(place.url + CALLBACK)
        yield page
        await browser.close()


async def test_a_window_that_was_opened_for_it_tells_the_others_and_closes(page: Page) -> None:
    await page.evaluate(LISTEN)
    url = await page.evaluate(LEAVE, True)
    async with page.expect_popup() as opened:
        await page.evaluate(
            "url => { const other = window.open('', '_blank', 'popup'); other.location.replace(url) }", url
        )
    window = await opened.value
    assert await page.evaluate("window.heard") == {"server": "guarded", "ok": True}
    if not window.is_closed():
        await window.wait_for_event("close")


async def test_without_a_window_of_its_own_it_goes_back_to_where_the_person_was(page: Page) -> None:
    await page.goto(await page.evaluate(LEAVE, False))
    await page.wait_for_url("**/healthz?back")


async def test_a_refusal_stays_and_says_why(page: Page) -> None:
    issuer = await page.evaluate(LEAVE, False)
    await page.context.add_cookies([{"name": "account", "value": "refuses", "url": issuer.partition("/auth")[0]}])
    await page.goto(issuer)
    await expect(page.get_by_text("They said no.")).to_be_visible()
    await expect(page.get_by_role("link", name="Go on")).to_be_visible()


@pytest.mark.parametrize("query", ["?state=x&code=y", "", "?error=access_denied&error_description=<script>1</script>"])
async def test_an_answer_that_nobody_asked_for_is_refused(page: Page, query: str) -> None:
    answer = await page.goto(page.url.partition("?")[0] + query)
    assert answer is not None
    assert answer.status == 400
    assert "<script>1" not in await answer.text()
