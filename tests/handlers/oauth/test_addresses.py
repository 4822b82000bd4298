"""T28: no address that a server, or its authorization server, names in a sign-in leads where nobody may go."""

from collections.abc import Mapping

import pytest

from interlock_handlers.oauth.challenge import Challenge
from interlock_handlers.oauth.client import Client, OurClient, register
from interlock_handlers.oauth.discovery import discover
from interlock_handlers.oauth.flow import Flow
from interlock_handlers.oauth.login_failed import LoginFailed
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.outbound.refusal import AddressRefused, FetchFailed
from tests.handlers.outbound.canary import Canary, attempts
from tests.handlers.outbound.conftest import canary, resolve  # noqa: F401 - a fixture
from tests.handlers.outbound.targets import targets
from tests.mcp_servers.pages import Pages, pages

REDIRECT = "http://127.0.0.1/api/servers/login/callback"
RESOURCE = "/.well-known/oauth-protected-resource/mcp"
SERVER = "/.well-known/oauth-authorization-server"


def describe(made: Pages, field: str, url: str) -> Challenge:
    """Servers that name the address in this field, and are otherwise well."""
    issuers = [url] if field == "authorization_servers" else ["$issuer"]
    made.at(RESOURCE, {"resource": "$issuer/mcp", "authorization_servers": issuers})
    endpoints = {
        "issuer": "$issuer",
        "authorization_endpoint": "https://login.example/authorize",
        "token_endpoint": "https://login.example/token",
        "registration_endpoint": "https://login.example/register",
        "revocation_endpoint": "https://login.example/revoke",
        "code_challenge_methods_supported": ["S256"],
    }
    made.at(SERVER, {**endpoints, **({field: url} if field in endpoints else {})})
    return Challenge(resource_metadata=url if field == "resource_metadata" else None)


async def use(outbound: Outbound, server_url: str, challenge: Challenge, field: str) -> None:
    """A sign-in, as far as it asks for the field."""
    found = await discover(outbound, server_url, challenge)
    grant = Flow.to(found, Client("us"), REDIRECT, None).grant()
    match field:
        case "registration_endpoint":
            await register(outbound, found.server, OurClient(REDIRECT), None)
        case "token_endpoint":
            await grant.refresh(outbound, "a refresh token")
        case "revocation_endpoint":
            await grant.revoke(outbound, "a token", "access_token")


async def patiently(outbound: Outbound, made: Pages, challenge: Challenge, field: str) -> None:
    """The same; our own pages are asked once more where the machine was too busy to answer in time."""
    for left in reversed(range(TRIES)):
        try:
            return await use(outbound, f"{made.url}/mcp", challenge, field)
        except FetchFailed as error:
            if not left or error.code != "fetch_too_slow" or made.url not in str(error):
                raise


TRIES = 3
HARMLESS = ("not as it has to be", "https://public.example/")
FIELDS = (
    "resource_metadata", "authorization_servers", "registration_endpoint", "token_endpoint", "revocation_endpoint",
)  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
async def test_t28_no_address_in_a_sign_in_leads_where_nobody_may_go(canary: Canary, field: str) -> None:  # noqa: F811
    went: dict[str, str] = {}
    refused: Mapping[str, str] = targets(canary.port)
    async with pages() as made:
        outbound = Outbound([made.url.removeprefix("http://")], resolve=resolve)
        with attempts() as connected:
            for url in refused:
                challenge = describe(made, field, url)
                try:
                    await patiently(outbound, made, challenge, field)
                except AddressRefused:
                    continue
                except (LoginFailed, FetchFailed) as error:
                    # What is no address at all is refused as such before anybody asks where it leads; and some that are
                    # written oddly lead, read as browsers do, to a name that anybody may go to, and that is not there.
                    if not any(why in str(error) for why in HARMLESS):
                        went[url] = str(error)
                else:
                    went[url] = "went through"
        assert went == {}
        assert canary.visits == []
        # One that was given up may have been connected and not asked.
        assert len(made.asked) <= len(connected) <= len(made.asked) + TRIES
