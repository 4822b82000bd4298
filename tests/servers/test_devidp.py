"""The development identity provider keeps to the protocol, to its four people, and to this machine."""

from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import KeySet

from interlock_platform.http.problems import install_problems
from interlock_servers.devidp import PERSONAS, DevelopmentProvider, require_loopback
from tests.platform.http.serving import serving

VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class Idp(httpx2.AsyncClient):
    """A client at the provider."""

    provider: DevelopmentProvider

    def request_for(self, **more: str | None) -> dict[str, str]:
        asked = {
            "response_type": "code",
            "client_id": "interlock",
            "redirect_uri": self.provider.redirect_uri,
            "scope": "openid profile email",
            "state": "s",
            "nonce": "n",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **more,
        }
        return {name: value for name, value in asked.items() if value is not None}

    async def authorize(self, **more: str | None) -> httpx2.Response:
        return await self.get("/dev-idp/authorize", params=self.request_for(**more))

    async def code(self, who: str = "alice") -> str:
        return answered(await self.authorize(login_hint=who))["code"]

    async def exchange(self, code: str, **more: str) -> httpx2.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.provider.redirect_uri,
            "code_verifier": VERIFIER,
            "client_id": "interlock",
            "client_secret": self.provider.client_secret,
            **more,
        }
        return await self.post("/dev-idp/token", data=form)


def answered(response: httpx2.Response) -> dict[str, str]:
    assert response.status_code == 303
    location = urlsplit(response.headers["location"])
    assert location.path == "/auth/callback"
    return {name: values[0] for name, values in parse_qs(location.query).items()}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def idp() -> AsyncIterator[Idp]:
    made: list[DevelopmentProvider] = []

    def make(base_url: str) -> FastAPI:
        app = FastAPI()
        install_problems(app)
        made.append(DevelopmentProvider(base_url))
        app.include_router(made[0].routes())
        return app

    async with serving(make) as base_url, Idp(base_url=base_url, trust_env=False) as client:
        client.provider = made[0]
        yield client


async def test_discovery_names_this_very_provider(idp: Idp) -> None:
    metadata = (await idp.get("/dev-idp/.well-known/openid-configuration")).json()
    assert metadata["issuer"] == f"{str(idp.base_url).rstrip('/')}/dev-idp"
    for name in ("authorization", "token", "userinfo", "end_session"):
        assert (
            metadata[f"{name}_endpoint"] == f"{metadata['issuer']}/{name if name != 'authorization' else 'authorize'}"
        )
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert metadata["id_token_signing_alg_values_supported"] == ["RS256"]


async def test_the_page_offers_everybody_and_works_without_script_or_inline_style(idp: Idp) -> None:
    page = (await idp.authorize(state='"><script>x</script>')).text
    for persona in PERSONAS.values():
        assert f"<strong>{persona.name}</strong>" in page
        assert f"{persona.roles[0]} of {persona.tenant_name}" in page
    assert "<script" not in page
    assert "style=" not in page
    assert "<style" not in page
    assert (await idp.get("/dev-idp/style.css")).headers["content-type"].startswith("text/css")


async def test_a_card_on_the_page_signs_its_person_in(idp: Idp) -> None:
    page = (await idp.authorize()).text
    card = page.split('href="')[-1].split('"')[0].replace("&amp;", "&")
    assert answered(await idp.get(f"/dev-idp/authorize{card}"))["state"] == "s"


@pytest.mark.parametrize(
    ("who", "tenant", "role"),
    [
        ("alice", "acme", "owner"),
        ("bob", "acme", "member"),
        ("carol", "acme", "approver"),
        ("mallory", "globex", "member"),
    ],
)
async def test_a_hint_signs_in_without_a_click(idp: Idp, who: str, tenant: str, role: str) -> None:
    answer = answered(await idp.authorize(login_hint=who))
    assert (answer["state"], answer["iss"]) == ("s", idp.provider.issuer)
    token = (await idp.exchange(answer["code"])).json()
    keys = KeySet.import_key_set((await idp.get("/dev-idp/jwks")).json())
    claims = jwt.decode(token["id_token"], keys, algorithms=["RS256"]).claims
    assert claims["iss"] == idp.provider.issuer
    assert (claims["aud"], claims["nonce"], claims["sub"]) == ("interlock", "n", who)
    assert (claims["tenant"], claims["roles"]) == (tenant, [role])
    assert claims["exp"] - claims["iat"] == 300
    said = (await idp.get("/dev-idp/userinfo", headers={"Authorization": f"Bearer {token['access_token']}"})).json()
    assert said == {
        name: claims[name] for name in ("sub", "name", "email", "email_verified", "tenant", "tenant_name", "roles")
    }


