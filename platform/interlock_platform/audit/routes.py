"""The record over HTTP."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from interlock_platform.audit.service import Trail
from interlock_platform.audit.store import Wanted
from interlock_platform.http.authentication import SignedIn
from interlock_platform.text import STORABLE

PAGE = 50
LARGEST_PAGE = 200
GREATEST = 2**63 - 1
Word = Annotated[str | None, Query(max_length=200), STORABLE]


def audit_routes(trail: Trail) -> APIRouter:
    router = APIRouter(prefix="/api/audit", tags=["audit"])

    @router.get("")
    async def read(
        who: SignedIn,
        before: Annotated[int | None, Query(ge=1, le=GREATEST)] = None,
        limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
        actor: UUID | None = None,
        action: Word = None,
        target: Word = None,
        begin: Annotated[datetime | None, Query(alias="from")] = None,
        end: Annotated[datetime | None, Query(alias="to")] = None,
    ) -> dict[str, Any]:
        """`action` is a whole one or its first word; `from` is included, `to` is not."""
        return await trail.read(who, Wanted(before, actor, action, target, _utc(begin), _utc(end)), limit)

    @router.get("/export", response_class=StreamingResponse)
    async def export(who: SignedIn) -> StreamingResponse:
        name = f"interlock-audit-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.ndjson"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Accel-Buffering": "no"}
        return StreamingResponse(await trail.export(who), media_type="application/x-ndjson", headers=headers)

    @router.get("/key")
    async def key(_who: SignedIn) -> dict[str, str]:
        return {"public_key": trail.public_key}

    return router


def _utc(time: datetime | None) -> datetime | None:
    """A time without a zone is UTC, as everywhere in the protocol."""
    return time.replace(tzinfo=UTC) if time is not None and time.tzinfo is None else time
