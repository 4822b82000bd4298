"""Each field of the API that takes a URL, and addresses that nobody but the operator may send Interlock to."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
import pytest_asyncio

from interlock_handlers.outbound.network import SystemResolver
from interlock_platform.tools.editing.bodies import MOST_IMPORTED
from interlock_servers.postgres_access import PostgresAccess
from tests.handlers.outbound.canary import Canary, attempts, canary
from tests.handlers.outbound.conftest import resolve
from tests.handlers.outbound.targets import NAMES, targets
from tests.person import Person
from tests.platform.place import open_place
from tests.platform.tools.entering import body

AT_ONCE = 8
NOT_STORABLE = "invalid"
"""What a URL with characters that no column takes is, before anybody looks where it leads."""


async def _system_resolver(_self: SystemResolver, host: str, port: int) -> Sequence[str]:
    return await resolve(host, port)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def owner(postgres: PostgresAccess, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Person]:
    """Of an organisation at an Interlock whose operator allows nothing besides."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SystemResolver, "__call__", _system_resolver)
        async with (
            open_place(postgres, tmp_path_factory.mktemp("strict"), allow=()) as place,
            place.person("alice") as who,
        ):
            yield who


async def outcomes(answers: Sequence[Any]) -> list[Any]:
    """Of requests, so many at a time."""
    free = asyncio.Semaphore(AT_ONCE)

    async def one(answer: Any) -> Any:
        async with free:
            return await answer

    return await asyncio.gather(*map(one, answers))


def rule(answer: httpx.Response) -> str:
    """Which rule refused it, or what happened instead."""
    said = answer.json()
    named = re.search("by the rule “(.+?)”", str(said))
    if said.get("code") == NOT_STORABLE:
        return NOT_STORABLE
    return named[1] if said.get("code") == "address_refused" and named else str(said)


async def connected(owner: Person, server_id: str) -> str:
    """Which rule refuses a connection to a server that could be entered, for only its name is written."""
    answer = await owner.api("POST", f"/api/servers/{server_id}/connect")
    await owner.api("DELETE", f"/api/servers/{server_id}")
    return rule(answer) if answer.status_code == 502 else f"connected: {answer.text}"


async def created(owner: Person, url: str) -> str:
    answer = await owner.api("POST", "/api/servers", body(url))
    return rule(answer) if answer.status_code != 201 else await connected(owner, answer.json()["id"])


async def changed(owner: Person, url: str) -> str:
    made = await owner.ok("POST", "/api/servers", body("https://public.example/mcp"))
    answer = await owner.api("PATCH", f"/api/servers/{made['id']}", {"url": url})
    if answer.status_code != 200:
        await owner.api("DELETE", f"/api/servers/{made['id']}")
        return rule(answer)
    return await connected(owner, made["id"])


async def tried(owner: Person, url: str) -> str:
    return rule(await owner.api("POST", "/api/servers/test", body(url)))


def of_every_rule(urls: dict[str, str]) -> dict[str, str]:
    """One address of each rule, and one name that leads to one: all of them are imported."""
    plain = {rule: url for url, rule in urls.items() if not any(name in url for name in NAMES)}
    names = {rule: url for url, rule in urls.items() if any(f"//{name}" in url for name in NAMES)}
    return {url: rule for chosen in (plain, names) for rule, url in chosen.items()}


@pytest.mark.parametrize("field", [created, changed, tried], ids=["create", "change", "test"])
async def test_no_field_leads_to_a_refused_address(owner: Person, field: Any) -> None:
    async with canary() as sitting:
        urls = of_every_rule(targets(sitting.port))
        assert len(urls) > 20
        with attempts() as made:
            found = await outcomes([field(owner, url) for url in urls])
        nowhere(sitting, made)
        assert_refused(dict(zip(urls, found, strict=True)), urls)


async def test_no_import_leads_to_a_refused_address(owner: Person) -> None:
    async with canary() as sitting:
        urls = targets(sitting.port)
        found: dict[str, str] = {}
        with attempts() as made:
            for begin in range(0, len(urls), MOST_IMPORTED):
                batch = {f"s{begin + n}": url for n, url in enumerate([*urls][begin : begin + MOST_IMPORTED])}
                servers = {name: {"type": "http", "url": url} for name, url in batch.items()}
                said = await owner.ok("POST", "/api/servers/import", {"mcpServers": servers, "scope": "tenant"})
                found |= {batch[each["name"]]: each.get("rule", each["code"]) for each in said["refused"]}
                found |= {batch[each["name"]]: await connected(owner, each["id"]) for each in said["servers"]}
        nowhere(sitting, made)
        assert_refused(found, urls)


def nowhere(sitting: Canary, made: Sequence[str]) -> None:
    assert sitting.visits == []
    assert set(made) <= {"127.0.0.1"}, "only to Interlock itself and its database"


def assert_refused(found: dict[str, str], urls: dict[str, str]) -> None:
    assert {url: rule for url, rule in found.items() if rule not in (urls[url], NOT_STORABLE)} == {}
    assert found.keys() == urls.keys()
    assert list(found.values()).count(NOT_STORABLE) < 5
