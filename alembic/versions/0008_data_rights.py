"""Features and retention, taking out and deleting, the operator's own role, and keys that name the tenant."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TENANT = "(nullif(current_setting('app.tenant'::text, true), ''::text))::uuid"
OWN = f"tenant_id = {TENANT}"


def upgrade() -> None:
    _choices()
    _holdings()
    _keys()
    _operator()


def downgrade() -> None:
    raise RuntimeError("There is no way back: restore the backup from before the upgrade.")


def _choices() -> None:
    op.create_table(
        "feature_choices",
        _tenant(),
        sa.Column("feature", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        _now("changed_at"),
        sa.PrimaryKeyConstraint("tenant_id", "feature"),
    )
    op.create_table(
        "retentions",
        _tenant(),
        *(sa.Column(kind, sa.Integer(), nullable=True) for kind in ("threads", "artifacts", "sessions", "jobs")),
        sa.Column("toolsets", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        _now("changed_at"),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    for table in ("feature_choices", "retentions"):
        _protect(table)


def _holdings() -> None:
    op.add_column("users", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tenants", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "data_jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        _tenant(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), server_default="", nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        _now("created_at"),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in ("due_at", "ended_at", "expires_at")),
        sa.ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id", "asked_by"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "id"),
    )
    op.create_index("data_jobs_by_time", "data_jobs", ["tenant_id", "created_at"])
    op.create_table(
        "export_parts",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        _tenant(),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "job_id"], ["data_jobs.tenant_id", "data_jobs.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "number"),
    )
    for table in ("data_jobs", "export_parts"):
        _protect(table)
    op.execute("grant delete on rules to interlock_runtime")


def _keys() -> None:
    """What is somebody's or a chat's goes with them, and can be nobody else's. Checked without keeping writers out."""
    # Even the owner sees no tenant's rows otherwise, and rules of chats that were deleted are everybody's.
    for table in ("rules", "threads", "users", "approvals"):
        op.execute(f"alter table {table} no force row level security")
    op.execute(
        "delete from rules where thread_id is not null and not exists (select from threads "
        "where threads.tenant_id = rules.tenant_id and threads.id = rules.thread_id)"
    )
    for table, column, to in (
        ("rules", "user_id", "users"),
        ("rules", "thread_id", "threads"),
        ("approvals", "user_id", "users"),
    ):
        name = f"{table}_tenant_id_{column}_fkey"
        op.execute(
            f"alter table {table} add constraint {name} foreign key (tenant_id, {column}) "
            f"references {to} (tenant_id, id) on delete cascade not valid"
        )
        op.execute(f"alter table {table} validate constraint {name}")
    for table in ("rules", "threads", "users", "approvals"):
        op.execute(f"alter table {table} force row level security")
    op.create_index("rules_of_threads", "rules", ["tenant_id", "thread_id"], postgresql_where="thread_id is not null")


def _operator() -> None:
    """Sees which tenants there are; changes one tenant's rows at a time, in that tenant's scope and on its record."""
    op.execute("create policy operator on tenants for select to interlock_operator using (true)")
    op.execute("grant select (id, erased_at) on tenants to interlock_operator")
    op.execute("drop policy rotation on secrets")
    op.execute("create policy rotation on secrets for select to interlock_operator using (true)")
    op.execute(f"create policy rewrapping on secrets for update to interlock_operator using ({OWN}) with check ({OWN})")
    op.execute("grant select, update (key_id, wrapped) on secrets to interlock_operator")
    for table, may in (("audit", "select, insert, delete"), ("audit_heads", "select, insert, update")):
        op.execute(f"create policy operator on {table} to interlock_operator using ({OWN}) with check ({OWN})")
        op.execute(f"grant {may} on {table} to interlock_operator")


def _tenant() -> "sa.Column[sa.Uuid[object]]":
    return sa.Column("tenant_id", sa.Uuid(), server_default=sa.text(TENANT), nullable=False)


def _now(name: str) -> "sa.Column[sa.DateTime]":
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _protect(table: str) -> None:
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"create policy tenant on {table} to interlock_runtime using ({OWN}) with check ({OWN})")
    op.execute(f"grant select, insert, update, delete on {table} to interlock_runtime")
