"""Servers that people enter, what the tenant lets them enter, and what became of each definition that servers gave."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from interlock_platform.tables.column import at, own_tenant


def _texts() -> Column[list[str]]:
    return Column(ARRAY(Text), nullable=False, server_default="{}")


class Server(SQLModel, table=True):
    """A remote server of a tenant's catalogue; with `user_id` it is that user's own, and nobody else sees it.

    `revision` grows with every change of how it is reached. The values of its headers are not here but in the vault.
    One that was deleted stays, for the calls that name it.
    """

    __tablename__ = "servers"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        Index("servers_there", "tenant_id", "user_id", postgresql_where="deleted_at is null"),
    )

    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant(primary=True))
    id: str = Field(sa_column=Column(Text, primary_key=True))
    user_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    name: str = Field(sa_type=Text)
    description: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    icon: str | None = Field(default=None, sa_column=Column(Text))
    categories: list[str] = Field(default_factory=list, sa_column=_texts())
    transport: str = Field(sa_type=Text)
    url: str = Field(sa_type=Text)
    auth: str = Field(default="none", sa_column=Column(Text, nullable=False, server_default="none"))
    header_names: list[str] = Field(default_factory=list, sa_column=_texts())
    revision: int = Field(default=1, sa_column=Column(Integer, nullable=False, server_default="1"))
    created_by: UUID | None = Field(default=None, sa_column=Column(Uuid))
    created_at: datetime | None = Field(default=None, sa_column=at(now=True))
    changed_at: datetime | None = Field(default=None, sa_column=at(now=True))
    deleted_at: datetime | None = Field(default=None, sa_column=at(nullable=True))


class ServerPolicy(SQLModel, table=True):
    """Which servers the tenant's people may enter for themselves: none (`catalogue`), those on these hosts
    (`allow_list`), or `any`. Without a row it is an allow-list of no host."""

    __tablename__ = "server_policies"

    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant(primary=True))
    personal: str = Field(sa_type=Text)
    hosts: list[str] = Field(default_factory=list, sa_column=_texts())
    changed_by: UUID | None = Field(default=None, sa_column=Column(Uuid))
    changed_at: datetime | None = Field(default=None, sa_column=at(now=True))


class DefinitionDecision(SQLModel, table=True):
    """A definition that a server gave of a tool: trusted as the `first` one seen, `set_aside` because it is another
    than that, or `accepted` by somebody. A server's id says whose it is, so these are the tenant's or one user's."""

    __tablename__ = "definition_decisions"

    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant(primary=True))
    server_id: str = Field(sa_column=Column(Text, primary_key=True))
    tool: str = Field(sa_column=Column(Text, primary_key=True))
    hash: str = Field(sa_column=Column(Text, primary_key=True))
    state: str = Field(sa_type=Text)
    seen_at: datetime | None = Field(default=None, sa_column=at(now=True))
    decided_by: UUID | None = Field(default=None, sa_column=Column(Uuid))
    decided_at: datetime | None = Field(default=None, sa_column=at(nullable=True))


class ThreadTools(SQLModel, table=True):
    """Tools, by qualified name, that the thread's agent does not have (`off`), or always has (`kept`) where there are
    too many to show the model all of them."""

    __tablename__ = "thread_tools"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "thread_id"], ["threads.tenant_id", "threads.id"], ondelete="CASCADE"),
    )

    thread_id: UUID = Field(primary_key=True)
    tenant_id: UUID | None = Field(default=None, sa_column=own_tenant())
    off: list[str] = Field(default_factory=list, sa_column=_texts())
    kept: list[str] = Field(default_factory=list, sa_column=_texts())
