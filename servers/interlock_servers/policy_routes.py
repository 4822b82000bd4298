"""The doors of the policy, made of what a process has open."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.grants.store import find
from interlock_platform.policy.classes.routes import tool_class_routes
from interlock_platform.policy.classes.service import ToolClasses
from interlock_platform.policy.routes import policy_routes
from interlock_platform.policy.service import Policies
from interlock_platform.policy.trying.explaining import Explaining
from interlock_platform.policy.trying.simulating import Simulating
from interlock_servers.resources import Resources


def all_policy_routes(resources: Resources) -> tuple[APIRouter, ...]:
    database, servers = resources.database, resources.tools.servers
    names = {server_id: entry.spec.name for server_id, entry in servers.catalogue.entries.items()}

    async def show_grant(session: AsyncSession, grant_id: UUID) -> dict[str, Any] | None:
        found = await find(session, grant_id)
        return found.wire(names) if found else None

    policies = Policies(database, servers)
    explaining = Explaining(database, resources.judging, servers, show_grant)
    return (
        policy_routes(policies, explaining, Simulating(database, policies)),
        tool_class_routes(ToolClasses(database, servers)),
    )
