"""Which servers a user is connected to, what those servers declared, and the toolsets made of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKeyConstraint, Integer, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSON
from sqlmodel import Field, SQLModel

from interlock_platform.tables.column import at, own_tenant


def _of_user() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE")


class Connection(SQLModel, table=True):
    """A user wants this server: handlers connect to it again wherever they are made. Each connecting has its own id."""

    __tablename__ = "connections"
    __table_args__ = (_of_user(),)

    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant(primary=True))
    user_id: UUID = Field(primary_key=True)
    server_id: str = Field(sa_column=Column(Text, primary_key=True))
    id: UUID | None = Field(
        default=None, sa_column=Column(Uuid, nullable=False, server_default=text("gen_random_uuid()"))
    )
    created_at: datetime | None = Field(default=None, sa_column=at(now=True))


class Definition(SQLModel, table=True):
    """A tool definition as a server declared it, under its hash: what approvals are pinned to."""

    __tablename__ = "definitions"

    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant(primary=True))
    hash: str = Field(sa_column=Column(Text, primary_key=True))
    server_id: str = Field(sa_type=Text)
    declared: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime | None = Field(default=None, sa_column=at(now=True))


class Toolset(SQLModel, table=True):
    """The tools that a user's agent has at one revision, as hashes of definitions."""

    __tablename__ = "toolsets"
    __table_args__ = (_of_user(),)

    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant(primary=True))
    user_id: UUID = Field(primary_key=True)
    revision: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    definitions: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    created_at: datetime | None = Field(default=None, sa_column=at(now=True))
