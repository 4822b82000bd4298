"""What tools gave for people to see or to download."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKeyConstraint, Index, LargeBinary, Text
from sqlmodel import Field, SQLModel

from interlock_platform.tables.column import at, own_tenant, primary_uuid


class Artifact(SQLModel, table=True):
    """Bytes that came with the result of a call, and go with it; `mime_type` is the server's word for them."""

    __tablename__ = "artifacts"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "call_id"], ["calls.tenant_id", "calls.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "thread_id"], ["threads.tenant_id", "threads.id"], ondelete="CASCADE"),
        Index("artifacts_of_calls", "tenant_id", "call_id"),
        Index("artifacts_of_threads", "tenant_id", "thread_id"),
    )

    id: UUID = Field(sa_column=primary_uuid())
    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant())
    thread_id: UUID
    call_id: UUID
    mime_type: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False), repr=False)
    created_at: datetime | None = Field(default=None, sa_column=at(now=True))
