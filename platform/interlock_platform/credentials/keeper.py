"""Tokens of logins: read for each request, renewed once for all who need it, in whatever process they are."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_handlers.oauth.challenge import Challenge
from interlock_handlers.oauth.grant import Grant, Tokens
from interlock_handlers.oauth.login_failed import GrantRefused, LoginFailed
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.outbound.refusal import FetchFailed
from interlock_handlers.server_errors import LoginRequired, ServerUnavailable
from interlock_handlers.server_spec import ServerSpec
from interlock_platform.audit.store import record
from interlock_platform.credentials import store
from interlock_platform.credentials.grants import grant_wire, read_grant
from interlock_platform.database import Database, Scope
from interlock_platform.http.problems import DATABASE_AWAY
from interlock_platform.runs.store import tell_user
from interlock_platform.tables.logins import Login
from interlock_platform.vault.keyring import SecretRefused
from interlock_platform.vault.owner import Owner
from interlock_platform.vault.service import Vault

TOKENS = "oauth."
ACCESS, REFRESH, CLIENT = "oauth.access", "oauth.refresh", "oauth.client"
EARLY_SECONDS = 20
"""A token is renewed so long before it ends: its request is on its way for a while."""
RENEWALS_AT_ONCE = 4
"""Each holds a connection to Postgres while an authorization server thinks."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """Whose login it is, and at which server; two that compare equal are at the same address."""

    owner: Owner
    spec: ServerSpec

    @property
    def scope(self) -> Scope:
        return Scope(tenant_id=self.owner.tenant_id)

    @property
    def sign_in(self) -> str:
        return f"Sign in to {self.spec.name} to go on."


class Keeper:
    """Keeps what people got by signing in."""

    def __init__(self, database: Database, vault: Vault, outbound: Outbound) -> None:
        self._database = database
        self._vault = vault
        self._outbound = outbound
        self._renewals: dict[tuple[Owner, str], asyncio.Task[str | None]] = {}
        self._at_once = asyncio.Semaphore(RENEWALS_AT_ONCE)

    async def aclose(self) -> None:
        """Waits for renewals under way: what a server gave and nobody wrote down is lost, and the old is spent."""
        await asyncio.gather(*self._renewals.values(), return_exceptions=True)

    async def token(self, place: Place, account: str) -> str | None:
        """What the next request carries; None where the user has nothing there yet.

        Raises LoginRequired where it has ended, ServerUnavailable where it can't be had now or is another account's.
        """
        async with self._transaction(place) as session:
            login = await store.read(session, place.owner)
            if login is None or login.state == "missing" or login.url != place.spec.url:
                return None
            token = await self._vault.get(session, place.owner, ACCESS)
            now = await store.now(session)
        if login.account != account:
            raise ServerUnavailable(f"You signed in to {place.spec.name} as somebody else. Connect it anew.")
        if login.state != "signed_in" or token is None:
            raise LoginRequired(place.sign_in)
        if login.expires_at is None or login.expires_at > now + timedelta(seconds=EARLY_SECONDS):
            return token
        try:
            return await self.renewed(place, token)
        except LoginRequired:
            raise
        except ServerUnavailable:
            if login.expires_at > now:
                return token
            raise

    async def refused(self, place: Place, said: Challenge, sent: str | None) -> bool:
        """The server took what was `sent` for no good, or not good enough; True if there is something better now.

        Raises LoginRequired, ServerUnavailable.
        """
        async with self._transaction(place) as session:
            login = await store.hold(session, place.owner, place.spec.url)
            asked = asdict(said)
            if said.wants_more or login.challenge is None or said.resource_metadata:
                await store.change(session, place.owner, challenge=asked)
            if login.challenge is None:
                await tell_login(session, place.owner)
        if said.wants_more:
            raise LoginRequired(f"{place.spec.name} wants you to grant it more rights. {place.sign_in}")
        if sent is None:
            raise LoginRequired(place.sign_in)
        await self.renewed(place, sent)
        return True

    async def renewed(self, place: Place, stale: str) -> str:
        """Another token than the stale one. Raises LoginRequired, ServerUnavailable."""
        key = (place.owner, stale)
        renewal = self._renewals.get(key)
        if renewal is None:
            renewal = self._renewals[key] = asyncio.create_task(self._renew(place, stale))
            renewal.add_done_callback(lambda _: self._renewals.pop(key, None))
        # Whoever gives up waiting must not end it: the old token may be spent by then.
        token = await asyncio.shield(renewal)
        if token is None:
            raise LoginRequired(place.sign_in)
        return token

    async def _renew(self, place: Place, stale: str) -> str | None:
        """The new token, stored before anybody uses it; None if the login has ended."""
        async with self._at_once, self._transaction(place) as session:
            # Of all processes only one is past this line for one login.
            login = await store.held(session, place.owner)
            if login is None or login.state != "signed_in" or login.grant is None or login.url != place.spec.url:
                return None
            kept = await self._vault.all(session, place.owner, TOKENS)
            if kept.get(ACCESS) not in (None, stale):
                return kept[ACCESS]
            grant, refresh = read_grant(login.grant, kept.get(CLIENT)), kept.get(REFRESH)
            if refresh is None:
                await self._end(session, place, "it has run out")
                return None
            try:
                tokens = await grant.refresh(self._outbound.of(place.spec), refresh)
            except GrantRefused as error:
                logger.info("A login to %s has ended: %s", place.spec.id, error)
                await self._end(session, place, "the server took it back")
                return None
            except (LoginFailed, FetchFailed) as error:
                raise ServerUnavailable(f"Your sign-in to {place.spec.name} can't be renewed now: {error}") from error
            await self._store(session, place, grant, tokens, login.account, login.subject)
            return tokens.access_token

    async def accept(self, session: AsyncSession, place: Place, grant: Grant, tokens: Tokens) -> None:
        """What a sign-in brought takes the place of what was there."""
        login = await store.hold(session, place.owner, place.spec.url)
        account = login.account if _same_account(login, grant, tokens) else uuid4().hex
        await self._vault.delete_all(session, place.owner, TOKENS)
        if grant.client.secret is not None:
            await self._vault.put(session, place.owner, CLIENT, grant.client.secret)
        await self._store(session, place, grant, tokens, account, tokens.subject)
        await store.change(session, place.owner, challenge=None)
        another = login.account != account
        record(session, place.owner.user_id, "login.done", place.spec.id, issuer=grant.issuer, another=another)
        await tell_login(session, place.owner)

    async def forget(
        self, session: AsyncSession, place: Place, why: str = "the user signed out"
    ) -> tuple[Grant, dict[str, str]] | None:
        """The user is signed out; what there was, for its authorization server to take back."""
        login = await store.held(session, place.owner)
        if login is None or login.grant is None:
            return None
        kept = dict(await self._vault.all(session, place.owner, TOKENS))
        await self._vault.delete_all(session, place.owner, TOKENS)
        # Without a name for the account, nobody could say whether the next one is the same.
        account = login.account if login.subject else uuid4().hex
        await store.change(
            session, place.owner, state="missing", grant=None, expires_at=None, account=account, challenge=None
        )
        record(session, place.owner.user_id, "login.ended", place.spec.id, why=why)
        await tell_login(session, place.owner)
        return read_grant(login.grant, kept.pop(CLIENT, None)), kept

    async def _store(
        self, session: AsyncSession, place: Place, grant: Grant, tokens: Tokens, account: str, subject: str | None
    ) -> None:
        await self._vault.put(session, place.owner, ACCESS, tokens.access_token)
        if tokens.refresh_token is not None:
            await self._vault.put(session, place.owner, REFRESH, tokens.refresh_token)
        lasts = timedelta(seconds=tokens.expires_in) if tokens.expires_in is not None else None
        await store.change(
            session,
            place.owner,
            state="signed_in",
            url=place.spec.url,
            grant={**grant_wire(grant), "scope": tokens.scope or grant.scope},
            account=account,
            subject=subject,
            revision=Login.revision + 1,
            expires_at=await store.now(session) + lasts if lasts is not None else None,
        )

    async def _end(self, session: AsyncSession, place: Place, why: str) -> None:
        await self._vault.delete_all(session, place.owner, TOKENS)
        await store.change(session, place.owner, state="expired", expires_at=None)
        record(session, None, "login.ended", place.spec.id, why=why)
        await tell_login(session, place.owner)

    @asynccontextmanager
    async def _transaction(self, place: Place) -> AsyncIterator[AsyncSession]:
        """A transaction; without Postgres or the key there are no credentials, and nothing can have run."""
        try:
            async with self._database.transaction(place.scope) as session:
                yield session
        except DATABASE_AWAY as error:
            raise ServerUnavailable("Your sign-in can't be read at the moment. Try again.") from error
        except SecretRefused as error:
            logger.error("A login to %s can't be opened: %s", place.spec.id, error)
            raise LoginRequired(place.sign_in) from error


async def tell_login(session: AsyncSession, owner: Owner) -> None:
    """Tells the user's browsers to look at the server again."""
    if owner.user_id is not None:
        await tell_user(session, owner.tenant_id, owner.user_id, f"server:{owner.server_id}")


def _same_account(login: Login, grant: Grant, tokens: Tokens) -> bool:
    """Whether nothing says that it is another account than before; a first one is as good as the one expected."""
    if login.grant is None and login.subject is None:
        return True
    if login.grant is not None and login.grant["issuer"] != grant.issuer:
        return False
    return login.subject == tokens.subject
