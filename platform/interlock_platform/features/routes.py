"""Features over HTTP."""

from dataclasses import asdict

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from interlock_platform.features.service import Switchboard
from interlock_platform.http.authentication import SignedIn


class FeatureChanges(BaseModel):
    """What is not named stays as it is."""

    model_config = ConfigDict(extra="forbid", strict=True)
    sampling: bool | None = None
    url_questions: bool | None = None
    personal_servers: bool | None = None
    own_permissions: bool | None = None
    offers: bool | None = None


def feature_routes(switchboard: Switchboard) -> APIRouter:
    router = APIRouter(prefix="/api/features", tags=["features"])

    @router.get("")
    async def show(who: SignedIn) -> dict[str, bool]:
        return asdict(await switchboard.show(who))

    @router.patch("")
    async def switch(who: SignedIn, changes: FeatureChanges) -> dict[str, bool]:
        wanted = {name: on for name, on in changes.model_dump(exclude_unset=True).items() if on is not None}
        return asdict(await switchboard.switch(who, wanted))

    return router
