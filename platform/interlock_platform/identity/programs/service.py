"""Programs that come with a key, or with a token that a key gave: who they are is read again at every request."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from interlock_platform.database import Database, Scope
from interlock_platform.errors import FieldError, Problem
from interlock_platform.identity.programs import store
from interlock_platform.identity.programs.key import hash_of, is_key
from interlock_platform.identity.programs.store import Program
from interlock_platform.identity.programs.tokens import LASTS_SECONDS, SKEW_SECONDS, Claims, Tokens
from interlock_platform.identity.providers import Providers
from interlock_platform.principal import ByKey, Principal
from interlock_platform.rights import has

UNDER_WAY = timedelta(seconds=LASTS_SECONDS + SKEW_SECONDS)


@dataclass(frozen=True)
class Exchanged:
    """A new token, and what it is good for."""

    token: str
    seconds: int
    scopes: tuple[str, ...]


class Programs:
    """`providers` are those whose people may use what they made, as for sessions."""

    def __init__(self, database: Database, tokens: Tokens, providers: Providers) -> None:
        self._database = database
        self._tokens = tokens
        self._providers = providers

    async def authenticate(self, bearer: str) -> Principal:
        """Whose key or token this is, as of now. Raises `unauthenticated`."""
        found = await (self._by_key(bearer) if is_key(bearer) else self._by_token(bearer))
        if found is None:
            message = "This key or token is not good: it is unknown, has ended or was revoked. Use another one."
            raise Problem("unauthenticated", 401, message)
        return found

    async def exchange(self, who: Principal, wanted: Iterable[str] | None) -> Exchanged:
        """A token for the key that the program came with; for less than it, if less is `wanted`.

        Raises `key_required`, `invalid`.
        """
        if who.key is None or who.key.by_token:
            raise Problem("key_required", 403, "A token is given for an API key: send that, and nothing else.")
        scopes = who.key.scopes if wanted is None else frozenset(wanted)
        if not scopes or not scopes <= who.key.scopes:
            error = FieldError("/scopes", "Must be some of those that the key has.")
            raise Problem("invalid", 422, "The key is not good for all of that.", errors=(error,))
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            present = (await store.generations(session, UNDER_WAY)).present
        claims = Claims(who.tenant_id, who.user_id, who.key.id, scopes)
        return Exchanged(self._tokens.sign(claims, present), LASTS_SECONDS, tuple(sorted(scopes)))

    async def published(self) -> list[dict[str, Any]]:
        """The public keys by which tokens of today can be checked, the present one first."""
        async with self._database.transaction(Scope()) as session:
            known = await store.generations(session, UNDER_WAY)
        return [self._tokens.public(each) for each in range(known.present, known.oldest - 1, -1)]

    async def _by_key(self, whole: str) -> Principal | None:
        key = hash_of(whole)
        async with self._database.transaction(Scope(secret_hash=key)) as session:
            program = await store.by_secret(session, key, issuers=self._providers.keys, own=self._providers.has_own)
        return None if program is None else _principal(program, program.scopes, by_token=False)

    async def _by_token(self, token: str) -> Principal | None:
        checked = self._tokens.check(token)
        if checked is None:
            return None
        claims = checked.claims
        async with self._database.transaction(Scope(tenant_id=claims.tenant_id)) as session:
            known = await store.generations(session, UNDER_WAY)
            if not known.oldest <= checked.generation <= known.present:
                return None
            program = await store.by_id(
                session, claims.key_id, issuers=self._providers.keys, own=self._providers.has_own
            )
        if program is None or program.user_id != claims.user_id:
            return None
        return _principal(program, program.scopes & claims.scopes, by_token=True)


def _principal(program: Program, scopes: frozenset[str], *, by_token: bool) -> Principal:
    # An owner's program is no owner: what it may is what its owner may today, and of that a member's part.
    role = "member" if has(program.roles, "runs.start") else "viewer"
    return Principal(
        program.tenant_id,
        program.user_id,
        program.key_id,
        program.name,
        program.email,
        frozenset({role}),
        ByKey(program.key_id, scopes, by_token),
    )
