"""People of several tenants, invitations, and the provider's own session behind one of ours."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TENANT = "(nullif(current_setting('app.tenant'::text, true), ''::text))::uuid"
PRESENTED = "decode(nullif(current_setting('app.secret', true), ''), 'hex')"
PERSON = (
    "issuer = nullif(current_setting('app.issuer', true), '') "
    "and subject = nullif(current_setting('app.subject', true), '')"
)
SID = "decode(nullif(current_setting('app.sid', true), ''), 'hex')"


def upgrade() -> None:
    for name in ("email_verified", "invited", "unmapped"):
        op.add_column("users", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("users_by_person", "users", ["issuer", "subject"])
    op.add_column("sessions", sa.Column("sid", sa.LargeBinary(), nullable=True))
    op.create_index("sessions_by_sid", "sessions", ["sid"], postgresql_where="sid is not null")
    # Rows that one person, or one session at a provider, is behind: to be read, in whichever tenant, and nothing else.
    op.execute(f"create policy person on users for select to interlock_runtime using ({PERSON})")
    of_theirs = f"exists (select from users where users.tenant_id = tenants.id and {PERSON})"
    op.execute(f"create policy person on tenants for select to interlock_runtime using ({of_theirs})")
    op.execute(f"create policy sid on sessions for select to interlock_runtime using (sid = {SID})")
    _invitations()


def downgrade() -> None:
    raise RuntimeError("There is no way back: restore the backup from before the upgrade.")


def _invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), server_default=sa.text(TENANT), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id", "created_by"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id", "used_by"], ["users.tenant_id", "users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("secret_hash"),
    )
    op.execute("alter table invitations enable row level security")
    op.execute("alter table invitations force row level security")
    condition = f"tenant_id = {TENANT}"
    op.execute(f"create policy tenant on invitations to interlock_runtime using ({condition}) with check ({condition})")
    # Whoever has the link finds the one row that it is about before the tenant is known.
    op.execute(f"create policy link on invitations for select to interlock_runtime using (secret_hash = {PRESENTED})")
    op.execute("grant select, insert, update, delete on invitations to interlock_runtime")
