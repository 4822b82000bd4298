"""Somebody who signed in to the guarded server, without the rest of Interlock."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import psycopg
import pytest_asyncio

from interlock_handlers.authorization import Authorization
from interlock_handlers.oauth.challenge import Challenge
from interlock_handlers.oauth.client import OurClient, register
from interlock_handlers.oauth.discovery import discover
from interlock_handlers.oauth.flow import Flow
from interlock_handlers.oauth.grant import Grant, Tokens
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.server_spec import ServerSpec
from interlock_platform.credentials.keeper import Place
from interlock_platform.credentials.service import Credentials
from interlock_platform.database import Database, Scope, conninfo
from interlock_platform.vault.keyring import Keyring
from interlock_platform.vault.owner import Owner
from interlock_platform.vault.service import Vault
from tests.conftest import Urls
from tests.mcp_servers.authorization import SigningIn, consent, signing_in  # noqa: F401 - a fixture
from tests.platform.policy.tenant import make_tenant

KEY = "the-key-of-the-vault-in-these-tests"
REDIRECT = "http://127.0.0.1/api/servers/login/callback"
VERIFIER = "v" * 64


@dataclass(frozen=True)
class Somebody:
    """One user, and what they have of one server."""

    database: Database
    urls: Urls
    outbound: Outbound
    credentials: Credentials
    place: Place

    @property
    def scope(self) -> Scope:
        return self.place.scope

    async def obtain(self, account: str = "alice@example.org") -> tuple[Grant, Tokens]:
        """Goes to the authorization server and comes back, as the account."""
        found = await discover(self.outbound, self.place.spec.url, Challenge())
        client = await register(self.outbound, found.server, OurClient(REDIRECT), found.scope)
        flow = Flow.to(found, client, REDIRECT, found.scope)
        back = await consent(flow.url(self.outbound, "state", VERIFIER), account, until=REDIRECT)
        return await flow.finish(self.outbound, dict(parse_qsl(urlsplit(back).query)), VERIFIER)

    async def sign_in(self, account: str = "alice@example.org") -> Tokens:
        grant, tokens = await self.obtain(account)
        async with self.database.transaction(self.scope) as session:
            await self.credentials.keeper.accept(session, self.place, grant, tokens)
        return tokens

    async def authorization(self) -> Authorization:
        owner = self.place.owner
        assert owner.user_id is not None
        async with self.database.transaction(self.scope) as session:
            found = await self.credentials.authorization(session, owner.tenant_id, owner.user_id, self.place.spec)
        assert found is not None
        return found

    async def state(self) -> str:
        owner, spec = self.place.owner, self.place.spec
        assert owner.user_id is not None
        async with self.database.transaction(self.scope) as session:
            return (await self.credentials.states(session, owner.tenant_id, owner.user_id, [spec]))[spec.id]

    async def credential(self) -> str:
        owner, spec = self.place.owner, self.place.spec
        assert owner.user_id is not None
        async with self.database.transaction(self.scope) as session:
            return await self.credentials.credential(session, owner.tenant_id, owner.user_id, spec)

    async def blocked(self) -> None:
        """Waits until somebody waits for a row that is held."""
        async with await psycopg.AsyncConnection.connect(conninfo(self.urls.superuser)) as connection:
            waiting = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            async with asyncio.timeout(30):
                while not (await (await connection.execute(waiting)).fetchall()):
                    await connection.rollback()

    async def sql(self, statement: str, *values: object) -> None:
        async with await psycopg.AsyncConnection.connect(conninfo(self.urls.superuser)) as connection:
            await connection.execute(statement.encode(), values)


async def somebody_at(database: Database, urls: Urls, spec: ServerSpec) -> Somebody:
    tenant = await make_tenant(database, alice=["member"])
    outbound = Outbound(["127.0.0.0/8"])
    credentials = Credentials(database, Vault(Keyring([KEY])), outbound)
    (user_id,) = tenant.people.values()
    assert tenant.scope.tenant_id is not None
    return Somebody(database, urls, outbound, credentials, Place(Owner(tenant.scope.tenant_id, user_id, spec.id), spec))


@pytest_asyncio.fixture
async def somebody(database: Database, urls: Urls, signing_in: SigningIn) -> AsyncIterator[Somebody]:  # noqa: F811
    somebody = await somebody_at(database, urls, signing_in.spec)
    yield somebody
    await somebody.credentials.keeper.aclose()
