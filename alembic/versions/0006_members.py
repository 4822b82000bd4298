"""Roles that an admin has set here, and the browsers that sessions are of."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("roles_set", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("sessions", sa.Column("agent", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    raise RuntimeError("There is no way back: restore the backup from before the upgrade.")
