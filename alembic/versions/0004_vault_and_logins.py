"""The vault, and people's sign-ins to servers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TENANT = "(nullif(current_setting('app.tenant'::text, true), ''::text))::uuid"


def upgrade() -> None:
    _vault()
    _logins()


def downgrade() -> None:
    raise RuntimeError("There is no way back: restore the backup from before the upgrade.")


def _vault() -> None:
    op.create_table(
        "secrets",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        _tenant(),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("server_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _now("created_at"),
        _of_user(),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "user_id", "server_id", "name", postgresql_nulls_not_distinct=True),
    )
    op.create_index("secrets_by_key", "secrets", ["key_id", "id"])
    _protect("secrets")
    # Who changes the key wraps every tenant's secrets anew, and needs to read none of them.
    op.execute("create policy rotation on secrets to current_user using (true) with check (true)")


def _logins() -> None:
    op.create_table(
        "logins",
        _tenant(),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("server_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("challenge", postgresql.JSONB(), nullable=True),
        sa.Column("grant", postgresql.JSONB(), nullable=True),
        sa.Column("account", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        _now("changed_at"),
        _of_user(),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", "server_id"),
    )
    op.create_table(
        "login_flows",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        _tenant(),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("server_id", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        _of_user(),
        sa.PrimaryKeyConstraint("state_hash"),
    )
    op.create_table(
        "login_clients",
        _tenant(),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("auth_method", sa.Text(), nullable=False),
        _now("created_at"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "issuer", "redirect_uri"),
    )
    for table in ("logins", "login_flows", "login_clients"):
        _protect(table)


def _tenant() -> "sa.Column[sa.Uuid[object]]":
    return sa.Column("tenant_id", sa.Uuid(), server_default=sa.text(TENANT), nullable=False)


def _now(name: str) -> "sa.Column[sa.DateTime]":
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _of_user() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE")


def _protect(table: str) -> None:
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    condition = f"tenant_id = {TENANT}"
    op.execute(f"create policy tenant on {table} to interlock_runtime using ({condition}) with check ({condition})")
    op.execute(f"grant select, insert, update, delete on {table} to interlock_runtime")
