"""Tenants, their users, the users' sessions, and sign-ins under way."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, ForeignKeyConstraint, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from interlock_platform.tables.column import at, own_tenant, primary_uuid


class Tenant(SQLModel, table=True):
    __tablename__ = "tenants"

    id: UUID = Field(primary_key=True)
    slug: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    created_at: datetime | None = Field(default=None, sa_column=at(now=True))


class User(SQLModel, table=True):
    """A person in a tenant, known by (issuer, subject) and by nothing else."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("tenant_id", "id"), UniqueConstraint("tenant_id", "issuer", "subject"))

    id: UUID = Field(sa_column=primary_uuid())
    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant())
    issuer: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    email: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    roles: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    created_at: datetime | None = Field(default=None, sa_column=at(now=True))
    disabled_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
    roles_set: bool = False
    """An admin has said which roles; what the identity provider says about them counts for nothing."""


class Session(SQLModel, table=True):
    """A browser that signed in; the cookie holds the secret, the row only its hash."""

    __tablename__ = "sessions"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=primary_uuid())
    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant())
    user_id: UUID
    secret_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    created_at: datetime | None = Field(default=None, sa_column=at(now=True))
    seen_at: datetime | None = Field(default=None, sa_column=at(now=True))
    expires_at: datetime = Field(sa_column=at())
    agent: str = Field(default="", sa_type=Text)
    """What the browser says it is."""


class SignIn(SQLModel, table=True):
    """A sign-in under way: state, nonce and verifier, bound to the browser that began it."""

    __tablename__ = "sign_ins"

    secret_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    data: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    expires_at: datetime = Field(sa_column=at())
