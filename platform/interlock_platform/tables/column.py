"""The columns that every table spells the same way."""

from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Uuid, func, text

TENANT = "(nullif(current_setting('app.tenant'::text, true), ''::text))::uuid"
"""The tenant of the transaction, null outside one."""


def own_tenant(*, primary: bool = False) -> Column[UUID]:
    """The tenant of the row: filled in by the database, from the transaction's scope."""
    return Column("tenant_id", Uuid, nullable=False, primary_key=primary, server_default=text(TENANT))


def primary_uuid() -> Column[UUID]:
    return Column("id", Uuid, primary_key=True)


def at(*, now: bool = False, nullable: bool = False) -> Column[Any]:
    """A time with its zone; with `now`, the database's clock fills it in."""
    return Column(DateTime(timezone=True), nullable=nullable, server_default=func.now() if now else None)
