"""Every refused address at everything that takes one: nobody is connected to, and the refusal names its rule."""

import asyncio

import pytest

from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.outbound.refusal import AddressRefused
from tests.handlers.outbound.canary import Canary, attempts
from tests.handlers.outbound.conftest import resolve
from tests.handlers.outbound.entrances import ENTRANCES, Entrance, fetch, redirected
from tests.handlers.outbound.redirecting import Redirecting
from tests.handlers.outbound.targets import LOCATIONS, NAMES, REFUSED, targets


async def refusals(entrance: Entrance, outbound: Outbound, urls: dict[str, str]) -> dict[str, str]:
    """By URL, the rule that refused it, or what happened instead."""

    async def refusal(url: str) -> str:
        try:
            await entrance(outbound, url)
        except AddressRefused as refused:
            return refused.rule if refused.rule in str(refused) else f"unnamed: {refused}"
        except Exception as error:  # noqa: BLE001 - it is what the test shows
            return repr(error)
        return "went through"

    return dict(zip(urls, await asyncio.gather(*map(refusal, urls)), strict=True))


def test_there_are_more_than_two_hundred() -> None:
    assert len(targets(1)) > 300
    assert len(REFUSED) == len(set(REFUSED))


@pytest.mark.parametrize("entrance", ENTRANCES.values(), ids=ENTRANCES)
async def test_no_refused_address_is_connected_to(canary: Canary, entrance: Entrance) -> None:
    urls = targets(canary.port)
    with attempts() as made:
        assert await refusals(entrance, Outbound(resolve=resolve), urls) == urls
    assert made == []
    assert canary.visits == []


async def test_no_redirect_leads_to_a_refused_address(canary: Canary, redirecting: Redirecting) -> None:
    # What a header can't carry is not sent in one, and what is not absolute leads elsewhere: LOCATIONS.
    urls = {
        url: rule
        for url, rule in targets(canary.port).items()
        if url.lower().startswith(("http://", "https://")) and url == url.strip() and not set(url) & set("\r\n\t\0")
    }
    urls |= {
        url.replace("{port}", str(canary.port)): rule for rule, locations in LOCATIONS.items() for url in locations
    }
    assert len(urls) > 250
    outbound = Outbound([f"127.0.0.1:{redirecting.port}"], resolve=resolve)
    with attempts() as made:
        assert await refusals(redirected(redirecting.url), outbound, urls) == urls
    assert set(made) == {"127.0.0.1"}
    assert len(made) == len(redirecting.asked) == len(urls)
    assert canary.visits == []


async def test_the_canary_is_there_to_be_visited(canary: Canary) -> None:
    for url in (f"http://127.0.0.1:{canary.port}/", f"http://[::1]:{canary.port}/"):
        with attempts() as made:
            outcome = await refusals(fetch, Outbound([f"127.0.0.1:{canary.port}", f"[::1]:{canary.port}"]), {url: ""})
        assert "fetch_" not in outcome[url]
        assert "FetchFailed" in outcome[url]
        assert len(made) == 1
    assert [visit[0] for visit in canary.visits] == ["127.0.0.1", "::1"]


async def test_the_sentence_says_what_to_do_and_nothing_of_where_a_name_leads() -> None:
    with pytest.raises(AddressRefused) as caught:
        await Outbound(resolve=resolve).fetch("GET", "https://private.example/")
    assert str(caught.value) == (
        "The address private.example is refused by the rule “no private networks”. "
        "Use another address, or ask the operator of Interlock to allow this one."
    )
    assert caught.value.code == "address_refused"
    assert NAMES["private.example"][0] not in str(caught.value)
