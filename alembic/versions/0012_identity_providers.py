"""Identity providers that tenants enter for their own people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TENANT = "(nullif(current_setting('app.tenant'::text, true), ''::text))::uuid"
PROVIDER = "(nullif(current_setting('app.provider', true), ''))::uuid"


def upgrade() -> None:
    op.create_table(
        "identity_providers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), server_default=sa.text(TENANT), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("roles_claim", sa.Text(), nullable=False),
        sa.Column("roles_known", postgresql.JSONB(), nullable=False),
        sa.Column("otherwise", sa.Text(), nullable=True),
        sa.Column("creates", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"], ["users.tenant_id", "users.id"], ondelete="SET NULL (created_by)"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "issuer"),
    )
    op.execute("alter table identity_providers enable row level security")
    op.execute("alter table identity_providers force row level security")
    own = f"tenant_id = {TENANT}"
    op.execute(f"create policy tenant on identity_providers to interlock_runtime using ({own}) with check ({own})")
    # Whoever signs in names the provider before the tenant is known.
    op.execute(f"create policy named on identity_providers for select to interlock_runtime using (id = {PROVIDER})")
    op.execute("grant select, insert, delete on identity_providers to interlock_runtime")


def downgrade() -> None:
    raise RuntimeError("There is no way back: restore the backup from before the upgrade.")
