"""Who may come in, and for how long: sign-ins under way, and sessions."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta

from interlock_platform.audit.store import record
from interlock_platform.database import Database, Scope
from interlock_platform.errors import FieldError, Problem
from interlock_platform.identity import store
from interlock_platform.identity.admission import Admission, Arriving, Leave
from interlock_platform.identity.claims import auth_time, person_of
from interlock_platform.identity.oidc import CLOCK_SKEW
from interlock_platform.identity.providers import MAIN, Providers, Trusted
from interlock_platform.identity.rules import ByClaim, places_of
from interlock_platform.identity.secret import secret_hash, sid_hash, sign_in_key
from interlock_platform.identity.sign_ins import store as sign_ins
from interlock_platform.identity.store import Account, TenantRow
from interlock_platform.principal import Principal

SIGN_IN_LASTS = timedelta(minutes=10)
JOINING = "/join/"
"""Where an invitation is looked at: by those too who have no account yet."""


@dataclass(frozen=True)
class Begun:
    """A sign-in under way: where the browser goes, and what it has to bring back in a cookie."""

    url: str
    browser: str


@dataclass(frozen=True)
class SignedInBrowser:
    """A sign-in that succeeded: the new session's secret, and the page that the person wanted.

    Who has no account and came to join has no session yet: `arrived` then says who they are, for a few minutes.
    """

    secret: str | None
    arrived: str | None
    next: str


@dataclass(frozen=True)
class Arrived:
    """Somebody without a session, whom a provider vouched for just now."""

    account: Account
    sid: bytes | None


class Identity:
    """People, known by (issuer key, subject) and by nothing else: an e-mail address never links two of them."""

    def __init__(
        self, database: Database, providers: Providers, *, idle: timedelta, lasts: timedelta, leave: Leave
    ) -> None:
        self._database = database
        self.providers = providers
        self._idle = idle
        self.lasts = lasts
        self._admission = Admission(database, leave, lasts)

    async def begin(
        self,
        trusted: Trusted,
        next_page: str | None,
        login_hint: str | None,
        browser: str | None,
        *,
        ask_again: bool = False,
        fresh: bool = False,
    ) -> Begun:
        """`browser` is what this browser was given before: it may have several sign-ins under way, in several tabs.
        With `ask_again` the provider asks who is there even where it remembers; with `fresh` it has to, and to say so.
        Raises `provider_unreachable`."""
        page = local_path(next_page)
        state, nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        prompt = "login" if ask_again or fresh else None
        url = await trusted.client.authorization_url(
            state=state,
            nonce=nonce,
            verifier=verifier,
            login_hint=login_hint,
            prompt=prompt,
            max_age=0 if fresh else None,
        )
        browser = browser or secrets.token_urlsafe(32)
        key = sign_in_key(browser, state)
        async with self._database.transaction(Scope(secret_hash=key)) as session:
            data = {"provider": trusted.id, "nonce": nonce, "verifier": verifier, "next": page}
            if fresh:
                data["since"] = str(int(time.time()))
            await sign_ins.add_sign_in(session, key, data, SIGN_IN_LASTS)
        return Begun(url, browser)

    async def finish(
        self,
        answer: Mapping[str, str],
        browser: str | None,
        old_secret: str | None,
        agent: str,
        provider_id: str = MAIN,
    ) -> SignedInBrowser:
        """`answer` is the callback's query, `agent` what the browser says it is. The session that the browser had until
        now, if any, ends. Raises `not_found`, `sign_in_failed`, `provider_unreachable` and `no_access`."""
        trusted = await self.providers.get(provider_id)
        key = sign_in_key(browser or "", answer.get("state", ""))
        # Taken, and that committed, before anything else is tried: an answer is good for one attempt.
        async with self._database.transaction(Scope(secret_hash=key)) as session:
            under_way = await sign_ins.take_sign_in(session, key)
        if under_way is None or under_way["provider"] != trusted.id:
            raise Problem(
                "sign_in_failed",
                400,
                "This sign-in was started in another browser or too long ago, or it has already been used.",
            )
        if "code" not in answer:
            reason = answer.get("error_description") or answer.get("error") or "it gave no reason"
            raise Problem("sign_in_failed", 400, f"The identity provider refused: {reason[:200]}")
        claims = await trusted.client.claims(
            code=answer["code"],
            verifier=under_way["verifier"],
            nonce=under_way["nonce"],
            issuer=answer.get("iss"),
            wanted=_wanted(trusted),
        )
        at = auth_time(claims)
        since = under_way.get("since")
        if since is not None and (at is None or at.timestamp() < int(since) - CLOCK_SKEW):
            message = "The identity provider did not ask again who you are. Sign in once more, or tell your admin."
            raise Problem("sign_in_failed", 400, message)
        person = person_of(claims)
        account = Account(trusted.key, person.subject, person.name, person.email, person.email_verified)
        sid = sid_hash(trusted.key, person.sid) if person.sid else None
        places = places_of(claims, person, trusted.rules, trusted.key)
        secret = await self._admission.admit(trusted, Arriving(account, sid, agent, at), places)
        arrived = None
        if secret is None and under_way["next"].startswith(JOINING):
            arrived = await self._arrive(Arrived(account, sid))
        elif secret is None:
            message = "You have no access here yet. Ask an admin of your organisation to invite you."
            raise Problem("no_access", 403, message)
        # In a transaction of its own: it may have been somebody else's, of another tenant and in that one's record.
        await self.end(old_secret, "signed_in_again")
        return SignedInBrowser(secret, arrived, under_way["next"])

    async def authenticate(self, secret: str | None) -> Principal:
        """Whose session the secret opens, as of now. Raises `unauthenticated`."""
        if secret:
            key = secret_hash(secret)
            async with self._database.transaction(Scope(secret_hash=key)) as session:
                found = await store.read_principal(
                    session, key, issuers=self.providers.keys, own=self.providers.has_own, idle=self._idle
                )
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

    async def arrived(self, secret: str | None) -> Arrived | None:
        """Who came with this secret to join, if that was a few minutes ago at most."""
        if not secret:
            return None
        key = secret_hash(secret)
        async with self._database.transaction(Scope(secret_hash=key)) as session:
            found = await sign_ins.read_sign_in(session, key)
        if found is None or found.get("kind") != "arrived":
            return None
        return Arrived(Account(**found["account"]), bytes.fromhex(found["sid"]) if found["sid"] else None)

    async def _arrive(self, arrived: Arrived) -> str:
        secret = secrets.token_urlsafe(32)
        key = secret_hash(secret)
        sid = arrived.sid.hex() if arrived.sid else None
        data = {"kind": "arrived", "account": asdict(arrived.account), "sid": sid}
        async with self._database.transaction(Scope(secret_hash=key)) as session:
            await sign_ins.add_sign_in(session, key, data, SIGN_IN_LASTS)
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


def _wanted(trusted: Trusted) -> frozenset[str]:
    """The claims that are asked for where the ID token leaves them out."""
    tenants = trusted.rules.tenants
    named = [tenants.claim] if isinstance(tenants, ByClaim) else [when.claim for when in tenants if when.claim]
    by_address = not isinstance(tenants, ByClaim) and any(when.email_domain for when in tenants)
    checked = ["email_verified"] if by_address else []
    return frozenset({"name", "email", trusted.rules.roles.claim, *named, *checked})
