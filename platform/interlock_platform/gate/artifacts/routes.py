"""What tools gave, over HTTP: whatever it is, a browser runs nothing of it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Response

from interlock_platform.database import Database, Scope
from interlock_platform.errors import not_found
from interlock_platform.gate.artifacts import store
from interlock_platform.gate.artifacts.ranges import Unsatisfiable, part_of
from interlock_platform.gate.artifacts.sorting import BINARY
from interlock_platform.gate.inbox import visible
from interlock_platform.http.authentication import SignedIn

SHOWN = frozenset(
    f"{kind}/{sub}"
    for kind, subs in (
        ("image", ("png", "jpeg", "gif", "webp", "avif")),
        ("audio", ("mpeg", "wav", "x-wav", "ogg", "webm", "mp4", "aac", "flac")),
    )
    for sub in subs
)
"""Types that a browser only draws or plays; an SVG is not among them, for it may hold a script."""


def artifact_routes(database: Database) -> APIRouter:
    router = APIRouter(prefix="/api/artifacts", tags=["approvals"])

    @router.get("/{artifact_id}", response_class=Response)
    async def show_artifact(
        who: SignedIn,
        artifact_id: UUID,
        asked: Annotated[str | None, Header(alias="Range")] = None,
        unless: Annotated[str | None, Header(alias="If-Range")] = None,
    ) -> Response:
        """For whoever may see the card of its call; a part of it where one is asked for."""
        async with database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            found = await store.find(session, artifact_id)
            if found is None:
                raise not_found()
            await visible(session, who, found.call_id)
        shown = found.mime_type in SHOWN
        headers = {
            "Content-Disposition": f'{"inline" if shown else "attachment"}; filename="{found.name}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Accept-Ranges": "bytes",
            # What is kept never changes.
            "ETag": f'"{found.id}"',
        }
        media_type, size = found.mime_type if shown else BINARY, len(found.data)
        try:
            part = part_of(asked if unless in (None, headers["ETag"]) else None, size)
        except Unsatisfiable:
            return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
        if part is None:
            return Response(found.data, media_type=media_type, headers=headers)
        first, last = part
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        return Response(found.data[first : last + 1], 206, media_type=media_type, headers=headers)

    return router
