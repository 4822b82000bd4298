"""An organisation's own identity provider: entered by its admins, believed about its own people and nobody else's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from interlock_handlers.outbound.outbound import Outbound
from interlock_platform.audit.store import record
from interlock_platform.database import Database, Scope
from interlock_platform.errors import Problem, not_found
from interlock_platform.identity import store as people
from interlock_platform.identity.oidc import Provider
from interlock_platform.identity.providers import Trusted, callback_path
from interlock_platform.identity.rules import Roles, Rules, When, own_key
from interlock_platform.identity_providers import store
from interlock_platform.principal import Principal
from interlock_platform.tables.identity import IdentityProvider
from interlock_platform.vault.owner import Owner
from interlock_platform.vault.service import Vault

MOST = 5
MOST_KEPT = 500
SECRET = "client_secret"  # noqa: S105 - its name


@dataclass(frozen=True)
class Entered:
    """What an admin says about a provider; `known` says what values of the claim are here, and nobody becomes an owner
    by it."""

    name: str
    issuer: str
    client_id: str
    client_secret: str | None
    scope: str
    roles_claim: str
    known: Mapping[str, str]
    otherwise: str | None
    creates: bool


class OwnProviders:
    def __init__(self, database: Database, vault: Vault, outbound: Outbound, base_url: str, *, allowed: bool) -> None:
        self._database = database
        self._vault = vault
        self._outbound = outbound
        self._base_url = base_url
        self.allowed = allowed
        self._kept: dict[UUID, Trusted] = {}

    async def list_providers(self, who: Principal) -> Sequence[IdentityProvider]:
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            return await store.read(session)

    async def enter(self, who: Principal, entered: Entered) -> IdentityProvider:
        """Asks the provider who it is before it is kept.

        Raises `providers_not_allowed`, `provider_unreachable`, `name_taken` and `too_many`.
        """
        if not self.allowed:
            message = "Organisations enter no identity providers of their own here. Ask the operator of Interlock."
            raise Problem("providers_not_allowed", 403, message)
        row = IdentityProvider(
            id=uuid4(), name=entered.name, issuer=entered.issuer, client_id=entered.client_id, scope=entered.scope,
            roles_claim=entered.roles_claim, roles_known=dict(entered.known), otherwise=entered.otherwise,
            creates=entered.creates, created_by=who.user_id,
        )  # fmt: skip
        await self._trusted(row, who.tenant_id, entered.client_secret).client.look()
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            await people.hold_tenant(session, who.tenant_id)
            there = await store.read(session)
            if any(each.issuer == entered.issuer for each in there):
                raise Problem(
                    "name_taken", 409, "This identity provider is entered already. Take the other away first."
                )
            if len(there) >= MOST:
                raise Problem("too_many", 409, f"There may be {MOST} identity providers. Take one away first.")
            session.add(row)
            if entered.client_secret is not None:
                await self._vault.put(session, _owner(who.tenant_id, row.id), SECRET, entered.client_secret)
            record(
                session, who.user_id, "identity_provider.entered", str(row.id),
                issuer=row.issuer, client=row.client_id, roles=row.roles_known, otherwise=row.otherwise,
                creates=row.creates,
            )  # fmt: skip
            await session.flush()
            await session.refresh(row)
        return row

    async def remove(self, who: Principal, provider_id: UUID) -> None:
        """The sessions of those whom it vouched for end at once. Raises `not_found`."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            issuer = await store.remove(session, provider_id)
            if issuer is None:
                raise not_found()
            await self._vault.delete_all(session, _owner(who.tenant_id, provider_id))
            users = await store.users_of(session, own_key(who.tenant_id, issuer))
            for ended in await people.end_sessions(session, users, of_users=True):
                record(session, ended.user_id, "session.ended", str(ended.id), why="provider_removed")
            record(session, who.user_id, "identity_provider.removed", str(provider_id), issuer=issuer)
        self._kept.pop(provider_id, None)

    async def find(self, provider_id: UUID) -> Trusted | None:
        """By the id that sign-ins name it by."""
        async with self._database.transaction(Scope(provider=provider_id)) as session:
            row = await store.find(session, provider_id)
        if row is None or row.tenant_id is None:
            return None
        if provider_id in self._kept:
            return self._kept[provider_id]
        async with self._database.transaction(Scope(tenant_id=row.tenant_id)) as session:
            secret = await self._vault.get(session, _owner(row.tenant_id, provider_id), SECRET)
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        # Kept for its metadata and keys. A provider is not changed: whoever wants that takes it away and enters it.
        return self._kept.setdefault(provider_id, self._trusted(row, row.tenant_id, secret))

    def _trusted(self, row: IdentityProvider, tenant_id: UUID, secret: str | None) -> Trusted:
        client = Provider(
            issuer=row.issuer,
            client_id=row.client_id,
            client_secret=secret,
            redirect_uri=f"{self._base_url}{callback_path(str(row.id))}",
            scope=row.scope,
            outbound=self._outbound,
        )
        roles = Roles(row.roles_claim, row.roles_known, row.otherwise)
        rules = Rules((When(str(tenant_id)),), roles, create=row.creates, leave=True)
        return Trusted(str(row.id), row.name, own_key(tenant_id, row.issuer), client, rules)


def _owner(tenant_id: UUID, provider_id: UUID) -> Owner:
    return Owner(tenant_id, None, f"identity-provider:{provider_id}")
