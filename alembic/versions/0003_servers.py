"""Servers that people enter, the tenant's word on them, decisions on definitions, and threads' choice of tools."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TENANT = "(nullif(current_setting('app.tenant'::text, true), ''::text))::uuid"


def upgrade() -> None:
    _servers()
    _definitions()
    _threads()


def downgrade() -> None:
    raise RuntimeError("There is no way back: restore the backup from before the upgrade.")


def _servers() -> None:
    op.create_table(
        "servers",
        _tenant(),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("icon", sa.Text(), nullable=True),
        _texts("categories"),
        sa.Column("transport", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("auth", sa.Text(), server_default="none", nullable=False),
        _texts("header_names"),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("servers_there", "servers", ["tenant_id", "user_id"], postgresql_where="deleted_at is null")
    _protect("servers")
    op.create_table(
        "server_policies",
        _tenant(),
        sa.Column("personal", sa.Text(), nullable=False),
        _texts("hosts"),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    _protect("server_policies")


def _definitions() -> None:
    op.create_table(
        "definition_decisions",
        _tenant(),
        sa.Column("server_id", sa.Text(), nullable=False),
        sa.Column("tool", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "server_id", "tool", "hash"),
    )
    # Whatever somebody's agent has today was seen before, and is not trusted anew because of an upgrade. Even the
    # owner sees no tenant's rows otherwise.
    for table in ("toolsets", "definitions"):
        op.execute(f"alter table {table} no force row level security")
    op.execute(
        """
        insert into definition_decisions (tenant_id, server_id, tool, hash, state)
        select distinct held.tenant_id, held.server_id, definitions.declared ->> 'name', held.hash, 'first'
        from (
          select tenant_id, split_part(entry, '/', 1) as server_id, split_part(entry, '/', 2) as hash
          from (
            select distinct on (tenant_id, user_id) tenant_id, definitions from toolsets
            order by tenant_id, user_id, revision desc
          ) latest, unnest(latest.definitions) as entry
        ) held
        join definitions on definitions.tenant_id = held.tenant_id and definitions.hash = held.hash
        """
    )
    for table in ("toolsets", "definitions"):
        op.execute(f"alter table {table} force row level security")
    _protect("definition_decisions")


def _threads() -> None:
    op.create_table(
        "thread_tools",
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        _tenant(),
        _texts("off"),
        _texts("kept"),
        sa.ForeignKeyConstraint(["tenant_id", "thread_id"], ["threads.tenant_id", "threads.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("thread_id"),
    )
    _protect("thread_tools")


def _tenant() -> "sa.Column[sa.Uuid[object]]":
    return sa.Column("tenant_id", sa.Uuid(), server_default=sa.text(TENANT), nullable=False)


def _texts(name: str) -> "sa.Column[list[str]]":
    return sa.Column(name, postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False)


def _protect(table: str) -> None:
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    condition = f"tenant_id = {TENANT}"
    op.execute(f"create policy tenant on {table} to interlock_runtime using ({condition}) with check ({condition})")
    op.execute(f"grant select, insert, update, delete on {table} to interlock_runtime")
