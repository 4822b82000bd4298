"""One browser for all, a context and a server for each test.

serve     starts an Interlock with these servers in its catalogue: `await serve(spec, …, **settings)` is its address;
          `allow` is where servers that people enter may be
demo      an Interlock with the demo model
scripted  an Interlock with the scripted model: `scripted.model.script([...])`
browse    opens windows: `await browse(site.url)`; signed in as alice unless told otherwise
"""
# ruff: noqa: F811 - a fixture is asked for by its name

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from interlock_handlers.server_spec import ServerSpec
from tests.conftest import Urls
from tests.e2e.browser import ARGUMENTS, executable
from tests.e2e.window import PATIENCE_SECONDS, Window
from tests.mcp_servers.authorization import signing_in  # noqa: F401
from tests.mcp_servers.fixtures import (  # noqa: F401
    JournalServers,
    asking,
    everything_http,
    everything_sse,
    journal,
    toolbox_http,
    whole,
)
from tests.model_server.scripted_model import ScriptedModel
from tests.running import catalogue_file, interlock

Serve = Callable[..., Awaitable[str]]
Browse = Callable[..., Awaitable[Window]]


@dataclass(frozen=True)
class Site:
    """An Interlock that serves, and the model behind it."""

    url: str
    model: ScriptedModel


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def serve(urls: Urls, tmp_path: Path) -> AsyncIterator[Serve]:
    async with AsyncExitStack() as servers:

        async def start(*specs: ServerSpec, allow: Sequence[str] = (), **settings: Any) -> str:
            catalogue = catalogue_file(tmp_path, *specs, allow=allow)
            return await servers.enter_async_context(interlock(urls.owner, tmp_path, catalogue=catalogue, **settings))

        yield start


@pytest_asyncio.fixture(loop_scope="session")
async def browse(browser: Browser, serve: Serve) -> AsyncIterator[Browse]:
    """At the end of the test, while the server is still there, nothing has gone wrong in any window."""
    windows: list[Window] = []

    async def open_window(base_url: str, name: str | None = "alice", path: str = "/c/new", **options: Any) -> Window:
        context = await browser.new_context(reduced_motion="reduce", **options)
        window = await Window.opened(context, base_url)
        windows.append(window)
        return await window.sign_in(name, path) if name else window

    yield open_window
    for window in windows:
        await window.context.close()
    assert [wrong for window in windows for wrong in window.wrongs] == []


@pytest.fixture(scope="session")
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel() as model:
        yield model


@pytest_asyncio.fixture(loop_scope="session")
async def demo(serve: Serve, toolbox_http: ServerSpec) -> str:
    return await serve(toolbox_http)


@pytest_asyncio.fixture(loop_scope="session")
async def scripted(
    serve: Serve,
    model: ScriptedModel,
    toolbox_http: ServerSpec,
    journal: JournalServers,
) -> Site:
    model.forget()
    url = await serve(
        toolbox_http, journal.http()[0],
        model="openai:scripted", model_base_url=model.openai_url, model_api_key="none",
    )  # fmt: skip
    return Site(url, model)
