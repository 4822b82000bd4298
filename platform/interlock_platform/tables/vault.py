"""Secrets of tenants and their people, each encrypted under a key of its own that is wrapped by the installation's."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint, Uuid, text
from sqlmodel import Field, SQLModel

from interlock_platform.tables.column import at, own_tenant


class Secret(SQLModel, table=True):
    """One secret for one server, of one user or (without one) of the tenant; a value that is put anew has a new id.

    `wrapped` is the key under which it was `sealed`, itself sealed by the installation's key `key_id`; both begin with
    their nonce of 12 bytes.
    """

    __tablename__ = "secrets"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "user_id", "server_id", "name", postgresql_nulls_not_distinct=True),
        Index("secrets_by_key", "key_id", "id"),
    )

    id: UUID | None = Field(
        default=None, sa_column=Column(Uuid, primary_key=True, server_default=text("gen_random_uuid()"))
    )
    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant())
    user_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    server_id: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    key_id: str = Field(sa_type=Text)
    wrapped: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime | None = Field(default=None, sa_column=at(now=True))
