"""Each step of a sign-in, with an authorization server that we did not write."""

import json
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
import pytest_asyncio

from interlock_handlers.mcp import MCPHandler
from interlock_handlers.oauth.challenge import Challenge, read_challenge
from interlock_handlers.oauth.client import OurClient, agreed, by_document, register
from interlock_handlers.oauth.discovery import Discovered, discover
from interlock_handlers.oauth.flow import Flow, read_flow
from interlock_handlers.oauth.grant import Grant, Tokens
from interlock_handlers.oauth.login_failed import GrantRefused, LoginFailed
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.outbound.refusal import AddressRefused
from interlock_handlers.server_errors import LoginRequired
from interlock_handlers.server_spec import AgreedClient
from tests.mcp_servers.authorization import SigningIn, consent
from tests.mcp_servers.pages import Pages, pages

REDIRECT = "http://127.0.0.1/api/servers/login/callback"
OURS = OurClient(REDIRECT)
VERIFIER = "v" * 64


@pytest.fixture(scope="session")
def outbound() -> Outbound:
    return Outbound(["127.0.0.0/8"])


@pytest_asyncio.fixture
async def found(signing_in: SigningIn, outbound: Outbound) -> Discovered:
    return await discover(outbound, signing_in.url, Challenge())


async def signed_in(
    found: Discovered, outbound: Outbound, account: str = "alice@example.org"
) -> tuple[Grant, Tokens, Flow]:
    client = await register(outbound, found.server, OURS, found.scope)
    flow = Flow.to(found, client, REDIRECT, found.scope)
    answer = await answered(flow, outbound, account)
    return *(await flow.finish(outbound, answer, VERIFIER)), flow


async def answered(flow: Flow, outbound: Outbound, account: str = "alice@example.org") -> dict[str, str]:
    """What the browser brings back."""
    back = await consent(flow.url(outbound, "the-state", VERIFIER), account, until=REDIRECT)
    return dict(parse_qsl(urlsplit(back).query))


async def test_a_server_says_where_one_signs_in(signing_in: SigningIn, outbound: Outbound) -> None:
    handler = MCPHandler(outbound=outbound)
    with pytest.raises(LoginRequired):
        await handler.connect(signing_in.spec)
    await handler.aclose()
    answer = await outbound.fetch("POST", signing_in.url, content=b"{}", headers={"Content-Type": "application/json"})
    challenge = read_challenge(answer.headers["www-authenticate"])
    assert challenge.resource_metadata is not None
    found = await discover(outbound, signing_in.url, challenge)
    assert (found.issuer, found.resource, found.scope) == (signing_in.issuer, signing_in.url, "tools offline_access")


async def test_a_registered_client_gets_tokens_that_the_server_takes(
    signing_in: SigningIn, outbound: Outbound, found: Discovered
) -> None:
    grant, tokens, flow = await signed_in(found, outbound)
    assert tokens.refresh_token
    assert tokens.expires_in
    (asked,) = signing_in.asked("token", grant_type="authorization_code")[-1:]
    assert asked["resource"] == signing_in.url
    assert await recorded_with(signing_in, outbound, tokens.access_token) == "recorded with a token"
    again = read_flow(json.loads(json.dumps(flow.wire())), flow.client.secret)
    assert again.grant() == grant


async def test_a_refresh_token_is_good_once_and_its_reuse_ends_all_of_its_family(
    outbound: Outbound, found: Discovered
) -> None:
    grant, tokens, _ = await signed_in(found, outbound)
    assert tokens.refresh_token is not None
    renewed = await grant.refresh(outbound, tokens.refresh_token)
    assert renewed.access_token != tokens.access_token
    assert renewed.refresh_token not in (None, tokens.refresh_token)
    with pytest.raises(GrantRefused):
        await grant.refresh(outbound, tokens.refresh_token)
    with pytest.raises(GrantRefused):
        await grant.refresh(outbound, renewed.refresh_token or "")


async def test_a_token_that_was_taken_back_is_refused(
    signing_in: SigningIn, outbound: Outbound, found: Discovered
) -> None:
    grant, tokens, _ = await signed_in(found, outbound)
    assert await grant.revoke(outbound, tokens.refresh_token or "", "refresh_token")
    assert await grant.revoke(outbound, tokens.access_token, "access_token")
    with pytest.raises(GrantRefused):
        await grant.refresh(outbound, tokens.refresh_token or "")
    with pytest.raises(LoginRequired):
        await recorded_with(signing_in, outbound, tokens.access_token)


