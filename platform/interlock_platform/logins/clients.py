"""As which client we ask an authorization server: one for the whole organisation, and for that issuer only."""

import logging

from interlock_handlers.oauth.client import NONE, Client, OurClient, agreed, by_document, register
from interlock_handlers.oauth.discovery import Discovered
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.server_spec import ServerSpec
from interlock_platform.database import Database, Scope
from interlock_platform.logins import store
from interlock_platform.principal import Principal
from interlock_platform.vault.keyring import SecretRefused
from interlock_platform.vault.service import Vault

CALLBACK = "/api/servers/login/callback"
METADATA = "/oauth/client-metadata.json"

logger = logging.getLogger(__name__)


def our_client(base_url: str) -> OurClient:
    """What this installation says about itself."""
    return OurClient(redirect_uri=base_url + CALLBACK, metadata_url=base_url + METADATA, uri=base_url)


class Clients:
    """Remembers registrations by issuer: what one authorization server gave is never shown to another."""

    def __init__(self, database: Database, vault: Vault, ours: OurClient) -> None:
        self._database = database
        self._vault = vault
        self.ours = ours

    async def at(self, who: Principal, outbound: Outbound, found: Discovered, spec: ServerSpec) -> Client:
        """Raises LoginFailed, AddressRefused."""
        if spec.client is not None:
            return agreed(found.server, spec.client)
        published = by_document(found.server, self.ours)
        if published is not None:
            return published
        known = await self._registered(who, found.issuer)
        if known is not None:
            return known
        client = await register(outbound, found.server, self.ours, found.scope)
        issuer, redirect_uri = found.issuer, self.ours.redirect_uri
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            await store.add_client(session, issuer, redirect_uri, client)
            owner, name = store.client_owner(who), store.client_secret(issuer, redirect_uri)
            if client.secret is None:
                await self._vault.delete(session, owner, name)
            else:
                await self._vault.put(session, owner, name, client.secret)
        return client

    async def secret(self, who: Principal, issuer: str, client: Client, spec: ServerSpec) -> str | None:
        """How we prove that we are this client."""
        if spec.client is not None and spec.client.client_id == client.client_id:
            return spec.client.secret or None
        known = await self._registered(who, issuer)
        return known.secret if known is not None and known.client_id == client.client_id else None

    async def _registered(self, who: Principal, issuer: str) -> Client | None:
        redirect_uri = self.ours.redirect_uri
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            row = await store.known_client(session, issuer, redirect_uri)
            if row is None:
                return None
            try:
                name = store.client_secret(issuer, redirect_uri)
                secret = await self._vault.get(session, store.client_owner(who), name)
            except SecretRefused:
                logger.exception("The secret of our client at %s can't be opened; we register anew", issuer)
                return None
        if secret is None and row.auth_method != NONE:
            return None
        return Client(row.client_id, row.auth_method, secret)

    async def forget(self, who: Principal, issuer: str) -> None:
        """The issuer knows us no more."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            await store.remove_client(session, issuer, self.ours.redirect_uri)
