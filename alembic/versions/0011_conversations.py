"""Threads that are pinned, put away or just deleted, whose their titles are, and words to find messages by."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INDEXED_CHARACTERS = 100_000
"""Postgres refuses a vector of more than a megabyte, and the message with it."""


def upgrade() -> None:
    # The titles that are there already may all be people's.
    op.add_column("threads", sa.Column("title_by", sa.Text(), server_default="person", nullable=False))
    op.alter_column("threads", "title_by", server_default="words")
    for name in ("pinned_at", "archived_at", "deleted_at"):
        op.add_column("threads", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "alter table messages add column words tsvector not null generated always as "
        f"(to_tsvector('simple', left(content, {INDEXED_CHARACTERS}))) stored"
    )


def downgrade() -> None:
    raise RuntimeError("There is no way back: restore the backup from before the upgrade.")