async def test_our_published_document_stands_for_us(
    signing_in: SigningIn, outbound: Outbound, found: Discovered
) -> None:
    ours = OurClient(REDIRECT, metadata_url="https://interlock.example/oauth/client-metadata.json")
    client = by_document(found.server, ours)
    assert client is not None
    assert client.client_id == ours.metadata_url
    async with pages(port=signing_in.documents) as published:
        published.at("/oauth/client-metadata.json", ours.document())
        flow = Flow.to(found, client, REDIRECT, found.scope)
        grant, tokens = await flow.finish(outbound, await answered(flow, outbound), VERIFIER)
    assert tokens.access_token
    assert grant.client.secret is None
    assert by_document(found.server, replace(ours, metadata_url="http://interlock.example/client.json")) is None


async def test_a_client_that_was_agreed_upon_is_used_at_its_own_issuer_only(
    outbound: Outbound, found: Discovered
) -> None:
    ours = AgreedClient(found.issuer, "agreed", "the-secret-that-was-agreed-upon")
    redirect = "http://127.0.0.1/agreed"
    flow = Flow.to(found, agreed(found.server, ours), redirect, found.scope)
    back = await consent(flow.url(outbound, "the-state", VERIFIER), until=redirect)
    _, tokens = await flow.finish(outbound, dict(parse_qsl(urlsplit(back).query)), VERIFIER)
    assert tokens.access_token
    with pytest.raises(LoginFailed, match="our client is for"):
        agreed(found.server, replace(ours, issuer="https://github.example"))


async def test_the_accounts_of_two_people_are_told_apart(outbound: Outbound, found: Discovered) -> None:
    with_identity = replace(found, scope="openid tools")
    subjects = [(await signed_in(with_identity, outbound, who))[1].subject for who in ("alice", "bob", "alice")]
    assert subjects[0] == subjects[2] != subjects[1]
    assert None not in subjects


async def test_a_person_who_says_no_is_heard(outbound: Outbound, found: Discovered) -> None:
    with pytest.raises(LoginFailed, match=r"They said no\.") as caught:
        await signed_in(found, outbound, "refuses")
    assert caught.value.code == "login_refused"


@pytest.mark.parametrize("change", [{"iss": "https://evil.example"}, {"iss": None}, {"code": "made-up"}])
async def test_t26_an_answer_of_another_issuer_or_with_another_code_is_refused(
    signing_in: SigningIn, outbound: Outbound, found: Discovered, change: dict[str, str | None]
) -> None:
    client = await register(outbound, found.server, OURS, found.scope)
    flow = Flow.to(found, client, REDIRECT, found.scope)
    answer = {**await answered(flow, outbound), **change}
    before = len(signing_in.asked("token"))
    with pytest.raises(LoginFailed):
        await flow.finish(outbound, {name: value for name, value in answer.items() if value is not None}, VERIFIER)
    # A code that may be somebody else's is not shown to anybody.
    assert len(signing_in.asked("token")) - before == ("code" in change)


async def test_another_verifier_than_that_of_the_flow_gets_nothing(outbound: Outbound, found: Discovered) -> None:
    client = await register(outbound, found.server, OURS, found.scope)
    flow = Flow.to(found, client, REDIRECT, found.scope)
    with pytest.raises(GrantRefused):
        await flow.finish(outbound, await answered(flow, outbound), "w" * 64)


SERVER = {
    "issuer": "$issuer",
    "authorization_endpoint": "$issuer/authorize",
    "token_endpoint": "$issuer/token",
    "registration_endpoint": "$issuer/register",
    "response_types_supported": ["code"],
    "code_challenge_methods_supported": ["S256"],
}


def describe(made: Pages, server: Mapping[str, object], resource: str = "$issuer/mcp", path: str = "") -> None:
    """An MCP server and its authorization server, both at one origin."""
    resource_metadata = {"resource": resource, "authorization_servers": [f"$issuer{path}"]}
    made.at("/.well-known/oauth-protected-resource/mcp", resource_metadata)
    made.at(f"/.well-known/oauth-authorization-server{path}", dict(server))


async def test_t26_a_description_of_another_resource_is_refused(outbound: Outbound) -> None:
    async with pages() as made:
        describe(made, SERVER, resource="https://bank.example/mcp")
        with pytest.raises(LoginFailed, match=r"which is another one\."):
            await discover(outbound, f"{made.url}/mcp", Challenge())


