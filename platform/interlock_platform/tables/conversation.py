"""Threads, their messages, their runs, and the log of what happened in them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlmodel import Field, SQLModel

from interlock_platform.tables.column import at, own_tenant, primary_uuid


def _of_thread() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant_id", "thread_id"], ["threads.tenant_id", "threads.id"], ondelete="CASCADE")


class Thread(SQLModel, table=True):
    """A conversation. `last_seq` numbers its log: whoever appends holds this row. `title_by` is whose its title is:
    its first `words`, the `model`'s, or a `person`'s. A deleted one can be brought back for a moment, and is as if it
    were gone."""

    __tablename__ = "threads"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        Index("threads_by_activity", "tenant_id", "user_id", "updated_at"),
    )

    id: UUID = Field(sa_column=primary_uuid())
    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant())
    user_id: UUID
    title: str = Field(sa_type=Text)
    title_by: str = Field(default="words", sa_column=Column(Text, nullable=False, server_default="words"))
    last_seq: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    created_at: datetime | None = Field(default=None, sa_column=at(now=True))
    updated_at: datetime | None = Field(default=None, sa_column=at(now=True))
    pinned_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
    archived_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
    deleted_at: datetime | None = Field(default=None, sa_column=at(nullable=True))


class Run(SQLModel, table=True):
    """One advance of a thread: the client made its id, the thread keeps it unique. An `unattended` one was begun by
    no person who looks on."""

    __tablename__ = "runs"
    __table_args__ = (_of_thread(),)

    thread_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant())
    state: str = Field(sa_type=Text)
    position: int = Field(sa_type=Integer)
    toolset_revision: int | None = Field(default=None, sa_column=Column(Integer))
    cancelled_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
    error: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    unattended: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    input_tokens: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    output_tokens: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    cost: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    """In millionths of the currency's unit."""
    settled: UUID | None = Field(default=None, sa_column=Column(Uuid))
    """The answer whose tokens were counted last."""
    key_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    """The key that a program began it with."""


class Message(SQLModel, table=True):
    """What somebody said; the row is also its entry in the thread's log, under `seq` and the two numbers after it."""

    __tablename__ = "messages"
    __table_args__ = (_of_thread(), UniqueConstraint("thread_id", "seq"))

    thread_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant())
    run_id: UUID
    parent_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    seq: int = Field(sa_type=Integer)
    role: str = Field(sa_type=Text)
    content: str = Field(sa_type=Text)
    more: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    created_at: datetime | None = Field(default=None, sa_column=at(now=True))


class Event(SQLModel, table=True):
    """An entry of the thread's log that is not a message; `body` is null where the kind and the run say it all,
    and keeps the order of its keys: a schema's fields are shown as their server wrote them."""

    __tablename__ = "events"
    __table_args__ = (_of_thread(),)

    thread_id: UUID = Field(primary_key=True)
    seq: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant())
    run_id: UUID
    kind: str = Field(sa_type=Text)
    body: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    created_at: datetime | None = Field(default=None, sa_column=at(now=True))