async def test_the_published_keys_hold_nothing_private(idp: Idp) -> None:
    (key,) = (await idp.get("/dev-idp/jwks")).json()["keys"]
    assert set(key) == {"kty", "n", "e", "use", "alg", "kid"}


async def test_a_hint_that_names_nobody_is_asked_about(idp: Idp) -> None:
    assert (await idp.authorize(login_hint="eve")).status_code == 200
    assert answered(await idp.authorize(login_hint="eve", prompt="none"))["error"] == "login_required"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
    ],
)
async def test_a_request_that_is_not_as_it_must_be_goes_back_with_an_error(
    idp: Idp, change: dict[str, str | None], error: str
) -> None:
    answer = answered(await idp.authorize(login_hint="alice", **change))
    assert (answer["error"], answer["state"]) == (error, "s")
    assert "code" not in answer


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "other"},
        {"redirect_uri": "https://evil.example/auth/callback"},
        {"redirect_uri": None},
    ],
)
async def test_nothing_is_ever_sent_to_a_stranger(idp: Idp, change: dict[str, str | None]) -> None:
    answer = await idp.authorize(login_hint="alice", **change)
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"code_verifier": "w" * 43}, 400, "invalid_grant"),
        ({"code_verifier": ""}, 400, "invalid_grant"),
        ({"redirect_uri": "https://evil.example"}, 400, "invalid_grant"),
        ({"code": "guessed"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_secret": "guessed"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "other"}, 401, "invalid_client"),
    ],
)
async def test_a_code_alone_is_worth_nothing(idp: Idp, change: dict[str, str], status: int, error: str) -> None:
    answer = await idp.exchange(**{"code": await idp.code(), **change})
    assert (answer.status_code, answer.json()) == (status, {"error": error})


async def test_a_code_is_good_once(idp: Idp) -> None:
    code = await idp.code()
    assert (await idp.exchange(code)).status_code == 200
    assert (await idp.exchange(code)).json() == {"error": "invalid_grant"}


async def test_a_client_may_name_itself_in_the_header(idp: Idp) -> None:
    form: dict[str, Any] = {
        "grant_type": "authorization_code",
        "redirect_uri": idp.provider.redirect_uri,
        "code_verifier": VERIFIER,
    }
    right = ("interlock", idp.provider.client_secret)
    answer = await idp.post("/dev-idp/token", data={**form, "code": await idp.code()}, auth=right)
    assert answer.status_code == 200
    for header in ("Basic x", "Basic", "Bearer x", "Basic w7w="):
        answer = await idp.post(
            "/dev-idp/token", data={**form, "code": await idp.code()}, headers={"Authorization": header}
        )
        assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


async def test_userinfo_is_for_the_access_token_only(idp: Idp) -> None:
    id_token = (await idp.exchange(await idp.code())).json()["id_token"]
    for header in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Bearer {id_token}"}, {"Authorization": "x"}):
        assert (await idp.get("/dev-idp/userinfo", headers=header)).status_code == 401


async def test_ending_the_session_leads_back_to_us_and_nowhere_else(idp: Idp) -> None:
    ours = str(idp.base_url).rstrip("/")
    for params, target in (
        ({}, ours),
        ({"post_logout_redirect_uri": f"{ours}/x", "state": "s"}, f"{ours}/x?state=s"),
    ):
        answer = await idp.get("/dev-idp/end_session", params=params)
        assert (answer.status_code, answer.headers["location"]) == (303, target)
    for target in ("https://evil.example", f"{ours}.evil.example", f"{ours}@evil.example"):
        answer = await idp.get("/dev-idp/end_session", params={"post_logout_redirect_uri": target})
        assert answer.status_code == 400


@pytest.mark.parametrize("client", ["203.0.113.9", "10.0.0.1", "testclient"])
async def test_another_machine_gets_nothing(client: str) -> None:
    app = FastAPI()
    install_problems(app)
    app.include_router(DevelopmentProvider("http://127.0.0.1:8000").routes())
    transport = httpx2.ASGITransport(app, client=(client, 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as visitor:
        for path in ("authorize", "jwks", ".well-known/openid-configuration", "style.css"):
            assert (await visitor.get(f"/dev-idp/{path}")).status_code == 403


@pytest.mark.parametrize(
    ("host", "base_url", "named"),
    [
        ("::", "http://127.0.0.1:8000", "INTERLOCK_HOST is ::"),
        ("10.0.0.1", "http://127.0.0.1:8000", "INTERLOCK_HOST is 10.0.0.1"),
        ("127.0.0.1", "https://interlock.example", "INTERLOCK_BASE_URL is interlock.example"),
    ],
)
def test_where_others_could_reach_it_the_provider_does_not_exist(host: str, base_url: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        DevelopmentProvider(base_url, host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_on_this_machine_it_may_be(host: str) -> None:
    require_loopback(host, "http://localhost:8000")
