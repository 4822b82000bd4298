"""Threads that are pinned, put away or just deleted, and whose their titles are."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The titles that are there already may all be people's.
    op.add_column("threads", sa.Column("title_by", sa.Text(), server_default="person", nullable=False))
    op.alter_column("threads", "title_by", server_default="words")
    for name in ("pinned_at", "archived_at", "deleted_at"):
        op.add_column("threads", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    raise RuntimeError("There is no way back: restore the backup from before the upgrade.")
