"""Keys of programs, what tenants allow of them, and the generations of the key that signs tokens."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TENANT = "(nullif(current_setting('app.tenant'::text, true), ''::text))::uuid"
PRESENTED = "decode(nullif(current_setting('app.secret', true), ''), 'hex')"


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        _tenant(),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("of_tenant", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "id"),
        sa.UniqueConstraint("secret_hash"),
    )
    op.create_index("api_keys_by_user", "api_keys", ["tenant_id", "user_id"])
    # A program's key opens its own row before the tenant is known.
    _protect("api_keys", f"tenant_id = {TENANT} or secret_hash = {PRESENTED}")
    op.execute("grant select, insert, update, delete on api_keys to interlock_runtime")
    op.create_table(
        "key_policies",
        _tenant(),
        sa.Column("most_days", sa.Integer(), nullable=False),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    _protect("key_policies", f"tenant_id = {TENANT}")
    op.execute("grant select, insert, update, delete on key_policies to interlock_runtime")
    op.create_table(
        "token_keys",
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("generation"),
    )
    op.execute("alter table token_keys enable row level security")
    op.execute("alter table token_keys force row level security")
    # They are no tenant's and no secret: everybody checks tokens by them, and only the operator makes one.
    op.execute("create policy everybody on token_keys for select to interlock_runtime using (true)")
    op.execute("create policy rotation on token_keys to interlock_operator using (true) with check (true)")
    op.execute("grant select, insert on token_keys to interlock_operator")
    op.execute("grant select on token_keys to interlock_runtime")
    op.add_column("runs", sa.Column("key_id", sa.Uuid(), nullable=True))
    op.create_index("runs_by_key", "runs", ["tenant_id", "key_id"], postgresql_where=sa.text("key_id is not null"))


def downgrade() -> None:
    raise RuntimeError("There is no way back: restore the backup from before the upgrade.")


def _tenant() -> sa.Column[object]:
    return sa.Column("tenant_id", sa.Uuid(), server_default=sa.text(TENANT), nullable=False)


def _protect(table: str, condition: str) -> None:
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"create policy tenant on {table} to interlock_runtime using ({condition}) with check ({condition})")
