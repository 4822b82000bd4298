"""The effect ledger: one row per call, and the record of who did what."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlmodel import Field, SQLModel

from interlock_platform.tables.column import at, own_tenant, primary_uuid


class Call(SQLModel, table=True):
    """One tool call, from its proposal to what became of it. `arguments` is canonical JSON (RFC 8785), as sealed."""

    __tablename__ = "calls"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("thread_id", "run_id", "tool_call_id"),
        ForeignKeyConstraint(["tenant_id", "thread_id"], ["threads.tenant_id", "threads.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "definition_hash"], ["definitions.tenant_id", "definitions.hash"]),
        Index("calls_waiting", "tenant_id", "user_id", postgresql_where="state in ('proposed', 'unknown')"),
    )

    id: UUID = Field(sa_column=primary_uuid())
    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant())
    thread_id: UUID
    run_id: UUID
    user_id: UUID
    tool_call_id: str = Field(sa_type=Text)
    position: int = Field(sa_type=Integer)
    name: str = Field(sa_type=Text)
    server_id: str = Field(sa_type=Text)
    tool: str = Field(sa_type=Text)
    definition_hash: str = Field(sa_type=Text)
    arguments: str = Field(sa_type=Text)
    proposed_arguments: str | None = Field(default=None, sa_column=Column(Text))
    seal: str = Field(sa_type=Text)
    policy_version: str = Field(sa_type=Text)
    verdict: str = Field(sa_type=Text)
    trace: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    state: str = Field(sa_type=Text)
    created_at: datetime | None = Field(default=None, sa_column=at(now=True))
    expires_at: datetime = Field(sa_column=at())
    decision: str | None = Field(default=None, sa_column=Column(Text))
    decided_by: UUID | None = Field(default=None, sa_column=Column(Uuid))
    decided_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
    reason: str | None = Field(default=None, sa_column=Column(Text))
    executor: str | None = Field(default=None, sa_column=Column(Text))
    attempt: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    started_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
    result: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    error: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    evidence: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    resolved_by: UUID | None = Field(default=None, sa_column=Column(Uuid))
    resolved_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
    note: str | None = Field(default=None, sa_column=Column(Text))


class AuditEntry(SQLModel, table=True):
    """Somebody did something: written in the transaction of what it records, never changed."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant())
    at: datetime | None = Field(default=None, sa_column=at(now=True))
    actor: UUID | None = Field(default=None, sa_column=Column(Uuid))
    action: str = Field(sa_type=Text)
    target: str = Field(sa_type=Text)
    data: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
