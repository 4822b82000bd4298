"""Who may come in, and for how long: sign-ins under way, tenants, users and sessions."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from interlock_platform.audit.store import record
from interlock_platform.database import Database, Scope
from interlock_platform.errors import FieldError, Problem
from interlock_platform.identity import store
from interlock_platform.identity.claims import DEFAULT_TENANT, ROLES, Person, person_of, tenant_id
from interlock_platform.identity.oidc import Provider
from interlock_platform.identity.store import Account, TenantRow
from interlock_platform.principal import Principal
from interlock_platform.text import storable

SIGN_IN_LASTS = timedelta(minutes=10)
MOST_AGENT = 300


@dataclass(frozen=True)
class Begun:
    """A sign-in under way: where the browser goes, and what it has to bring back in a cookie."""

    url: str
    browser: str


@dataclass(frozen=True)
class SignedInBrowser:
    """A sign-in that succeeded: the new session's secret, and the page that the person wanted."""

    secret: str
    next: str


class Identity:
    """People, known by (issuer key, subject) and by nothing else: an e-mail address never links two of them.

    `issuer_key` stands for the provider in the tables: its issuer for a real one. The development provider's issuer
    contains the port, so its key is the constant `interlock-dev`: alice is one person, whichever port she came by.
    """

    def __init__(
        self,
        database: Database,
        provider: Provider,
        *,
        issuer_key: str,
        tenant_claim: str,
        roles_claim: str,
        idle: timedelta,
        lasts: timedelta,
    ) -> None:
        self._database = database
        self._provider = provider
        self._issuer_key = issuer_key
        self._tenant_claim = tenant_claim
        self._roles_claim = roles_claim
        self._idle = idle
        self.lasts = lasts

    async def begin(
        self, next_page: str | None, login_hint: str | None, browser: str | None, *, ask_again: bool = False
    ) -> Begun:
        """`browser` is what this browser was given before: it may have several sign-ins under way, in several tabs.
        With `ask_again` the provider asks who is there even where it remembers. Raises `provider_unreachable`."""
        page = local_path(next_page)
        state, nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        prompt = "login" if ask_again else None
        url = await self._provider.authorization_url(
            state=state, nonce=nonce, verifier=verifier, login_hint=login_hint, prompt=prompt
        )
        browser = browser or secrets.token_urlsafe(32)
        key = _sign_in_key(browser, state)
        async with self._database.transaction(Scope(secret_hash=key)) as session:
            data = {"nonce": nonce, "verifier": verifier, "next": page}
            await store.add_sign_in(session, key, data, SIGN_IN_LASTS)
        return Begun(url, browser)

    async def finish(
        self, answer: Mapping[str, str], browser: str | None, old_secret: str | None, agent: str
    ) -> SignedInBrowser:
        """`answer` is the callback's query, `agent` what the browser says it is. The session that the browser had until
        now, if any, ends. Raises `sign_in_failed`, `provider_unreachable`."""
        key = _sign_in_key(browser or "", answer.get("state", ""))
        # Taken, and that committed, before anything else is tried: an answer is good for one attempt.
        async with self._database.transaction(Scope(secret_hash=key)) as session:
            under_way = await store.take_sign_in(session, key)
        if under_way is None:
            raise Problem(
                "sign_in_failed",
                400,
                "This sign-in was started in another browser or too long ago, or it has already been used.",
            )
        if "code" not in answer:
            reason = answer.get("error_description") or answer.get("error") or "it gave no reason"
            raise Problem("sign_in_failed", 400, f"The identity provider refused: {reason[:200]}")
        claims = await self._provider.claims(
            code=answer["code"],
            verifier=under_way["verifier"],
            nonce=under_way["nonce"],
            issuer=answer.get("iss"),
            wanted=frozenset({"name", "email", self._tenant_claim, self._roles_claim}),
        )
        person = person_of(claims, tenant_claim=self._tenant_claim, roles_claim=self._roles_claim)
        return SignedInBrowser(await self._admit(person, old_secret, agent), under_way["next"])

    async def authenticate(self, secret: str | None) -> Principal:
        """Whose session the secret opens, as of now. Raises `unauthenticated`."""
        if secret:
            key = secret_hash(secret)
            async with self._database.transaction(Scope(secret_hash=key)) as session:
                found = await store.read_principal(session, key, issuer=self._issuer_key, idle=self._idle)
            if found is not None:
                return found
        raise Problem("unauthenticated", 401, "Sign in first: there is no session, or it has ended.")

    async def end(self, secret: str | None, why: str = "signed_out") -> None:
        """Ends the session, if it is one."""
        if secret:
            key = secret_hash(secret)
            async with self._database.transaction(Scope(secret_hash=key)) as session:
                ended = await store.end_session(session, key)
                if ended is not None:
                    record(session, ended.user_id, "session.ended", str(ended.id), why=why)

    async def tenant(self, principal: Principal) -> TenantRow:
        async with self._database.transaction(Scope(tenant_id=principal.tenant_id)) as session:
            found = await store.read_tenant(session, principal.tenant_id)
        if found is None:
            raise Problem("unauthenticated", 401, "The tenant of this session is gone. Sign in again.")
        return found

    async def _admit(self, person: Person, old_secret: str | None, agent: str) -> str:
        """A new session for the person, who is entered or brought up to date on the way."""
        secret = secrets.token_urlsafe(32)
        tenant = tenant_id(self._issuer_key, person.tenant)
        async with self._database.transaction(Scope(tenant_id=tenant)) as session:
            if not await store.put_tenant(session, tenant, person.tenant or DEFAULT_TENANT, person.tenant_name):
                message = "This organisation was deleted. Ask the operator of this installation if that is a mistake."
                raise Problem("sign_in_failed", 403, message)
            roles = person.roles
            if roles is None:
                roles = frozenset({"member"} if await store.has_users(session) else {"owner"})
            account = Account(self._issuer_key, person.subject, person.name, person.email, person.email_verified)
            chosen = [role for role in ROLES if role in roles]
            user = await store.put_user(session, account, chosen, keep_roles=person.roles is None)
            how = self._issuer_key
            if user.disabled:
                record(session, user.id, "session.refused", str(user.id), how=how, why="disabled")
            else:
                sid = sid_hash(how, person.sid) if person.sid else None
                started = await store.add_session(
                    session, user.id, secret_hash(secret), self.lasts, storable(agent)[:MOST_AGENT], sid
                )
                record(session, user.id, "session.started", str(started), how=how, roles=user.roles)
        if user.disabled:
            raise Problem("sign_in_failed", 403, "This account is disabled. Ask an admin of your organisation.")
        # In a transaction of its own: it may have been somebody else's, of another tenant and in that one's record.
        await self.end(old_secret, "signed_in_again")
        return secret


def local_path(page: str | None) -> str:
    """A page of ours to come back to. Raises `invalid` for anything that a browser could take for another site."""
    if page is None:
        return "/"
    if (
        not page.startswith("/")
        or page.startswith("//")
        or "\\" in page
        or len(page) > 2000
        or any(character < " " or character == "\x7f" for character in page)
    ):
        error = FieldError("/next", "Must be a path on this site that begins with one slash.")
        raise Problem("invalid", 422, "That is no page to come back to.", errors=(error,))
    return page


def secret_hash(secret: str) -> bytes:
    """What the rows have in the place of a browser's secret."""
    return sha256(secret.encode()).digest()


def sid_hash(issuer_key: str, sid: str) -> bytes:
    """A session at a provider, as the rows of ours that it began have it."""
    return secret_hash(f"{issuer_key}\n{sid}")


def _sign_in_key(browser: str, state: str) -> bytes:
    """Only the browser that began it, with the state that it was given, finds the row."""
    return secret_hash(f"{browser}.{state}")
