"""Tenants, their users, the users' sessions, and sign-ins under way."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from interlock_platform.tables.column import at, own_tenant, primary_uuid

ERASED = "erased"
ERASED_NAME = "A deleted person"
"""What somebody who was deleted is called where others' things name them."""


class Tenant(SQLModel, table=True):
    __tablename__ = "tenants"

    id: UUID = Field(primary_key=True)
    slug: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    created_at: datetime | None = Field(default=None, sa_column=at(now=True))
    erased_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
    """Its deletion has begun; once it has ended, this row is what is left."""


class User(SQLModel, table=True):
    """A person in a tenant, known by (issuer, subject) and by nothing else."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "issuer", "subject"),
        Index("users_by_person", "issuer", "subject"),
    )

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
    email_verified: bool = False
    """The identity provider says that the address is theirs."""
    invited: bool = False
    """They came by an invitation: what the identity provider says about tenants takes nothing from them."""
    unmapped: bool = False
    """They are disabled because the identity provider named the tenant no more; it may name it again."""
    erased_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
    """Their deletion has begun; once it has ended, this row stands for them where others' things name them."""


class Session(SQLModel, table=True):
    """A browser that signed in; the cookie holds the secret, the row only its hash."""

    __tablename__ = "sessions"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        Index("sessions_by_sid", "sid", postgresql_where="sid is not null"),
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
    sid: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    """The hash of the session at the identity provider, by which it may end this one."""
    signed_in_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
    """When the person proved who they are, as the identity provider says it; None where it does not."""


class IdentityProvider(SQLModel, table=True):
    """A provider that a tenant entered for its own people; its client secret is in the vault."""

    __tablename__ = "identity_providers"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "created_by"], ["users.tenant_id", "users.id"], ondelete="SET NULL (created_by)"
        ),
    )

    id: UUID = Field(sa_column=primary_uuid())
    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant(primary=True))
    name: str = Field(sa_type=Text)
    issuer: str = Field(sa_type=Text)
    client_id: str = Field(sa_type=Text)
    scope: str = Field(sa_type=Text)
    roles_claim: str = Field(sa_type=Text)
    roles_known: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    otherwise: str | None = Field(default=None, sa_column=Column(Text))
    creates: bool
    created_by: UUID | None = Field(default=None, sa_column=Column(Uuid))
    created_at: datetime | None = Field(default=None, sa_column=at(now=True))


class Invitation(SQLModel, table=True):
    """A link that lets one person in; whoever has it knows the secret, the row only its hash."""

    __tablename__ = "invitations"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "created_by"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "used_by"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=primary_uuid())
    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant(primary=True))
    secret_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    roles: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    email: str | None = Field(default=None, sa_column=Column(Text))
    created_by: UUID
    created_at: datetime | None = Field(default=None, sa_column=at(now=True))
    expires_at: datetime = Field(sa_column=at())
    revoked_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
    used_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
    used_by: UUID | None = Field(default=None, sa_column=Column(Uuid))


class SignIn(SQLModel, table=True):
    """A sign-in under way: state, nonce and verifier, bound to the browser that began it."""

    __tablename__ = "sign_ins"

    secret_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    data: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    expires_at: datetime = Field(sa_column=at())
