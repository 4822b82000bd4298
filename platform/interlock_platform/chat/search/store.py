"""What a person's threads have of some words."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

BEGINS, ENDS = "\x02", "\x03"
"""Around a hit: characters that no text keeps on its way here, so that they can't be forged."""
WHOLE = f'StartSel="{BEGINS}", StopSel="{ENDS}", HighlightAll=true'
PARTS = f'StartSel="{BEGINS}", StopSel="{ENDS}", MaxFragments=2, MaxWords=18, MinWords=8, FragmentDelimiter=" … "'

# The last word may still be on its way: it stands for all that begin so. No vector is stored: it is as large as the
# text, and with row-level security no index on it is used, because Postgres looks at whose a row is before it asks
# whether it matches. It refuses a vector of more than a megabyte.
ASKED = r"""
with asked as (
    select case when plain::text ~ '''$' and cast(:q as text) ~ '\w$' then (plain::text || ':*')::tsquery else plain end
        as query
    from websearch_to_tsquery('simple', :q) as plain
)
"""
THREADS = text(rf"""{ASKED}
select t.id, t.title, t.archived_at is not null as archived, t.updated_at,
    ts_headline('simple', translate(t.title, '{BEGINS}{ENDS}', ''), asked.query, :whole) as marked
from asked cross join threads t
where t.user_id = :user_id and t.deleted_at is null
    and (to_tsvector('simple', t.title) @@ asked.query or strpos(lower(t.title), lower(:q)) > 0)
order by t.updated_at desc, t.id desc limit :most
""")  # noqa: S608 - of constants
MESSAGES = text(rf"""{ASKED}, found as (
    select m.thread_id, t.title, t.archived_at is not null as archived, m.run_id, m.id, m.role, m.created_at, m.content
    from asked cross join threads t join messages m on m.thread_id = t.id
    where t.user_id = :user_id and t.deleted_at is null
        and to_tsvector('simple', left(m.content, 100000)) @@ asked.query
        and (cast(:at as timestamptz) is null or (m.created_at, m.id) < (:at, cast(:id as uuid)))
    order by m.created_at desc, m.id desc limit :most
)
select found.*, ts_headline('simple', translate(left(content, 100000), '{BEGINS}{ENDS}', ''), asked.query, :parts)
    as marked
from found cross join asked order by found.created_at desc, found.id desc
""")  # noqa: S608 - of constants


async def threads(session: AsyncSession, user_id: UUID, asked: str, most: int) -> Sequence[Row[Any]]:
    """By their titles, the latest first."""
    return (await session.execute(THREADS, {"q": asked, "user_id": user_id, "most": most, "whole": WHOLE})).all()


async def messages(
    session: AsyncSession, user_id: UUID, asked: str, *, before: tuple[datetime, UUID] | None, most: int
) -> Sequence[Row[Any]]:
    """By what was said, the latest first."""
    at, message_id = before or (None, None)
    values = {"q": asked, "user_id": user_id, "most": most, "parts": PARTS, "at": at, "id": message_id}
    return (await session.execute(MESSAGES, values)).all()
