"""Limits that a tenant's admins set, what was used, and what is held for work under way."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, Date, ForeignKeyConstraint, Index, Text, Uuid
from sqlmodel import Field, SQLModel

from interlock_platform.tables.column import at, own_tenant, primary_uuid


def _of_user() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE")


def _count() -> Column[int]:
    return Column(BigInteger, nullable=False, server_default="0")


class Limit(SQLModel, table=True):
    """One amount of one kind: of the whole `tenant`, of `everybody`, of whoever has a `role`, or of one `user`."""

    __tablename__ = "limits"
    __table_args__ = (_of_user(),)

    id: UUID = Field(sa_column=primary_uuid())
    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant())
    scope: str = Field(sa_type=Text)
    role: str | None = Field(default=None, sa_column=Column(Text))
    user_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    kind: str = Field(sa_type=Text)
    amount: int = Field(sa_column=Column(BigInteger, nullable=False))
    changed_by: UUID
    changed_at: datetime | None = Field(default=None, sa_column=at(now=True))


class RateWindow(SQLModel, table=True):
    """What was handed out to the processes of this minute's requests, messages or calls."""

    __tablename__ = "rate_windows"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        {"prefixes": ["UNLOGGED"]},
    )

    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant(primary=True))
    subject: str = Field(sa_column=Column(Text, primary_key=True))
    kind: str = Field(sa_column=Column(Text, primary_key=True))
    minute: int = Field(sa_column=Column(BigInteger, nullable=False))
    used: int = Field(sa_column=Column(BigInteger, nullable=False))
    granted: int = Field(sa_column=Column(BigInteger, nullable=False))


class Usage(SQLModel, table=True):
    """What a person used of a model on a day (UTC): tokens, cost in millionths, calls of tools, answers."""

    __tablename__ = "usage"
    __table_args__ = (_of_user(), Index("usage_by_day", "tenant_id", "day"))

    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant(primary=True))
    user_id: UUID = Field(primary_key=True)
    day: date = Field(sa_column=Column(Date, primary_key=True))
    model: str = Field(sa_column=Column(Text, primary_key=True))
    input_tokens: int = Field(default=0, sa_column=_count())
    output_tokens: int = Field(default=0, sa_column=_count())
    cost: int = Field(default=0, sa_column=_count())
    calls: int = Field(default=0, sa_column=_count())
    answers: int = Field(default=0, sa_column=_count())


class Reservation(SQLModel, table=True):
    """What a model that is being asked may use: for a run, or for what a server wants written. It counts while that
    is under way."""

    __tablename__ = "reservations"
    __table_args__ = (
        _of_user(),
        ForeignKeyConstraint(["tenant_id", "thread_id"], ["threads.tenant_id", "threads.id"], ondelete="CASCADE"),
    )

    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant(primary=True))
    thread_id: UUID = Field(primary_key=True)
    work_id: UUID = Field(primary_key=True)
    user_id: UUID
    tokens: int = Field(sa_column=Column(BigInteger, nullable=False))
    cost: int = Field(sa_column=Column(BigInteger, nullable=False))
