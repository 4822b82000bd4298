"""Limits and budgets, what was used, and which job is handed out next."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TENANT = "(nullif(current_setting('app.tenant'::text, true), ''::text))::uuid"
USER = (["tenant_id", "user_id"], ["users.tenant_id", "users.id"])

FIRST_OF = """
create function interlock_fetch_job(p_worker_id bigint, p_tenants text[], p_counts int[], p_most int)
returns procrastinate_jobs language plpgsql as $$
declare
    tenant text;
    found procrastinate_jobs;
begin
    for tenant in
        with recursive waiting as (
            (select args ->> 'tenant_id' as id from procrastinate_jobs where status = 'todo'
             order by args ->> 'tenant_id' limit 1)
            union all
            select (select args ->> 'tenant_id' from procrastinate_jobs
                    where status = 'todo' and args ->> 'tenant_id' > waiting.id
                    order by args ->> 'tenant_id' limit 1)
            from waiting where waiting.id is not null
        ),
        counted as (
            select waiting.id, coalesce(here.count, 0) as count
            from waiting left join unnest(p_tenants, p_counts) as here(id, count) on here.id = waiting.id
            where waiting.id is not null
        )
        select counted.id from counted where counted.count < p_most order by counted.count, random()
    loop
        select job.* into found from procrastinate_jobs job
        where job.status = 'todo' and job.args ->> 'tenant_id' = tenant and job.scheduled_at <= now()
          and not exists (
            select from procrastinate_jobs other where other.lock = job.lock
            and (other.status = 'doing' or (other.status = 'todo' and other.id < job.id)))
        order by job.scheduled_at, job.id limit 1 for update of job skip locked;
        if found.id is null then
            select job.* into found from procrastinate_jobs job
            where job.status = 'todo' and job.args ->> 'tenant_id' = tenant and job.scheduled_at is null
              and not exists (
                select from procrastinate_jobs other where other.lock = job.lock
                and (other.status = 'doing' or (other.status = 'todo' and other.id < job.id)))
            order by job.id limit 1 for update of job skip locked;
        end if;
        if found.id is not null then
            update procrastinate_jobs set status = 'doing', worker_id = p_worker_id
            where id = found.id returning * into found;
            return found;
        end if;
    end loop;
    return null;
end
$$
"""


def upgrade() -> None:
    _limits()
    _rate_windows()
    _usage()
    _reservations()
    for name in ("input_tokens", "output_tokens", "cost"):
        op.add_column("runs", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("runs", sa.Column("settled", sa.Uuid(), nullable=True))
    _queue()


def downgrade() -> None:
    raise RuntimeError("There is no way back: restore the backup from before the upgrade.")


def _limits() -> None:
    op.create_table(
        "limits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), server_default=sa.text(TENANT), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(*USER, ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute(
        "create unique index limits_of_one on limits (tenant_id, scope, coalesce(role, ''), "
        "coalesce(user_id, '00000000-0000-0000-0000-000000000000'), kind)"
    )
    _protect("limits")


def _rate_windows() -> None:
    # Unlogged: a crash of Postgres begins them anew, and nobody waits for the disk.
    op.create_table(
        "rate_windows",
        sa.Column("tenant_id", sa.Uuid(), server_default=sa.text(TENANT), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("minute", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("granted", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", "subject", "kind"),
        prefixes=["UNLOGGED"],
    )
    _protect("rate_windows")


def _usage() -> None:
    counts = [
        sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
        for name in ("input_tokens", "output_tokens", "cost", "calls", "answers")
    ]
    op.create_table(
        "usage",
        sa.Column("tenant_id", sa.Uuid(), server_default=sa.text(TENANT), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        *counts,
        sa.ForeignKeyConstraint(*USER, ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", "day", "model"),
    )
    op.create_index("usage_by_day", "usage", ["tenant_id", "day"])
    _protect("usage")


def _reservations() -> None:
    op.create_table(
        "reservations",
        sa.Column("tenant_id", sa.Uuid(), server_default=sa.text(TENANT), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("work_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "thread_id"], ["threads.tenant_id", "threads.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(*USER, ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", "thread_id", "work_id"),
    )
    _protect("reservations")


def _protect(table: str) -> None:
    condition = f"tenant_id = {TENANT}"
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"create policy tenant on {table} to interlock_runtime using ({condition}) with check ({condition})")
    op.execute(f"grant select, insert, update, delete on {table} to interlock_runtime")


def _queue() -> None:
    """A tenant's turn: who has least under way in the worker that asks comes first."""
    op.execute(
        "create index jobs_by_tenant on procrastinate_jobs ((args ->> 'tenant_id'), scheduled_at, id) "
        "where status = 'todo'"
    )
    op.execute("create index jobs_by_lock on procrastinate_jobs (lock) where status in ('todo', 'doing')")
    op.execute(FIRST_OF)
    op.execute("grant execute on function interlock_fetch_job(bigint, text[], int[], int) to interlock_queue")
