"""The record: who did what, written in the transaction of the deed."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.tables.ledger import AuditEntry


def record(session: AsyncSession, actor: UUID | None, action: str, target: str, **data: Any) -> None:
    """`action` is `thing.verb`, `target` the id of the thing; no actor means the platform itself."""
    session.add(AuditEntry(actor=actor, action=action, target=target, data=data))
