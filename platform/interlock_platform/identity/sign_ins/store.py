"""The rows of what is under way for a few minutes, each found by its secret alone."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession


async def add_sign_in(session: AsyncSession, secret_hash: bytes, data: dict[str, Any], lasts: timedelta) -> None:
    """Also clears away those that nobody came back to."""
    # Row-level security keeps this to what has expired: the row that is being made is not there yet.
    await session.execute(text("delete from sign_ins"))
    await session.execute(
        text(
            "insert into sign_ins (secret_hash, data, expires_at) values (:hash, cast(:data as jsonb), now() + :lasts)"
        ),
        {"hash": secret_hash, "data": json.dumps(data), "lasts": lasts},
    )


async def add_once(session: AsyncSession, secret_hash: bytes, lasts: timedelta) -> bool:
    """Whether this was not there yet: something that may come once, as long as it could come again."""
    row = await _one(
        session,
        "insert into sign_ins (secret_hash, data, expires_at) values (:hash, '{}', now() + :lasts) "
        "on conflict do nothing returning true",
        hash=secret_hash,
        lasts=lasts,
    )
    return row is not None


async def read_sign_in(session: AsyncSession, secret_hash: bytes) -> dict[str, Any] | None:
    """One that is in time, which stays."""
    row = await _one(
        session, "select data from sign_ins where secret_hash = :hash and expires_at > now()", hash=secret_hash
    )
    return row.data if row is not None else None


async def take_sign_in(session: AsyncSession, secret_hash: bytes) -> dict[str, Any] | None:
    """The sign-in, at most once and in time."""
    row = await _one(
        session,
        "delete from sign_ins where secret_hash = :hash returning data, expires_at > now() as live",
        hash=secret_hash,
    )
    return row.data if row is not None and row.live else None


async def _one(session: AsyncSession, statement: str, **values: Any) -> Row[Any] | None:
    return (await session.execute(text(statement), values)).one_or_none()