async def test_t26_an_authorization_server_that_speaks_for_another_is_refused(outbound: Outbound) -> None:
    async with pages() as made:
        describe(made, {**SERVER, "issuer": "https://bank.example"})
        with pytest.raises(LoginFailed, match=r"speaks for https://bank\.example"):
            await discover(outbound, f"{made.url}/mcp", Challenge())


@pytest.mark.parametrize("methods", [None, ["plain"]])
async def test_no_sign_in_is_begun_without_pkce(outbound: Outbound, methods: list[str] | None) -> None:
    async with pages() as made:
        describe(made, {**SERVER, "code_challenge_methods_supported": methods})
        with pytest.raises(LoginFailed, match="PKCE"):
            await discover(outbound, f"{made.url}/mcp", Challenge())


@pytest.mark.parametrize(
    "endpoint",
    [
        "javascript:alert(document.cookie)//x",
        "data:text/html,<h1>Sign in</h1>",
        "file:///etc/passwd",
        "ftp://a.example/",
    ],
)
async def test_t29_an_authorization_address_that_is_no_web_address_is_refused(
    outbound: Outbound, endpoint: str
) -> None:
    async with pages() as made:
        describe(made, {**SERVER, "authorization_endpoint": endpoint})
        with pytest.raises(LoginFailed, match="authorization_endpoint is not as it has to be"):
            await discover(outbound, f"{made.url}/mcp", Challenge())


async def test_t29_an_authorization_address_without_encryption_is_refused(outbound: Outbound) -> None:
    async with pages() as made:
        describe(made, {**SERVER, "authorization_endpoint": "http://login.example/authorize"})
        found = await discover(outbound, f"{made.url}/mcp", Challenge())
        made.at("/register", {"client_id": "us", "redirect_uris": [REDIRECT]}, status=201)
        client = await register(outbound, found.server, OURS, None)
        with pytest.raises(AddressRefused, match="only https"):
            Flow.to(found, client, REDIRECT, None).url(outbound, "state", VERIFIER)


async def test_a_server_of_the_oldest_protocol_has_its_authorization_server_at_its_own_origin(
    outbound: Outbound,
) -> None:
    async with pages() as made:
        found = await discover(outbound, f"{made.url}/mcp", Challenge())
        assert str(found.server.token_endpoint) == f"{made.url}/token"
        assert found.resource is None
        made.at("/.well-known/oauth-authorization-server", {**SERVER, "token_endpoint": "$issuer/elsewhere"})
        found = await discover(outbound, f"{made.url}/mcp", Challenge())
        assert str(found.server.token_endpoint) == f"{made.url}/elsewhere"


async def test_a_description_that_is_broken_at_the_moment_is_not_taken_for_none(outbound: Outbound) -> None:
    async with pages() as made:
        made.at("/.well-known/oauth-protected-resource/mcp", {}, status=503)
        with pytest.raises(LoginFailed, match="Try again later"):
            await discover(outbound, f"{made.url}/mcp", Challenge())


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"client_id": "us", "token_endpoint_auth_method": "private_key_jwt"}, "in a way that we can't"),
        ({"client_id": "us", "token_endpoint_auth_method": "client_secret_basic"}, "in a way that we can't"),
        ({"client_name": "us"}, "can't be read"),
    ],
)
async def test_a_registration_that_is_of_no_use_is_refused(
    outbound: Outbound, given: dict[str, object], why: str
) -> None:
    async with pages() as made:
        describe(made, SERVER)
        made.at("/register", given, status=201)
        found = await discover(outbound, f"{made.url}/mcp", Challenge())
        with pytest.raises(LoginFailed, match=why):
            await register(outbound, found.server, OURS, None)


class Token:
    """Always the same one."""

    def __init__(self, token: str) -> None:
        self._headers = {"Authorization": f"Bearer {token}"}

    async def headers(self) -> Mapping[str, str]:
        return self._headers

    async def refused(self, status: int, challenge: str | None, sent: Mapping[str, str]) -> bool:
        return False


async def recorded_with(signing_in: SigningIn, outbound: Outbound, token: str) -> str:
    """What the server says to a call with this token."""
    handler = MCPHandler(outbound=outbound)
    try:
        await handler.connect(signing_in.spec, Token(token))
        return (await handler.call("guarded", "record", {"value": "with a token"})).text
    finally:
        await handler.aclose()
