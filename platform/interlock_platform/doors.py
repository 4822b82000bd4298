"""Every door there is, and who may come through it: read by the routes, by the socket events, and by the tests.

A door that is not in here lets nobody in. Behind many of them lies what is somebody's: there everybody else is answered
as if it were nobody's, and some rights depend on what is asked (a rule about oneself, or about others).
"""

from interlock_platform.errors import Problem
from interlock_platform.principal import ByKey, Principal
from interlock_platform.rights import ScopeName, require

ANYBODY = "anybody"
"""Also without a session."""
A_PERSON = "a person"
"""Whoever is signed in, whatever their roles."""
A_PROGRAM = "a program"
"""Whoever comes with a key, whatever it is for; no person."""

ROUTES = {
    "GET /auth/login": ANYBODY,
    "GET /auth/callback": ANYBODY,
    "GET /auth/callback/{provider_id}": ANYBODY,
    "POST /auth/logout": ANYBODY,
    "POST /auth/backchannel-logout/{provider_id}": ANYBODY,
    "GET /auth/frontchannel-logout/{provider_id}": ANYBODY,
    "GET /api/me": A_PERSON,
    "GET /api/tenants": A_PERSON,
    "POST /api/tenants/{tenant_id}/switch": A_PERSON,
    "POST /api/initialize": A_PERSON,
    "GET /api/members": "members.see",
    "PATCH /api/members/{user_id}": "members.manage",
    "GET /api/members/{user_id}/sessions": "members.manage",
    "DELETE /api/members/{user_id}/sessions": "members.manage",
    "GET /api/invitations": "members.manage",
    "POST /api/invitations": "members.manage",
    "DELETE /api/invitations/{invitation_id}": "members.manage",
    "GET /api/identity-providers": "members.manage",
    "POST /api/identity-providers": "members.manage",
    "DELETE /api/identity-providers/{provider_id}": "members.manage",
    "GET /join/{secret}": ANYBODY,
    "POST /join/{secret}": ANYBODY,
    "GET /api/keys": A_PERSON,
    "POST /api/keys": A_PERSON,
    "DELETE /api/keys/{key_id}": A_PERSON,
    "PUT /api/keys/policy": "keys.manage",
    "POST /api/token": A_PROGRAM,
    "GET /.well-known/jwks.json": ANYBODY,
    "GET /api/sessions": A_PERSON,
    "DELETE /api/sessions": A_PERSON,
    "DELETE /api/sessions/{session_id}": A_PERSON,
    "GET /api/search": A_PERSON,
    "GET /api/threads": A_PERSON,
    "POST /api/threads": "runs.start",
    "GET /api/threads/{thread_id}": A_PERSON,
    "PATCH /api/threads/{thread_id}": A_PERSON,
    "DELETE /api/threads/{thread_id}": A_PERSON,
    "POST /api/threads/{thread_id}/restore": A_PERSON,
    "GET /api/threads/{thread_id}/messages": A_PERSON,
    "GET /api/threads/{thread_id}/tools": A_PERSON,
    "PUT /api/threads/{thread_id}/tools": A_PERSON,
    "GET /api/threads/{thread_id}/events": A_PERSON,
    "POST /api/threads/{thread_id}/runs": "runs.start",
    "POST /api/threads/{thread_id}/runs/{run_id}/cancel": A_PERSON,
    "POST /api/chat/stream": "runs.start",
    "GET /api/approvals": A_PERSON,
    "GET /api/approvals/{call_id}": A_PERSON,
    "POST /api/approvals/{call_id}/decision": A_PERSON,
    "POST /api/approvals/{call_id}/resolution": A_PERSON,
    "POST /api/approvals/{call_id}/extension": A_PERSON,
    "GET /api/artifacts/{artifact_id}": A_PERSON,
    "GET /api/policies": A_PERSON,
    "POST /api/policies": A_PERSON,
    "POST /api/policies/explain": A_PERSON,
    "POST /api/policies/simulate": "policy.manage",
    "PATCH /api/policies/{rule_id}": A_PERSON,
    "DELETE /api/policies/{rule_id}": A_PERSON,
    "GET /api/tool-classes": A_PERSON,
    "PUT /api/tool-classes": "policy.manage",
    "GET /api/grants": A_PERSON,
    "POST /api/grants": A_PERSON,
    "DELETE /api/grants/{grant_id}": A_PERSON,
    "GET /api/data/jobs": A_PERSON,
    "POST /api/data/exports": A_PERSON,
    "GET /api/data/exports/{job_id}": A_PERSON,
    "DELETE /api/data/exports/{job_id}": A_PERSON,
    "POST /api/data/deletions": A_PERSON,
    "DELETE /api/data/deletions/{job_id}": A_PERSON,
    "GET /api/data/retention": "data.manage",
    "PUT /api/data/retention": "data.manage",
    "POST /api/data/retention/preview": "data.manage",
    "GET /api/features": A_PERSON,
    "PATCH /api/features": "features.manage",
    "GET /api/usage": A_PERSON,
    "GET /api/usage/tenant": "limits.manage",
    "GET /api/limits": "limits.manage",
    "PUT /api/limits": "limits.manage",
    "GET /api/audit": "audit.read",
    "GET /api/audit/export": "audit.read",
    "GET /api/audit/key": "audit.read",
    "GET /api/servers": A_PERSON,
    "POST /api/servers": A_PERSON,
    "POST /api/servers/test": A_PERSON,
    "POST /api/servers/import": A_PERSON,
    "GET /api/servers/export": A_PERSON,
    "GET /api/servers/policy": A_PERSON,
    "PUT /api/servers/policy": "servers.manage",
    "GET /api/servers/{server_id}": A_PERSON,
    "PATCH /api/servers/{server_id}": A_PERSON,
    "DELETE /api/servers/{server_id}": A_PERSON,
    "GET /api/servers/{server_id}/definitions": A_PERSON,
    "POST /api/servers/{server_id}/definitions/accept": A_PERSON,
    "POST /api/servers/{server_id}/connect": "runs.start",
    "POST /api/servers/{server_id}/disconnect": A_PERSON,
    "POST /api/servers/{server_id}/login": "runs.start",
    "POST /api/servers/{server_id}/logout": A_PERSON,
    "GET /api/servers/login/callback": ANYBODY,
    "GET /oauth/client-metadata.json": ANYBODY,
    "GET /api/servers/{server_id}/resources": A_PERSON,
    "GET /api/servers/{server_id}/resource": A_PERSON,
    "POST /api/servers/{server_id}/resource": A_PERSON,
    "GET /api/servers/{server_id}/resource-templates": A_PERSON,
    "POST /api/servers/{server_id}/completion": A_PERSON,
    "GET /api/servers/{server_id}/prompts": A_PERSON,
    "POST /api/servers/{server_id}/prompt": A_PERSON,
    "GET /api/toolset": A_PERSON,
    "GET /healthz": ANYBODY,
    "GET /readyz": ANYBODY,
    "GET /metrics": ANYBODY,
}
"""A route's method and path -> `ANYBODY`, `A_PERSON`, `A_PROGRAM`, or the right that it takes."""

