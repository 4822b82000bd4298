"""Keys that programs come with, what a tenant allows of them, and the generations of the key that signs tokens."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Column, ForeignKeyConstraint, Integer, LargeBinary, Text, UniqueConstraint, Uuid
from sqlmodel import Field, SQLModel

from interlock_platform.tables.column import at, own_tenant, primary_uuid


class ApiKey(SQLModel, table=True):
    """A key acts as `user_id`: the person who made it, or for a key of the tenant an account of its own."""

    __tablename__ = "api_keys"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=primary_uuid())
    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant())
    user_id: UUID
    made_by: UUID = Field(sa_column=Column(Uuid, nullable=False))
    of_tenant: bool = Field(sa_column=Column(Boolean, nullable=False))
    name: str = Field(sa_type=Text)
    prefix: str = Field(sa_type=Text)
    """The beginning of the key, by which people recognise it."""
    secret_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    scopes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    created_at: datetime | None = Field(default=None, sa_column=at(now=True))
    expires_at: datetime = Field(sa_column=at())
    used_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
    revoked_by: UUID | None = Field(default=None, sa_column=Column(Uuid))


class KeyPolicy(SQLModel, table=True):
    """What a tenant allows of keys; one without a row allows what `MOST_DAYS` and `PERSONAL` say."""

    __tablename__ = "key_policies"

    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant(primary=True))
    most_days: int = Field(sa_column=Column(Integer, nullable=False))
    personal: bool = Field(sa_column=Column(Boolean, nullable=False))


class TokenKey(SQLModel, table=True):
    """A later generation of the key that signs tokens; the first has no row. No key is in here: it is derived."""

    __tablename__ = "token_keys"

    generation: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    made_at: datetime | None = Field(default=None, sa_column=at(now=True))
