"""The server dies while a tool runs: what is known is shown, and a person says what happened."""

from pathlib import Path

from playwright.async_api import expect

from tests.conftest import Urls
from tests.e2e.conftest import Browse
from tests.e2e.server import Server
from tests.mcp_servers.fixtures import JournalServers
from tests.mcp_servers.process import until


async def test_a_call_whose_outcome_nobody_knows_is_settled_by_the_person(
    urls: Urls, tmp_path: Path, journal: JournalServers, browse: Browse
) -> None:
    server = Server(tmp_path, urls.owner, journal.http()[0])
    try:
        window = await browse(await server.start())
        window.expect_outage()
        await window.connect("Journal")
        await window.say("Use slow with seconds: 60, value: hello")
        await window.approve("Slow")
        await until(lambda: journal.received("slow"), "the call at the tool")
        server.kill()
        await server.start()

        card = window.card("Slow")
        await expect(card).to_contain_text("Did Slow happen?")
        await expect(card).to_contain_text("It was not sent again")
        await expect(card).to_contain_text("hello")
        await card.get_by_role("textbox", name="Note (optional)").fill("I looked into the journal")
        await window.press(card.get_by_role("button", name="It happened"))
        await expect(card.get_by_role("button", expanded=False)).to_contain_text("it happened")
        await expect(window.answers).to_have_count(1)
        assert len(journal.received("slow")) == 1
    finally:
        server.kill()
