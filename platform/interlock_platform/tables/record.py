"""The record: who did what, each entry chained to the one before it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, Text, Uuid
from sqlalchemy.dialects.postgresql import JSON
from sqlmodel import Field, SQLModel

from interlock_platform.tables.column import at, own_tenant


class AuditEntry(SQLModel, table=True):
    """Somebody did something: written in the transaction of what it records, never changed.

    `hash` is sha256, in hexadecimal, over the entry and the hash of the one before it.
    """

    __tablename__ = "audit"
    __table_args__ = (Index("audit_by_time", "tenant_id", "at"), Index("audit_by_target", "tenant_id", "target"))

    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant(primary=True))
    seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_column=at())
    actor: UUID | None = Field(default=None, sa_column=Column(Uuid))
    action: str = Field(sa_type=Text)
    target: str = Field(sa_type=Text)
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    hash: str = Field(sa_type=Text)


class AuditHead(SQLModel, table=True):
    """The end of a tenant's chain; whoever adds an entry holds this row."""

    __tablename__ = "audit_heads"

    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant(primary=True))
    seq: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    hash: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
