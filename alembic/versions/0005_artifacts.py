"""What tools gave for people to see or to download."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TENANT = "(nullif(current_setting('app.tenant'::text, true), ''::text))::uuid"


def upgrade() -> None:
    op.create_table(
        "artifacts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), server_default=sa.text(TENANT), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("mime_type", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "call_id"], ["calls.tenant_id", "calls.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id", "thread_id"], ["threads.tenant_id", "threads.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("artifacts_of_calls", "artifacts", ["tenant_id", "call_id"])
    op.create_index("artifacts_of_threads", "artifacts", ["tenant_id", "thread_id"])
    op.execute("alter table artifacts enable row level security")
    op.execute("alter table artifacts force row level security")
    condition = f"tenant_id = {TENANT}"
    op.execute(f"create policy tenant on artifacts to interlock_runtime using ({condition}) with check ({condition})")
    op.execute("grant select, insert, update, delete on artifacts to interlock_runtime")


def downgrade() -> None:
    raise RuntimeError("There is no way back: restore the backup from before the upgrade.")
