"""The provider ends sessions: OpenID Connect Back-Channel Logout 1.0, and the front-channel one."""

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeGuard
from uuid import UUID

from interlock_platform.audit.store import record
from interlock_platform.database import Database, Scope
from interlock_platform.errors import Problem
from interlock_platform.identity import store
from interlock_platform.identity.oidc import CLOCK_SKEW
from interlock_platform.identity.providers import Providers, Trusted
from interlock_platform.identity.secret import secret_hash, sid_hash
from interlock_platform.identity.sign_ins import store as sign_ins

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LONGEST = timedelta(minutes=10)
"""A logout token that is older than this is refused, and one that came is remembered for as long."""


class Logouts:
    """Ends every session that the provider's word is about, in whichever tenant: their sockets are cut at once."""

    def __init__(self, database: Database, providers: Providers) -> None:
        self._database = database
        self._providers = providers

    async def require(self, provider_id: str) -> None:
        """Raises `not_found` where there is no such provider."""
        await self._providers.get(provider_id)

    async def by_token(self, provider_id: str, token: str) -> int:
        """How many sessions ended. Raises `not_found`, `logout_refused` and `provider_unreachable`."""
        trusted = await self._providers.get(provider_id)
        try:
            claims = await trusted.client.signed(token)
        except Problem as problem:
            if problem.code != "sign_in_failed":
                raise
            raise _refused("its signature does not hold") from problem
        sid, subject = _checked(trusted, claims)
        await self._once(trusted, claims["jti"])
        return await self._end(trusted, sid, subject)

    async def by_browser(self, provider_id: str, issuer: str, sid: str) -> int:
        """How many sessions ended: those that the session at the provider began. Raises `not_found`.

        The page that asks for this is loaded by the provider, without our cookies: only who knows the `sid` can ask.
        """
        trusted = await self._providers.get(provider_id)
        if not trusted.client.is_issuer(issuer):
            return 0
        return await self._end(trusted, sid, None)

    async def _once(self, trusted: Trusted, jti: str) -> None:
        key = secret_hash(f"logout\n{trusted.key}\n{jti}")
        async with self._database.transaction(Scope(secret_hash=key)) as session:
            if not await sign_ins.add_once(session, key, LONGEST + timedelta(seconds=2 * CLOCK_SKEW)):
                raise _refused("it came before")

    async def _end(self, trusted: Trusted, sid: str | None, subject: str | None) -> int:
        """By the session at the provider where it is named, else all of the person's that the provider vouched for."""
        found: list[tuple[UUID, UUID]] = []
        if sid is not None:
            key = sid_hash(trusted.key, sid)
            async with self._database.transaction(Scope(sid=key)) as session:
                found = await store.sessions_by_sid(session, key)
        elif subject is not None:
            async with self._database.transaction(Scope(person=(trusted.key, subject))) as session:
                found = await store.users_by_person(session, trusted.key, subject)
        ended = 0
        for tenant_id in dict.fromkeys(tenant for tenant, _ in found):
            ids = [each for tenant, each in found if tenant == tenant_id]
            async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
                for gone in await store.end_sessions(session, ids, of_users=sid is None):
                    record(session, gone.user_id, "session.ended", str(gone.id), why="ended_by_provider")
                    ended += 1
        return ended


def _checked(trusted: Trusted, claims: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """(sid, subject), as section 2.6 of the standard asks. Raises `logout_refused`."""
    try:
        issuer = trusted.client.issuer_for(claims)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _refused("it does not say whose it is") from error
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    now, iat, exp = time.time(), claims.get("iat"), claims.get("exp")
    events, sid, subject = claims.get("events"), claims.get("sid"), claims.get("sub")
    for wrong, why in (
        (claims.get("iss") != issuer, "another provider made it"),
        (trusted.client.client_id not in audiences, "it is for somebody else"),
        (not _is_time(iat) or not now - LONGEST.total_seconds() <= iat <= now + CLOCK_SKEW, "it is not of now"),
        (exp is not None and (not _is_time(exp) or exp < now - CLOCK_SKEW), "it has expired"),
        (not isinstance(claims.get("jti"), str) or not claims.get("jti"), "it has no id"),
        (not isinstance(events, dict) or not isinstance(events.get(EVENT), dict), "it is about something else"),
        ("nonce" in claims, "it could be an ID token"),
        (sid is None and subject is None, "it is about nobody"),
        (sid is not None and not (isinstance(sid, str) and sid), "its session can't be read"),
        (subject is not None and not (isinstance(subject, str) and subject), "its person can't be read"),
    ):
        if wrong:
            raise _refused(why)
    return sid, trusted.client.subject_of(claims) if subject is not None else None


def _is_time(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _refused(why: str) -> Problem:
    return Problem("logout_refused", 400, f"This logout token is refused: {why}.")
