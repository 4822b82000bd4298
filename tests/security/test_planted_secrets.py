"""Secrets of every kind, planted along one walk through the product, and looked for everywhere that they don't belong.

The walk: signing in at another's identity provider, and failing to; a server with a secret header, one that people sign
in to; a call that runs, a model that refuses; an invitation; exports, and requests that are wrong.
"""

import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import socketio
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from interlock_platform.settings import Settings
from interlock_servers.logging_setup import configure_logging
from interlock_servers.postgres_access import PostgresAccess
from tests.conftest import SECRET_KEY
from tests.mcp_servers.authorization import SigningIn, consent, signing_in  # noqa: F401 - a fixture
from tests.person import NO_AUTHORITIES, Person
from tests.platform.http.serving import serving
from tests.platform.identity.scripted_provider import ScriptedProvider
from tests.platform.identity.site import query_of
from tests.platform.keys.program import new_key, new_token, program
from tests.platform.place import Place, open_place
from tests.security.planted import Planted

SHOWN_ONCE = {
    "session of ann": ["answer of GET /auth/callback"],
    "session of ben": ["answer of GET /auth/callback"],
    "browser of ann": ["answer of GET /auth/login"],
    "invitation": ["answer of POST /api/invitations", "answer of GET /join"],
    "an API key": ["answer of POST /api/keys"],
    "a revoked key": ["answer of POST /api/keys"],
    "a token": ["answer of POST /api/token"],
    "code of ann": ["answer of GET /auth/login"],
    "code of ben": ["answer of GET /auth/login"],
    "state of a sign-in": ["answer of GET /auth/login"],
    "state of the sign-in to a server": ["answer of POST /api/servers/guarded/login"],
}
"""Where somebody is given a secret of theirs, which is the only way that they can have it. The provider's code is here
the nonce that it was asked with."""
AT_LEAST = 25
READ = (
    "/api/audit/export", "/api/audit", "/api/servers/export?scope=tenant", "/api/servers", "/api/invitations",
    "/api/sessions", "/api/members", "/api/keys", "/api/usage", "/api/features", "/.well-known/jwks.json",
    "/api/toolset", "/metrics", "/readyz", "/api/openapi.json",
)  # fmt: skip
CATALOGUE = "servers.json"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def logged() -> Iterator[StringIO]:
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    yield StringIO()
    logging.captureWarnings(False)
    root.setLevel(before[0])
    root.handlers[:] = before[1]


class Walk:
    """An Interlock with planted settings, the provider that it trusts, and people who go through it."""

    def __init__(self, place: Place, provider: ScriptedProvider, planted: Planted, stack: AsyncExitStack) -> None:
        self.place, self.provider, self.planted, self._stack = place, provider, planted, stack

    async def person(self, name: str, roles: list[str]) -> Person:
        """Signs in at the provider: the code is the nonce that it was asked with."""
        hooks: Any = {"response": [self.planted.answered]}
        http = httpx.AsyncClient(base_url=self.place.url, verify=NO_AUTHORITIES, timeout=60, event_hooks=hooks)
        await self._stack.enter_async_context(http)
        asked = query_of((await http.get("/auth/login")).headers["location"])
        if name == "ann":
            self.planted.plant("state of a sign-in", asked["state"])
            self.planted.plant("browser of ann", http.cookies["interlock_sign_in"])
        claims = {"sub": name, "name": name, "email": f"{name}@x.example", "tenant": "x", "roles": roles}
        self.provider.people[asked["nonce"]] = claims
        self.provider.access_token = self.planted.plant(f"access token of {name} at the provider")
        wrong = await http.get(
            "/auth/callback", params={"code": "wrong", "state": self.planted.plant(f"wrong state {name}")}
        )
        assert wrong.status_code == 400
        answer = await http.get("/auth/callback", params={"code": asked["nonce"], "state": asked["state"]})
        assert answer.status_code == 303, answer.text
        self.planted.plant(f"id token of {name}", self.provider.signed[-1])
        self.planted.plant(f"code of {name}", asked["nonce"])
        self.planted.plant(f"session of {name}", http.cookies["interlock_session"])
        person = Person(http, socketio.AsyncClient(reconnection=False))
        await person.connect()
        self._stack.push_async_callback(person.sio.disconnect)
        return person


