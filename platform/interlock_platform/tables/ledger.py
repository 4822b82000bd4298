"""The effect ledger: one row per call, and one per approval of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlmodel import Field, SQLModel

from interlock_platform.tables.column import at, own_tenant, primary_uuid


class Call(SQLModel, table=True):
    """Something that waits or waited for a person: a tool call, from its proposal to what became of it, or what a
    server wants to be told (`elicitation`, `login`) before the call `parent_id` goes on.

    `arguments` is canonical JSON (RFC 8785), as sealed. `terms` says who decides and what happens when nobody does.
    A call that became void and was proposed anew has a row per `generation`.
    """

    __tablename__ = "calls"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("thread_id", "run_id", "tool_call_id", "kind", "generation"),
        ForeignKeyConstraint(["tenant_id", "thread_id"], ["threads.tenant_id", "threads.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "definition_hash"], ["definitions.tenant_id", "definitions.hash"]),
        Index("calls_waiting", "tenant_id", "user_id", postgresql_where="state in ('proposed', 'unknown')"),
        Index("calls_by_time", "tenant_id", "created_at"),
    )

    id: UUID = Field(sa_column=primary_uuid())
    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant())
    thread_id: UUID
    run_id: UUID
    user_id: UUID
    tool_call_id: str = Field(sa_type=Text)
    kind: str = Field(default="tool", sa_column=Column(Text, nullable=False, server_default="tool"))
    generation: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    parent_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    position: int = Field(sa_type=Integer)
    name: str = Field(sa_type=Text)
    server_id: str = Field(sa_type=Text)
    tool: str = Field(sa_type=Text)
    definition_hash: str = Field(sa_type=Text)
    arguments: str = Field(sa_type=Text)
    proposed_arguments: str | None = Field(default=None, sa_column=Column(Text))
    seal: str = Field(sa_type=Text)
    policy_version: str = Field(sa_type=Text)
    connection: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    effect: str = Field(default="at_most_once", sa_column=Column(Text, nullable=False, server_default="at_most_once"))
    risk: str | None = Field(default=None, sa_column=Column(Text))
    unattended: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    verdict: str = Field(sa_type=Text)
    trace: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    terms: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default=text("'{}'"))
    )
    grant_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    state: str = Field(sa_type=Text)
    created_at: datetime | None = Field(default=None, sa_column=at(now=True))
    expires_at: datetime = Field(sa_column=at())
    extensions: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
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
    input: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    resolved_by: UUID | None = Field(default=None, sa_column=Column(Uuid))
    resolved_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
    note: str | None = Field(default=None, sa_column=Column(Text))


class Approval(SQLModel, table=True):
    """One person approved a call as it was sealed then; a call may need several."""

    __tablename__ = "approvals"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "call_id"], ["calls.tenant_id", "calls.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
    )

    call_id: UUID = Field(primary_key=True)
    user_id: UUID = Field(primary_key=True)
    seal: str = Field(sa_column=Column(Text, primary_key=True))
    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant())
    at: datetime | None = Field(default=None, sa_column=at(now=True))