PROGRAMS: dict[str, ScopeName] = {
    "GET /api/threads": "threads.read",
    "GET /api/threads/{thread_id}": "threads.read",
    "GET /api/threads/{thread_id}/messages": "threads.read",
    "GET /api/threads/{thread_id}/events": "threads.read",
    "GET /api/threads/{thread_id}/tools": "threads.read",
    "GET /api/approvals": "threads.read",
    "GET /api/approvals/{call_id}": "threads.read",
    "GET /api/artifacts/{artifact_id}": "threads.read",
    "POST /api/threads": "runs.start",
    "POST /api/threads/{thread_id}/runs": "runs.start",
    "POST /api/threads/{thread_id}/runs/{run_id}/cancel": "runs.start",
    "POST /api/chat/stream": "runs.start",
    "GET /api/servers": "tools.connect",
    "GET /api/toolset": "tools.connect",
    "POST /api/servers/{server_id}/connect": "tools.connect",
    "POST /api/servers/{server_id}/disconnect": "tools.connect",
}
"""The doors that are open to programs as well, and what their key has to be for. All others are closed to them."""

EVENTS = {
    "thread.open": A_PERSON,
    "thread.close": A_PERSON,
    "run.start": "runs.start",
    "run.cancel": A_PERSON,
    "run.retry": "runs.start",
    "approval.decide": A_PERSON,
    "approval.resolve": A_PERSON,
    "approval.extend": A_PERSON,
}
"""A socket event of the browser's -> the same."""


def admit(who: Principal, door: str) -> None:
    """A door of one of the two tables. Raises `forbidden` where it takes a right that they don't have, and where a
    program comes: `session_required` unless it is open to programs, `scope_missing` if the key is not for it."""
    needs = ROUTES.get(door) or EVENTS[door]
    if who.key is not None and needs != A_PROGRAM:
        _admit_program(who.key, door)
    if needs == A_PROGRAM and who.key is None:
        raise Problem("key_required", 403, "This is for programs: send an API key, and no cookie.")
    if needs not in (ANYBODY, A_PERSON, A_PROGRAM):
        require(who, needs)


def require_person(who: Principal) -> None:
    """Raises `session_required` for a program, by whatever door it came."""
    if who.key is not None:
        raise _session_required()


def _admit_program(key: ByKey, door: str) -> None:
    scope = PROGRAMS.get(door)
    if scope is None:
        raise _session_required()
    if scope not in key.scopes:
        raise Problem("scope_missing", 403, f"This key is not made for that: it takes the scope {scope}.", scope=scope)


def _session_required() -> Problem:
    message = "Only a signed-in person may do this. Sign in, and send no key or token with it."
    return Problem("session_required", 403, message)
