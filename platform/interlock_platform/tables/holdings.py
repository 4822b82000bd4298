"""Taking out and deleting what there is of a person or a tenant, and the archives that come of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Index, Integer, LargeBinary, Text, UniqueConstraint
from sqlalchemy import Uuid as UuidType
from sqlmodel import Field, SQLModel

from interlock_platform.tables.column import at, own_tenant, primary_uuid


class DataJob(SQLModel, table=True):
    """An `export` or an `erasure`, of a person or (without `user_id`) of the whole tenant.

    `state` is waiting (until `due_at`), queued, running, done or cancelled; one that fails is tried again.
    `step` is what is being worked on, `done` of `total` how far that is. An export that is
    done has `size` bytes, and is there until `expires_at`.
    """

    __tablename__ = "data_jobs"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "asked_by"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        Index("data_jobs_by_time", "tenant_id", "created_at"),
    )

    id: UUID = Field(sa_column=primary_uuid())
    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant())
    kind: str = Field(sa_type=Text)
    user_id: UUID | None = Field(default=None, sa_column=Column(UuidType))
    asked_by: UUID
    state: str = Field(sa_type=Text)
    step: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    done: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    total: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    size: int | None = Field(default=None, sa_column=Column(BigInteger))
    created_at: datetime | None = Field(default=None, sa_column=at(now=True))
    due_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
    expires_at: datetime | None = Field(default=None, sa_column=at(nullable=True))


class ExportPart(SQLModel, table=True):
    """A part of an archive, in the order of their numbers."""

    __tablename__ = "export_parts"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "job_id"], ["data_jobs.tenant_id", "data_jobs.id"], ondelete="CASCADE"),
    )

    job_id: UUID = Field(primary_key=True)
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant())
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False), repr=False)
