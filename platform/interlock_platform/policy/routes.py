"""The policy over HTTP: rules, why a call is asked about, and what a rule would have changed."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from interlock_platform.http.authentication import SignedIn
from interlock_platform.policy.bodies import Name, RuleBody
from interlock_platform.policy.service import Policies
from interlock_platform.policy.trying.explaining import Explaining
from interlock_platform.policy.trying.simulating import Simulating


class Question(BaseModel):
    model_config = ConfigDict(extra="forbid")
    server: Name
    tool: Name
    arguments: dict[str, Any]
    user_id: UUID | None = None
    thread_id: UUID | None = None
    unattended: Annotated[bool, Field(strict=True)] = False


class Trial(BaseModel):
    """`replaces` is the rule in whose place it would stand."""

    model_config = ConfigDict(extra="forbid")
    rule: RuleBody
    replaces: UUID | None = None
    since: Annotated[AwareDatetime | None, Field(alias="from")] = None
    until: Annotated[AwareDatetime | None, Field(alias="to")] = None


def policy_routes(policies: Policies, explaining: Explaining, simulating: Simulating) -> APIRouter:
    router = APIRouter(prefix="/api/policies", tags=["policy"])

    @router.get("")
    async def list_policies(who: SignedIn) -> dict[str, Any]:
        return await policies.list_rules(who)

    @router.post("", status_code=201)
    async def create_policy(who: SignedIn, body: RuleBody) -> dict[str, Any]:
        return await policies.create(who, body)

    @router.post("/explain")
    async def explain(who: SignedIn, asked: Question) -> dict[str, Any]:
        return await explaining.explain(
            who, server_id=asked.server, tool=asked.tool, arguments=asked.arguments, user_id=asked.user_id,
            thread_id=asked.thread_id, unattended=asked.unattended,
        )  # fmt: skip

    @router.post("/simulate")
    async def simulate(who: SignedIn, trial: Trial) -> dict[str, Any]:
        return await simulating.simulate(
            who, trial.rule, replaces=trial.replaces, since=trial.since, until=trial.until
        )  # fmt: skip

    @router.patch("/{rule_id}")
    async def change_policy(who: SignedIn, rule_id: UUID, change: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        return await policies.change(who, rule_id, change)

    @router.delete("/{rule_id}", status_code=204)
    async def delete_policy(who: SignedIn, rule_id: UUID) -> None:
        await policies.delete(who, rule_id)

    return router
