"""What may happen without asking, and who is asked: rules, classes of tools, and grants."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, ForeignKeyConstraint, Identity, Index, Integer, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from interlock_platform.tables.column import TENANT, at, own_tenant, primary_uuid


class Rule(SQLModel, table=True):
    """A rule of the policy; one without a tenant is the operator's and holds for all of them.

    `changed` grows with every change of a tenant's rules: the greatest one is the version of the policy. A rule that
    was deleted stays, for the calls that it judged.
    """

    __tablename__ = "rules"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "thread_id"], ["threads.tenant_id", "threads.id"], ondelete="CASCADE"),
        Index("rules_by_change", "tenant_id", "changed"),
        Index("rules_of_threads", "tenant_id", "thread_id", postgresql_where="thread_id is not null"),
    )

    id: UUID = Field(sa_column=primary_uuid())
    tenant_id: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True, server_default=text(TENANT)))
    layer: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    server_id: str | None = Field(default=None, sa_column=Column(Text))
    tool: str | None = Field(default=None, sa_column=Column(Text))
    user_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    thread_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    verdict: str = Field(sa_type=Text)
    condition: str | None = Field(default=None, sa_column=Column(Text))
    approvers: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    expiry: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    grants: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, server_default=text("true")))
    critical: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    """Whoever lets its calls run has to have signed in a moment ago."""
    note: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    enabled: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, server_default=text("true")))
    changed: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), nullable=False))
    changed_by: UUID | None = Field(default=None, sa_column=Column(Uuid))
    created_at: datetime | None = Field(default=None, sa_column=at(now=True))
    deleted_at: datetime | None = Field(default=None, sa_column=at(nullable=True))


class ToolClass(SQLModel, table=True):
    """What an admin says of a tool: whether it may be repeated, and what it can do."""

    __tablename__ = "tool_classes"

    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant(primary=True))
    server_id: str = Field(sa_column=Column(Text, primary_key=True))
    tool: str = Field(sa_column=Column(Text, primary_key=True))
    effect: str = Field(sa_type=Text)
    risk: str | None = Field(default=None, sa_column=Column(Text))
    set_by: UUID | None = Field(default=None, sa_column=Column(Uuid))
    set_at: datetime | None = Field(default=None, sa_column=at(now=True))


class Grant(SQLModel, table=True):
    """A standing permission: turns `ask` into `allow` for calls of one tool definition, within its bounds.

    Without `user_id` it is everybody's of the tenant; without `thread_id` it holds in every chat. `arguments` is
    canonical JSON: then it is for exactly these. `uses_left` counts down; null is without a count.
    """

    __tablename__ = "grants"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "thread_id"], ["threads.tenant_id", "threads.id"], ondelete="CASCADE"),
        Index("grants_live", "tenant_id", "server_id", "tool", "user_id", postgresql_where="revoked_at is null"),
    )

    id: UUID = Field(sa_column=primary_uuid())
    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant())
    user_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    thread_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    server_id: str = Field(sa_type=Text)
    tool: str = Field(sa_type=Text)
    definition_hash: str = Field(sa_type=Text)
    arguments: str | None = Field(default=None, sa_column=Column(Text))
    condition: str | None = Field(default=None, sa_column=Column(Text))
    unattended: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    uses_left: int | None = Field(default=None, sa_column=Column(Integer))
    used: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    used_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
    expires_at: datetime = Field(sa_column=at())
    from_call: UUID | None = Field(default=None, sa_column=Column(Uuid))
    given_by: UUID
    given_at: datetime | None = Field(default=None, sa_column=at(now=True))
    revoked_by: UUID | None = Field(default=None, sa_column=Column(Uuid))
    revoked_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
