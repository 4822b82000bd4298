"""A browser window with Interlock in it: what a person does there, and what went wrong behind their back."""

import re
import time
from collections.abc import Sequence
from typing import Self
from urllib.parse import quote, urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, Request, expect
from playwright.async_api import TimeoutError as NotYet

PATIENCE_SECONDS = 30.0
# Longer than the card needs to say that a decision is on its way, shorter than its own quiet time.
NOTICED_MS = 300
_TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", event =>
    console.error(`Policy violated: ${event.effectiveDirective} by ${event.blockedURI}`))"""


class Window:
    """One page; `wrongs` grows with every request to another origin, console error and policy violation."""

    def __init__(self, context: BrowserContext, page: Page, base_url: str) -> None:
        self.context = context
        self.page = page
        self.base_url = base_url
        self._origins = {urlsplit(base_url).netloc}
        self._expected: list[re.Pattern[str]] = []
        self._wrongs: list[str] = []

    @classmethod
    async def opened(cls, context: BrowserContext, base_url: str) -> Self:
        """An empty window, watched from its first request on."""
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        await context.add_init_script(_TELL_VIOLATIONS)
        window = cls(context, await context.new_page(), base_url)
        context.on("request", window._requested)
        context.on("console", window._said)
        context.on("weberror", lambda error: window._wrongs.append(f"Uncaught: {error.error}"))
        return window

    def expect_error(self, pattern: str) -> None:
        """Console errors like this one belong to what the test does."""
        self._expected.append(re.compile(pattern))

    def expect_origin(self, url: str) -> None:
        """The person goes there in the course of the test."""
        self._origins.add(urlsplit(url).netloc)

    def expect_outage(self) -> None:
        """The server will be away for a while, and the browser will say so."""
        self.expect_error(r"ERR_CONNECTION_(REFUSED|RESET|CLOSED)|ERR_EMPTY_RESPONSE|ERR_SOCKET_NOT_CONNECTED")
        self.expect_error("ERR_CONTENT_LENGTH_MISMATCH")
        self.expect_error(r"WebSocket connection to 'ws://[^']+' failed|responded with a status of 50\d")

    @property
    def wrongs(self) -> Sequence[str]:
        return [wrong for wrong in self._wrongs if not any(pattern.search(wrong) for pattern in self._expected)]

    async def sign_in(self, name: str = "alice", path: str = "/c/new") -> Self:
        """By the development provider, which takes the hint for an answer."""
        await self.page.goto(f"{self.base_url}/auth/login?login_hint={name}&next={quote(path)}")
        await expect(self.message_box).to_be_visible()
        return self

    async def go(self, path: str) -> None:
        await self.page.goto(f"{self.base_url}{path}")

    @property
    def message_box(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message Interlock")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log", name="Messages")

    @property
    def answers(self) -> Locator:
        return self.log.get_by_role("article", name=re.compile("^Assistant"))

    def card(self, tool: str) -> Locator:
        """The card of a call, whatever its state; the newest if there are several."""
        return self.page.get_by_role("article", name=f"Approval: {tool}", exact=True).last

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    async def say(self, text: str) -> None:
        await self.message_box.fill(text)
        await self.message_box.press("Enter")

    async def connect(self, *names: str) -> None:
        """Connects servers from the picker."""
        await self.page.get_by_role("button", name=re.compile("^Servers")).click()
        picker = self.page.get_by_role("dialog", name="Servers")
        for name in names:
            await picker.get_by_role("button", name=f"Connect {name}", exact=True).click()
            await expect(picker.get_by_role("button", name=f"Disconnect {name}", exact=True)).to_be_visible()
        await self.page.keyboard.press("Escape")
        await expect(picker).to_be_hidden()

    async def press(self, button: Locator, shows: Locator | None = None) -> None:
        """Clicks until the button has gone, or this shows: a card that has just appeared doesn't listen yet."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            await button.click()
            try:
                await (shows or button).wait_for(state="visible" if shows else "hidden", timeout=NOTICED_MS)
            except NotYet:
                assert time.monotonic() < end, f"{button} has no effect"
            else:
                return

    async def approve(self, tool: str) -> None:
        await self.press(self.card(tool).get_by_role("button", name="Approve once"))

    async def reject(self, tool: str, reason: str) -> None:
        card = self.card(tool)
        await card.get_by_role("button", name="Reject…").click()
        await card.get_by_role("textbox", name=re.compile("^Reason")).fill(reason)
        await self.press(card.get_by_role("button", name="Reject", exact=True))

    def _requested(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc not in self._origins:
            self._wrongs.append(f"Request to another origin: {request.method} {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._wrongs.append(f"Console: {message.text} ({message.location.get('url')})")
