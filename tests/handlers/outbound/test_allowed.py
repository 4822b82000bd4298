"""What the operator's file opens, and how far."""

from collections.abc import Sequence

import pytest

from interlock_handlers.mcp import MCPHandler
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.outbound.refusal import AddressRefused, FetchFailed
from interlock_handlers.server_spec import Origin, ServerSpec
from tests.handlers.outbound.canary import Canary, attempts
from tests.handlers.outbound.redirecting import Redirecting
from tests.mcp_servers.process import until
from tests.mcp_servers.scripted import scripted_server


async def at_home(_host: str, _port: int) -> Sequence[str]:
    return ["127.0.0.1"]


@pytest.mark.parametrize("entry", ["127.0.0.1:{port}", "127.0.0.1", "127.0.0.0/8", " 127.0.0.1 "])
async def test_an_allowed_address_is_reached_over_http_too(redirecting: Redirecting, entry: str) -> None:
    outbound = Outbound([entry.replace("{port}", str(redirecting.port))])
    assert (await outbound.fetch("GET", redirecting.url)).body == b"here"


@pytest.mark.parametrize("entry", ["git.internal", "GIT.internal:{port}"])
async def test_an_allowed_name_is_reached_wherever_it_leads(redirecting: Redirecting, entry: str) -> None:
    outbound = Outbound([entry.replace("{port}", str(redirecting.port))], resolve=at_home)
    fetched = await outbound.fetch("GET", f"http://Git.internal:{redirecting.port}/x")
    assert fetched.body == b"here"
    assert f"Host: git.internal:{redirecting.port}\r\n" in redirecting.asked[0]
    for other in ("hub.git.internal", "it.internal", "git.internal.example"):
        with pytest.raises(AddressRefused):
            await outbound.fetch("GET", f"https://{other}:{redirecting.port}/")


@pytest.mark.parametrize(
    ("allow", "url"),
    [
        ("127.0.0.1:1", "http://127.0.0.1:{port}/"),
        ("127.0.0.2", "http://127.0.0.1:{port}/"),
        ("10.0.0.0/8", "http://127.0.0.1:{port}/"),
        ("git.internal:1", "https://git.internal:{port}/"),
        ("::1", "http://127.0.0.1:{port}/"),
        ("169.254.0.0/16", "http://169.254.169.254/"),
        ("0.0.0.0/0", "http://169.254.169.254/"),
        ("fd00::/8", "http://[fd00:ec2::254]/"),
        ("metadata.example", "http://metadata.example/"),
        ("link.example", "http://link.example/"),
    ],
)
async def test_an_entry_opens_no_more_than_it_says(canary: Canary, allow: str, url: str) -> None:
    async def resolve(host: str, _port: int) -> Sequence[str]:
        return {"metadata.example": ["169.254.169.254"], "link.example": ["169.254.3.4"]}.get(host, ["127.0.0.1"])

    with attempts() as made, pytest.raises(AddressRefused):
        await Outbound([allow], resolve=resolve).fetch("GET", url.replace("{port}", str(canary.port)))
    assert made == canary.visits == []


async def test_a_metadata_service_is_opened_by_its_very_address() -> None:
    Outbound(["169.254.169.254"]).check("http://169.254.169.254/")
    Outbound(["169.254.169.254/32:80"]).check("http://169.254.169.254/latest")


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("10.0.0.1/8", "host bits"),
        ("10.0.0/8", "no network"),
        ("10.0.0.300", "no network and no address"),
        ("127.0.0.1:0", "no port"),
        ("127.0.0.1:70000", "no port"),
        ("::1:x", "no network and no address"),
        ("http://git.internal", "no network"),
        ("*.internal", "neither"),
        ("git internal", "neither"),
        ("", "neither"),
        ("0x7f.1", "no network and no address"),
    ],
)
def test_an_entry_that_says_nothing_is_refused(entry: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Outbound([entry])


@pytest.mark.parametrize(("origin", "reached"), [("platform", True), ("tenant", False), ("personal", False)])
async def test_only_an_entry_of_the_operator_opens_its_own_address(
    redirecting: Redirecting, canary: Canary, origin: Origin, reached: bool
) -> None:
    outbound = Outbound()
    way = outbound.of(ServerSpec("s", "S", "http", url=f"{redirecting.url}mcp", origin=origin))
    if reached:
        assert (await way.fetch("GET", f"{redirecting.url}.well-known/x")).body == b"here"
    with pytest.raises(AddressRefused):
        await (outbound if reached else way).fetch("GET", redirecting.url)
    with pytest.raises(AddressRefused):
        await way.fetch("GET", f"http://127.0.0.1:{canary.port}/")


async def test_a_tenants_server_is_connected_where_the_operator_allows_it() -> None:
    async with scripted_server() as server:
        handler = MCPHandler(outbound=Outbound([f"127.0.0.1:{server.port}"]))
        spec = ServerSpec("s", "S", "http", url=server.url, origin="tenant")
        assert [definition.name for definition in await handler.connect(spec)] == ["act"]
        await handler.aclose()


async def test_a_refused_server_is_not_tried_again_by_itself() -> None:
    handler = MCPHandler(outbound=Outbound())
    with pytest.raises(AddressRefused):
        await handler.connect(ServerSpec("s", "S", "http", url="https://10.0.0.1/mcp", origin="tenant"))
    await until(lambda: handler.state("s").kind == "error", "the state")
    state = handler.state("s")
    assert (state.code, state.retry_at) == ("address_refused", None)
    assert "no private networks" in (state.message or "")
    await handler.aclose()


async def test_a_resolver_that_answers_otherwise_the_second_time_gains_nothing(
    redirecting: Redirecting, canary: Canary
) -> None:
    asked: list[str] = []

    async def rebinding(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    outbound = Outbound(["127.0.0.1", "198.51.100.1"], resolve=rebinding)
    url = f"http://rebinding.example:{redirecting.port}/"
    with attempts() as made:
        # Only names that the operator allows may be asked without TLS, and this one is none of them.
        with pytest.raises(AddressRefused, match="only https"):
            await outbound.fetch("GET", url)
        with pytest.raises(FetchFailed):
            await outbound.fetch("GET", url.replace("http:", "https:"), timeout_seconds=0.5)
        assert (asked, made) == (["rebinding.example"], ["127.0.0.1"])
        with pytest.raises(AddressRefused, match="no loopback addresses"):
            await outbound.fetch("GET", url.replace("http:", "https:"))
    assert len(asked) == 2
    assert made == ["127.0.0.1"]
    assert canary.visits == []


async def test_the_next_address_of_a_name_is_tried_where_the_first_does_not_answer(redirecting: Redirecting) -> None:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return ["::1", "127.0.0.1"]

    fetched = await Outbound(["two.example"], resolve=resolve).fetch("GET", f"http://two.example:{redirecting.port}/")
    assert fetched.body == b"here"


async def test_the_names_of_this_machine_are_known(redirecting: Redirecting) -> None:
    fetched = await Outbound(["localhost"]).fetch("GET", f"http://localhost:{redirecting.port}/")
    assert fetched.body == b"here"
