"""Whether the process lives, and whether what it depends on answers."""

from fastapi import APIRouter

from interlock_platform.database import Database


def health_routes(database: Database) -> APIRouter:
    router = APIRouter(tags=["operations"])

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz")
    async def readyz() -> dict[str, str]:
        """503 while the database does not answer."""
        await database.ping()
        return {"status": "ok", "database": "ok"}

    return router
