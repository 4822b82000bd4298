"""Export, deletion and retention over HTTP."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from interlock_platform.holdings.bodies import DeletionBody, ExportBody, MemberDeletion, OwnDeletion, RetentionBody
from interlock_platform.holdings.retaining.kept import Kept
from interlock_platform.holdings.retaining.retention import Retaining
from interlock_platform.holdings.service import Holdings
from interlock_platform.http.authentication import SignedIn


def holding_routes(holdings: Holdings, retaining: Retaining) -> APIRouter:
    router = APIRouter(prefix="/api/data", tags=["data"])

    @router.get("/jobs")
    async def jobs(who: SignedIn) -> dict[str, Any]:
        return {"jobs": await holdings.list_jobs(who)}

    @router.post("/exports", status_code=202)
    async def export(who: SignedIn, body: ExportBody) -> dict[str, Any]:
        return await holdings.export(who, organisation=body.of == "organisation")

    @router.get("/exports/{job_id}", response_class=StreamingResponse)
    async def archive(who: SignedIn, job_id: UUID) -> StreamingResponse:
        size, parts = await holdings.archive(who, job_id)
        headers = {
            "Content-Disposition": f'attachment; filename="interlock-export-{job_id}.zip"',
            "Content-Length": str(size),
            "Cache-Control": "no-store",
        }
        return StreamingResponse(parts, media_type="application/zip", headers=headers)

    @router.delete("/exports/{job_id}", status_code=204)
    async def drop_export(who: SignedIn, job_id: UUID) -> Response:
        await holdings.drop_export(who, job_id)
        return Response(status_code=204)

    @router.post("/deletions", status_code=202)
    async def erase(who: SignedIn, body: DeletionBody) -> dict[str, Any]:
        match body:
            case OwnDeletion():
                return await holdings.delete_person(who, who.user_id, body.name)
            case MemberDeletion():
                return await holdings.delete_person(who, body.user_id, body.name)
            case _:
                return await holdings.delete_tenant(who, body.name)

    @router.delete("/deletions/{job_id}", status_code=204)
    async def call_off(who: SignedIn, job_id: UUID) -> Response:
        await holdings.call_off(who, job_id)
        return Response(status_code=204)

    @router.get("/retention")
    async def show_retention(who: SignedIn) -> dict[str, int | None]:
        return asdict(await retaining.show(who))

    @router.put("/retention")
    async def set_retention(who: SignedIn, body: RetentionBody) -> dict[str, int | None]:
        return asdict(await retaining.set(who, Kept(**body.model_dump())))

    @router.post("/retention/preview")
    async def preview(who: SignedIn, body: RetentionBody) -> dict[str, int]:
        return await retaining.preview(who, Kept(**body.model_dump()))

    return router
