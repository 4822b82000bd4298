"""A grant as people see it: whether it is good for anything now, and the `Grant` of the wire."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from interlock_platform.policy.scope import scope_of
from interlock_platform.tables.policy import Grant

GrantState = Literal["live", "revoked", "expired", "used_up", "void"]


@dataclass(frozen=True)
class Standing:
    """A grant at a moment. `offered`: whether the definition that it is for is still what its people's agents have."""

    grant: Grant
    now: datetime
    offered: bool
    thread_title: str | None
    server_name: str | None
    names: Mapping[UUID, str]

    @property
    def state(self) -> GrantState:
        grant = self.grant
        if grant.revoked_at is not None:
            return "revoked"
        if grant.expires_at <= self.now:
            return "expired"
        if grant.uses_left == 0:
            return "used_up"
        return "live" if self.offered else "void"

    def wire(self, server_names: Mapping[str, str]) -> dict[str, Any]:
        grant = self.grant
        return {
            "id": str(grant.id),
            "scope": scope_of(grant),
            "user": self._person(grant.user_id),
            "thread_id": str(grant.thread_id) if grant.thread_id else None,
            "thread_title": self.thread_title,
            "server": grant.server_id,
            "server_name": self.server_name or server_names.get(grant.server_id, grant.server_id),
            "tool": grant.tool,
            "definition_hash": grant.definition_hash,
            "arguments": json.loads(grant.arguments) if grant.arguments is not None else None,
            "condition": grant.condition,
            "unattended": grant.unattended,
            "uses_left": grant.uses_left,
            "used": grant.used,
            "used_at": _time(grant.used_at),
            "expires_at": _time(grant.expires_at),
            "given_by": self._person(grant.given_by),
            "given_at": _time(grant.given_at),
            "revoked_by": self._person(grant.revoked_by),
            "revoked_at": _time(grant.revoked_at),
            "state": self.state,
        }

    def _person(self, user_id: UUID | None) -> dict[str, str] | None:
        return {"id": str(user_id), "name": self.names.get(user_id, "Somebody who left")} if user_id else None


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
