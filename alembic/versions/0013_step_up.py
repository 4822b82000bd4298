"""When the person behind a session proved who they are, and rules that want that to be recent."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("rules", sa.Column("critical", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    raise RuntimeError("There is no way back: restore the backup from before the upgrade.")