@pytest_asyncio.fixture(loop_scope="session")
async def walk(
    postgres: PostgresAccess,
    signing_in: SigningIn,  # noqa: F811 - the fixture
    tmp_path: Path,
    logged: StringIO,
) -> AsyncIterator[Walk]:
    planted, providers = Planted(), list[ScriptedProvider]()

    def make(base_url: str) -> Any:
        providers.append(ScriptedProvider(base_url))
        return providers[0].app()

    operators = {"type": "http", "url": signing_in.url, "headers": {"X-Key": planted.plant("operator's header")}}
    guarded = {"name": "Guarded", "type": "http", "url": signing_in.url, "auth": "oauth"}
    catalogue = tmp_path / CATALOGUE
    servers = {"mcpServers": {"operators": operators, "guarded": guarded}, "outbound": {"allow": ["127.0.0.0/8"]}}
    catalogue.write_text(json.dumps(servers))
    chosen: dict[str, Any] = {
        "oidc_client_id": "interlock",
        "oidc_client_secret": SecretStr(planted.plant("the client's secret at the provider")),
        "oidc_tenant_claim": "tenant",
        "oidc_roles_claim": "roles",
        "vault_key": SecretStr(planted.plant("the vault's key, which has to be of some length")),
        "vault_former_keys": SecretStr(planted.plant("the vault's former key, of some length too")),
        "model_api_key": SecretStr(planted.plant("the model's key")),
        "catalogue": catalogue,
    }
    planted.plant("the secret key", SECRET_KEY)
    async with AsyncExitStack() as stack:
        chosen["oidc_issuer"] = await stack.enter_async_context(serving(make))
        settings = Settings(_env_file=None, secret_key=SecretStr(SECRET_KEY), model="openai:scripted", **chosen)
        configure_logging(settings, logged)
        place = await stack.enter_async_context(open_place(postgres, tmp_path, **chosen))
        for name in ("owner", "superuser", "runtime", "queue"):
            planted.plant(f"the password of {name}", make_url(getattr(place.urls, name)).password or "")
        yield Walk(place, providers[0], planted, stack)


async def servers_with_secrets(walk: Walk, ann: Person, signing_in: SigningIn) -> None:  # noqa: F811 - the fixture
    """One whose header is right, one that refuses it, the operator's, and one that ann signs in to."""
    planted, (spec, _) = walk.planted, walk.place.journal.http()
    body = {"transport": "http", "auth": "headers", "scope": "tenant"}
    for name, url in (("Keyed", spec.url), ("Refusing", signing_in.url)):
        header = {"X-Key": planted.plant(f"header of {name}")}
        made = await ann.ok("POST", "/api/servers", {**body, "name": name, "url": url, "headers": header})
        await ann.api("POST", f"/api/servers/{made['id']}/connect")
        await ann.api("PATCH", f"/api/servers/{made['id']}", {"description": "Changed", "headers": {"X-Key": None}})
    await ann.api("POST", "/api/servers/operators/connect")
    tried, bad = {"X-Key": planted.plant("header that is tried")}, planted.plant("header that is refused") + "\n"
    await ann.api("POST", "/api/servers/test", {**body, "name": "Tried", "url": signing_in.url, "headers": tried})
    await ann.api("POST", "/api/servers", {**body, "name": "Bad", "url": "nowhere", "headers": {"X-Key": bad}})
    left = await ann.ok("POST", "/api/servers/guarded/login", {"page": "/threads"})
    planted.plant("state of the sign-in to a server", query_of(left["url"])["state"])
    back = await consent(left["url"], until=f"{str(ann.http.base_url).rstrip('/')}/api/servers/login/callback")
    assert (await ann.http.get(back)).status_code == 200
    planted.plant("code of the sign-in to a server", query_of(back)["code"])
    planted.plant("verifier of the sign-in to a server", signing_in.asked("token")[-1]["asked"]["code_verifier"])
    await ann.ok("POST", "/api/servers/guarded/connect")


