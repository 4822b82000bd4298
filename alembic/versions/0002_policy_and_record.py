"""Rules, grants, classes of tools, approvals by several people, and the record as one chain per tenant."""

from datetime import UTC
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from interlock_platform.audit.chain import entry_hash

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TENANT = "(nullif(current_setting('app.tenant'::text, true), ''::text))::uuid"


def upgrade() -> None:
    _calls()
    _policy()
    _record()


def downgrade() -> None:
    raise RuntimeError("There is no way back: restore the backup from before the upgrade.")


def _calls() -> None:
    for column in (
        sa.Column("kind", sa.Text(), server_default="tool", nullable=False),
        sa.Column("generation", sa.Integer(), server_default="0", nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("connection", sa.Text(), server_default="", nullable=False),
        sa.Column("effect", sa.Text(), server_default="at_most_once", nullable=False),
        sa.Column("risk", sa.Text(), nullable=True),
        sa.Column("unattended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("terms", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=True),
        sa.Column("extensions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("input", postgresql.JSON(), nullable=True),
    ):
        op.add_column("calls", column)
    op.drop_constraint("calls_thread_id_run_id_tool_call_id_key", "calls")
    op.create_unique_constraint(None, "calls", ["thread_id", "run_id", "tool_call_id", "kind", "generation"])
    op.create_index("calls_by_time", "calls", ["tenant_id", "created_at"])
    op.add_column("runs", sa.Column("unattended", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column(
        "connections", sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False)
    )
    op.create_table(
        "approvals",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), server_default=sa.text(TENANT), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "call_id"], ["calls.tenant_id", "calls.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("call_id", "user_id", "seal"),
    )
    _protect("approvals", f"tenant_id = {TENANT}", "select, insert, update, delete")


def _policy() -> None:
    op.create_table(
        "rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), server_default=sa.text(TENANT), nullable=True),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("server_id", sa.Text(), nullable=True),
        sa.Column("tool", sa.Text(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("thread_id", sa.Uuid(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=True),
        sa.Column("approvers", postgresql.JSONB(), nullable=True),
        sa.Column("expiry", postgresql.JSONB(), nullable=True),
        sa.Column("grants", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("changed", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("rules_by_change", "rules", ["tenant_id", "changed"])
    op.execute("alter table rules enable row level security")
    op.execute("alter table rules force row level security")
    # The operator's rules hold for every tenant: each of them reads those, and only the schema's owner writes them.
    op.execute(f"create policy tenant on rules to interlock_runtime using (tenant_id = {TENANT})")
    op.execute("create policy platform on rules for select to interlock_runtime using (tenant_id is null)")
    op.execute("create policy operator on rules to current_user using (tenant_id is null)")
    op.execute("grant select, insert, update on rules to interlock_runtime")
    op.create_table(
        "tool_classes",
        sa.Column("tenant_id", sa.Uuid(), server_default=sa.text(TENANT), nullable=False),
        sa.Column("server_id", sa.Text(), nullable=False),
        sa.Column("tool", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("risk", sa.Text(), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "server_id", "tool"),
    )
    _protect("tool_classes", f"tenant_id = {TENANT}", "select, insert, update, delete")
    op.create_table(
        "grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), server_default=sa.text(TENANT), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("thread_id", sa.Uuid(), nullable=True),
        sa.Column("server_id", sa.Text(), nullable=False),
        sa.Column("tool", sa.Text(), nullable=False),
        sa.Column("definition_hash", sa.Text(), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=True),
        sa.Column("condition", sa.Text(), nullable=True),
        sa.Column("unattended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=True),
        sa.Column("used", sa.Integer(), server_default="0", nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_call", sa.Uuid(), nullable=True),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id", "thread_id"], ["threads.tenant_id", "threads.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "grants_live",
        "grants",
        ["tenant_id", "server_id", "tool", "user_id"],
        postgresql_where="revoked_at is null",
    )
    _protect("grants", f"tenant_id = {TENANT}", "select, insert, update, delete")
    op.execute("grant usage on all sequences in schema public to interlock_runtime")


def _record() -> None:
    op.create_table(
        "audit_heads",
        sa.Column("tenant_id", sa.Uuid(), server_default=sa.text(TENANT), nullable=False),
        sa.Column("seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("hash", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    op.add_column("audit", sa.Column("seq", sa.BigInteger(), nullable=True))
    op.add_column("audit", sa.Column("hash", sa.Text(), nullable=True))
    op.alter_column("audit", "data", type_=postgresql.JSON(), postgresql_using="data::json")
    op.alter_column("audit", "at", server_default=None)
    # Even the owner sees no tenant's rows otherwise, and these are everybody's.
    op.execute("alter table audit no force row level security")
    _chain_what_is_there()
    op.execute("alter table audit force row level security")
    op.drop_constraint("audit_pkey", "audit")
    op.drop_column("audit", "id")
    op.alter_column("audit", "seq", nullable=False)
    op.alter_column("audit", "hash", nullable=False)
    op.create_primary_key("audit_pkey", "audit", ["tenant_id", "seq"])
    op.create_index("audit_by_time", "audit", ["tenant_id", "at"])
    op.create_index("audit_by_target", "audit", ["tenant_id", "target"])
    _protect("audit_heads", f"tenant_id = {TENANT}", "select, insert, update")


def _chain_what_is_there() -> None:
    heads: dict[UUID, tuple[int, str]] = {}
    numbered = sa.text("update audit set seq = :seq, hash = :hash where id = :id")
    written = sa.text("select id, tenant_id, at, actor, action, target, data from audit order by tenant_id, id")
    database = op.get_bind()
    for rows in database.execute(written, execution_options={"yield_per": 1000}).partitions():
        values = []
        for row in rows:
            seq, previous = heads.get(row.tenant_id, (0, ""))
            heads[row.tenant_id] = seq + 1, entry_hash(previous, _entry(row, seq + 1))
            values.append({"id": row.id, "seq": seq + 1, "hash": heads[row.tenant_id][1]})
        database.execute(numbered, values)
    begun = sa.text("insert into audit_heads (tenant_id, seq, hash) values (:tenant, :seq, :hash)")
    for tenant_id, (seq, last) in heads.items():
        database.execute(begun, {"tenant": tenant_id, "seq": seq, "hash": last})


def _entry(row: sa.Row[Any], seq: int) -> dict[str, Any]:
    return {
        "tenant": str(row.tenant_id),
        "seq": seq,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": str(row.actor) if row.actor else None,
        "action": row.action,
        "target": row.target,
        "data": row.data,
    }


def _protect(table: str, condition: str, may: str) -> None:
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"create policy tenant on {table} to interlock_runtime using ({condition}) with check ({condition})")
    op.execute(f"grant {may} on {table} to interlock_runtime")
