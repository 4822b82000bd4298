"""Every door there is, and who may come through it: read by the routes, by the socket events, and by the tests.

A door that is not in here lets nobody in. Behind many of them lies what is somebody's: there everybody else is answered
as if it were nobody's, and some rights depend on what is asked (a rule about oneself, or about others).
"""

from interlock_platform.principal import Principal
from interlock_platform.rights import require

ANYBODY = "anybody"
"""Also without a session."""
A_PERSON = "a person"
"""Whoever is signed in, whatever their roles."""

ROUTES = {
    "GET /auth/login": ANYBODY,
    "GET /auth/callback": ANYBODY,
    "POST /auth/logout": ANYBODY,
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
    "GET /join/{secret}": ANYBODY,
    "POST /join/{secret}": ANYBODY,
    "GET /api/sessions": A_PERSON,
    "DELETE /api/sessions": A_PERSON,
    "DELETE /api/sessions/{session_id}": A_PERSON,
    "GET /api/threads": A_PERSON,
    "POST /api/threads": "runs.start",
    "GET /api/threads/{thread_id}": A_PERSON,
    "PATCH /api/threads/{thread_id}": A_PERSON,
    "DELETE /api/threads/{thread_id}": A_PERSON,
    "GET /api/threads/{thread_id}/messages": A_PERSON,
    "GET /api/threads/{thread_id}/tools": A_PERSON,
    "PUT /api/threads/{thread_id}/tools": A_PERSON,
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
"""A route's method and path -> `ANYBODY`, `A_PERSON`, or the right that it takes."""

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


def admit(who: Principal, needs: str) -> None:
    """Raises `forbidden` where the door takes a right that they don't have."""
    if needs not in (ANYBODY, A_PERSON):
        require(who, needs)
