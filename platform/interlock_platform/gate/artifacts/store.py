"""The rows of what is kept with calls."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_platform.gate.artifacts.sorting import Kept
from interlock_platform.tables.artifacts import Artifact


async def keep(session: AsyncSession, thread_id: UUID, call_id: UUID, kept: Sequence[Kept]) -> None:
    session.add_all(
        Artifact(
            id=each.id, thread_id=thread_id, call_id=call_id, mime_type=each.mime_type, name=each.name, data=each.data
        )
        for each in kept
    )


async def of_call(session: AsyncSession, call_id: UUID) -> Sequence[Artifact]:
    return (await session.scalars(select(Artifact).where(col(Artifact.call_id) == call_id))).all()


async def find(session: AsyncSession, artifact_id: UUID) -> Artifact | None:
    return await session.get(Artifact, artifact_id)
