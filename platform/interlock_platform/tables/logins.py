"""People's sign-ins to servers: what they have, what is under way, and as which client we ask."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKeyConstraint, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from interlock_platform.tables.column import at, own_tenant


def _of_user() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE")


class Login(SQLModel, table=True):
    """One user's sign-in to one server, or that it wants one; the tokens themselves are in the vault.

    `state` is missing, signed_in or expired. `url` is where the server was then: its tokens go nowhere else.
    `challenge` is what the server last asked for. `account` is another one after each change of the account there.
    """

    __tablename__ = "logins"
    __table_args__ = (_of_user(),)

    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant(primary=True))
    user_id: UUID = Field(primary_key=True)
    server_id: str = Field(sa_column=Column(Text, primary_key=True))
    state: str = Field(sa_type=Text)
    url: str = Field(sa_type=Text)
    challenge: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    grant: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    account: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    subject: str | None = Field(default=None, sa_column=Column(Text))
    revision: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    expires_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
    changed_at: datetime | None = Field(default=None, sa_column=at(now=True))


class LoginFlow(SQLModel, table=True):
    """A sign-in under way: of this user, in this browser, to this server. The browser has the state, we its hash."""

    __tablename__ = "login_flows"
    __table_args__ = (_of_user(),)

    state_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant())
    user_id: UUID
    session_id: UUID
    server_id: str = Field(sa_type=Text)
    data: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    expires_at: datetime = Field(sa_column=at())


class LoginClient(SQLModel, table=True):
    """As which client we are registered with one issuer, for one of our addresses; its secret is in the vault."""

    __tablename__ = "login_clients"

    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant(primary=True))
    issuer: str = Field(sa_column=Column(Text, primary_key=True))
    redirect_uri: str = Field(sa_column=Column(Text, primary_key=True))
    client_id: str = Field(sa_type=Text)
    auth_method: str = Field(sa_type=Text)
    created_at: datetime | None = Field(default=None, sa_column=at(now=True))
    expires_at: datetime | None = Field(default=None, sa_column=at(nullable=True))