async def a_call_that_renews_its_token(walk: Walk, ann: Person, signing_in: SigningIn) -> None:  # noqa: F811
    planted, calls = walk.planted, [{"name": "guarded__record", "arguments": {"value": "done"}}]
    signing_in.make_stale()
    walk.place.model.script([{"after_tool": False, "calls": calls}, {"text": "Done."}, {"status": 401, "times": None}])
    thread_id = await ann.new_thread()
    run_id = await ann.say(thread_id, "Record it")
    assert (await ann.decide(await ann.card(thread_id), "approve"))["ok"]
    assert await ann.finished(thread_id, run_id) == "success"
    tokens = {each.get("authorization", "").removeprefix("Bearer ") for each in signing_in.requests()} - {""}
    for number, token in enumerate(sorted(tokens)):
        planted.plant(f"access token {number} for a server", token)
    renewed = signing_in.asked("token", grant_type="refresh_token")
    planted.plant("refresh token for a server", renewed[-1]["asked"]["refresh_token"])
    assert await ann.finished(thread_id, await ann.say(thread_id, "Once more")) != "success"


async def a_program(walk: Walk, ann: Person) -> None:
    """One that works with a key, one with a token, and a key that is revoked."""
    planted, hooks = walk.planted, {"response": [walk.planted.answered]}
    key = planted.plant("an API key", (await new_key(ann))["secret"])
    revoked = await new_key(ann)
    await ann.api("DELETE", f"/api/keys/{revoked['key']['id']}")
    async with program(walk.place.url, key) as client:
        client.event_hooks = hooks
        bearers = [planted.plant("a token", await new_token(client)), planted.plant("a revoked key", revoked["secret"])]
    for bearer in bearers:
        async with program(walk.place.url, bearer) as client:
            client.event_hooks = hooks
            await client.get("/api/threads")
            await client.get("/api/audit")


async def what_is_wrong(walk: Walk, ann: Person) -> None:
    """Secrets of people who mistake the place that they belong to."""
    planted, http = walk.planted, ann.http
    bearer = {"Authorization": f"Bearer {planted.plant('a key that nobody knows')}"}
    await http.get("/api/me", headers=bearer)
    await http.post("/api/approvals/00000000-0000-0000-0000-000000000000/decision", headers=bearer, json={})
    await http.get("/api/me", headers={"Cookie": f"interlock_session={planted.plant('a cookie that opens nothing')}"})
    await http.get("/api/nothing", params={"token": planted.plant("a token in an address")})
    await http.post("/api/threads", content=planted.plant("a body that is none"), headers=JSON)
    await http.post("/api/threads", json={"title": ["x"], "password": planted.plant("a field that there is not")})
    refused = await ann.emit("thread.open", thread_id=planted.plant("an id that is none"))
    planted.seen.append(("acknowledgement", str(refused)))
    assert refused["error"]["code"] == "invalid"


async def test_no_planted_secret_is_found_where_it_does_not_belong(
    walk: Walk,
    signing_in: SigningIn,  # noqa: F811 - the fixture
    tmp_path: Path,
    logged: StringIO,
) -> None:
    place, planted = walk.place, walk.planted
    ann, ben = await walk.person("ann", ["owner"]), await walk.person("ben", ["member"])
    await servers_with_secrets(walk, ann, signing_in)
    await a_call_that_renews_its_token(walk, ann, signing_in)
    await what_is_wrong(walk, ann)
    invited = await ann.ok("POST", "/api/invitations", {"roles": ["member"]})
    planted.plant("invitation", invited["url"].rpartition("/")[2])
    await ben.http.get(f"/join/{planted.secrets['invitation']}")
    await a_program(walk, ann)
    for path in READ:
        assert (await ann.http.get(path)).is_success, path
    await ben.http.post("/auth/logout")
    planted.heard(ann)
    planted.heard(ben)
    prompts = [(message.role, message.text) for each in place.model.requests() for message in each.messages]
    assert prompts
    planted.seen.append(("the model's prompt", str(prompts)))
    await planted.tables(place)
    planted.files(tmp_path, {CATALOGUE})
    planted.seen.append(("logs", logged.getvalue()))
    assert "A sign-in did not come to its end" in logged.getvalue()
    assert len(planted.secrets) >= AT_LEAST
    assert planted.found(SHOWN_ONCE) == []
    # It would have been seen.
    planted.seen.append(("a hypothetical log", json.dumps({"key": planted.secrets["the model's key"]})))
    assert planted.found(SHOWN_ONCE) == ["the model's key in a hypothetical log"]
