"""Limits as a tenant's admins set them: never above what the operator lets the tenant have."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.audit.store import record
from interlock_platform.database import Database, Scope
from interlock_platform.errors import FieldError, Problem, not_found
from interlock_platform.limits import store
from interlock_platform.limits.kinds import KINDS
from interlock_platform.limits.knowing import NEWS, Knowing
from interlock_platform.limits.terms import Terms
from interlock_platform.principal import Principal
from interlock_platform.runs.store import tell_tenant
from interlock_platform.tables.limits import Limit


@dataclass(frozen=True)
class Whom:
    """Whose a limit is: everybody's together (`tenant`), each one's (`everybody`), or a role's or a user's."""

    scope: Literal["tenant", "everybody", "role", "user"]
    role: str | None = None
    user_id: UUID | None = None

    @property
    def words(self) -> str:
        """For the record."""
        return str(self.user_id) if self.user_id else self.role or self.scope


class LimitSetting:
    """The same for every door."""

    def __init__(self, database: Database, knowing: Knowing) -> None:
        self._database = database
        self._knowing = knowing

    async def show(self, who: Principal) -> dict[str, Any]:
        """What is set, and what the operator lets be set."""
        terms = await self._knowing.terms(who.tenant_id)
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            limits = await store.limits(session)
            names = await store.names(session)
        return {
            "kinds": [{"name": kind.name, "unit": kind.unit, "period": kind.period} for kind in KINDS.values()],
            "most": {"person": _shown(terms.person), "tenant": _shown(terms.tenant)},
            "limits": [_wire(each, names) for each in limits],
        }

    async def set(self, who: Principal, whom: Whom, kind: str, amount: float | None) -> None:
        """With None it is what the operator says again. Raises `invalid`, `limit_too_high` and `not_found`."""
        terms = await self._knowing.terms(who.tenant_id)
        stored = None if amount is None else KINDS[kind].stored(amount)
        if stored is not None:
            _require_allowed(terms, whom, kind, stored)
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            if whom.user_id is not None and await store.user(session, whom.user_id) is None:
                raise not_found()
            before = await store.remove(session, whom.scope, whom.role, whom.user_id, kind)
            if stored is not None:
                await _add(session, who, whom, kind, stored)
            elif before is None:
                return
            record(
                session, who.user_id, "limit.set", whom.words,
                scope=whom.scope, kind=kind, before=before.amount if before else None, after=stored,
            )  # fmt: skip
            await tell_tenant(session, who.tenant_id, f"{NEWS}:")
        # The bell tells the other processes; here it counts with the very next request.
        self._knowing.forget(who.tenant_id)


async def _add(session: AsyncSession, who: Principal, whom: Whom, kind: str, amount: int) -> None:
    session.add(
        Limit(
            id=uuid4(), scope=whom.scope, role=whom.role, user_id=whom.user_id,
            kind=kind, amount=amount, changed_by=who.user_id,
        )
    )  # fmt: skip
    await session.flush()


def _require_allowed(terms: Terms, whom: Whom, kind: str, amount: int) -> None:
    most = (terms.tenant if whom.scope == "tenant" else terms.person).get(kind)
    if most is not None and amount > most:
        shown = KINDS[kind].shown(most)
        message = f"At most {shown:,} may be set here: that is what Interlock's operator lets you have. Choose less."
        raise Problem("limit_too_high", 422, message, errors=(FieldError("/amount", f"Must be at most {shown:,}."),))


def _shown(amounts: Any) -> dict[str, float | int]:
    return {name: KINDS[name].shown(amount) for name, amount in amounts.items()}


def _wire(limit: Limit, names: dict[UUID, str]) -> dict[str, Any]:
    user = {"id": str(limit.user_id), "name": names.get(limit.user_id, "")} if limit.user_id else None
    return {
        "scope": limit.scope,
        "role": limit.role,
        "user": user,
        "kind": limit.kind,
        "amount": KINDS[limit.kind].shown(limit.amount),
        "changed_by": {"id": str(limit.changed_by), "name": names.get(limit.changed_by, "")},
        "changed_at": limit.changed_at.isoformat() if limit.changed_at else None,
    }
