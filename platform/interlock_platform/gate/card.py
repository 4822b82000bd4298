"""A call as clients see it: everything a card shows, from the ledger's bytes and never from the model's prose."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from interlock_platform.gate.store import Whole
from interlock_platform.policy.scope import scope_of
from interlock_platform.policy.terms import Need
from interlock_platform.tables.ledger import Call

REASONS = {
    "tool": "tool_approval",
    "elicitation": "elicitation",
    "login": "login",
    "sampling": "sampling",
    "sampling_answer": "sampling_answer",
}
SAMPLING_WORDS = {
    "sampling": "{} asks your model to write something.",
    "sampling_answer": "What your model wrote for {}.",
}
MOST_EXTENSIONS = 10
REMEMBER = {"tool": ("arguments", "thread", "always"), "sampling": ("thread", "always")}
"""What may be remembered of the kinds that people approve."""

DECISION_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "decision": {"enum": ["approve", "reject", "respond"]},
        "seal": {"type": "string"},
        "arguments": {"type": "object"},
        "remember": {"enum": list(REMEMBER["tool"])},
        "reason": {"type": "string"},
        "response": {"type": "string"},
        "content": {"type": "object"},
    },
    "required": ["decision", "seal"],
}


@dataclass(frozen=True)
class Viewer:
    """Who reads the card."""

    user_id: UUID
    roles: frozenset[str]


def card(whole: Whole, server_names: Mapping[str, str], viewer: Viewer) -> dict[str, Any]:
    """The whole `Call` of the wire."""
    call, declared = whole.call, whole.declared
    server_name = whole.server_name or server_names.get(call.server_id, call.server_id)
    return {
        "id": str(call.id),
        "thread_id": str(call.thread_id),
        "thread_title": whole.thread_title,
        "run_id": str(call.run_id),
        "kind": call.kind,
        "parent_id": str(call.parent_id) if call.parent_id else None,
        "reason": REASONS[call.kind],
        "tool": {
            "name": call.name,
            "server": call.server_id,
            "server_name": server_name,
            "title": declared["title"],
            "description": declared["description"],
            "input_schema": declared["input_schema"],
            "annotations": declared["annotations"],
            "definition_hash": call.definition_hash,
        },
        "asked": _asked(call, server_name),
        "effect": call.effect,
        "risk": call.risk,
        "unattended": call.unattended,
        "created_at": time(call.created_at),
        "requester": person(call.user_id, whole.names),
        **_grant(whole),
        **question(whole, viewer),
        **standing(whole),
    }


def _asked(call: Call, server_name: str) -> dict[str, Any] | None:
    """What a server, or Interlock for it, wants to be told; what it wants written stands in the arguments."""
    if call.kind == "tool":
        return None
    if call.kind in SAMPLING_WORDS:
        return {"mode": None, "message": SAMPLING_WORDS[call.kind].format(server_name), "schema": None, "url": None}
    found: dict[str, Any] = json.loads(call.arguments)
    return found


def change(whole: Whole) -> dict[str, Any]:
    """What the thread's log says of a call that changed: more of it while it still waits."""
    if whole.call.state != "proposed":
        return standing(whole)
    requester = whole.people.get(whole.call.user_id)
    viewer = Viewer(whole.call.user_id, requester.roles if requester else frozenset())
    return {**question(whole, viewer), **standing(whole)}


def question(whole: Whole, viewer: Viewer) -> dict[str, Any]:
    """On which terms people are asked, and what this one may do about it."""
    call, terms = whole.call, whole.terms
    return {
        "verdict": call.verdict,
        "trace": call.trace,
        "expires_at": time(call.expires_at),
        "needs": [
            {**need.wire(), "users": [person(user_id, whole.names) for user_id in need.users]} for need in terms.needs
        ],
        "approvals": [
            {"by": person(each.user_id, whole.names), "at": time(each.at)}
            for each in whole.approvals
            if each.seal == call.seal
        ],
        "expiry": {
            "then": terms.expiry.then if terms.expiry else "reject",
            "rule": terms.expiry.rule if terms.expiry else None,
        },
        "escalated": terms.escalated,
        "critical": terms.critical,
        "may": may(whole, viewer),
    }


def may(whole: Whole, viewer: Viewer) -> dict[str, Any]:
    """What this person may do about the call as it stands."""
    call, terms = whole.call, whole.terms
    waits = call.state == "proposed"
    decider = terms.decider(viewer.user_id, viewer.roles, call.user_id)
    own = decider and viewer.user_id == call.user_id
    remembers = waits and own and not call.unattended and terms.refused is None
    return {
        "decide": waits and decider,
        "rule": None if decider else rule_of(terms.needs),
        "extend": waits and decider and terms.extend and call.extensions < MOST_EXTENSIONS,
        "remember": list(REMEMBER.get(call.kind, ())) if remembers else [],
    }


def rule_of(needs: tuple[Need, ...]) -> str | None:
    """The rule that says who decides."""
    return needs[0].rule if needs else None


def standing(whole: Whole) -> dict[str, Any]:
    """What changes about a call from state to state."""
    call, names = whole.call, whole.names
    decision = None
    if call.decision and call.decided_by:
        by = person(call.decided_by, names)
        decision = {"kind": call.decision, "by": by, "at": time(call.decided_at), "reason": call.reason}
    resolution = None
    if call.resolved_by:
        resolution = {"by": person(call.resolved_by, names), "at": time(call.resolved_at), "note": call.note}
    return {
        "id": str(call.id),
        "tool_call_id": call.tool_call_id,
        "state": call.state,
        "seal": call.seal,
        "expires_at": time(call.expires_at),
        "arguments": json.loads(call.arguments),
        "proposed_arguments": json.loads(call.proposed_arguments) if call.proposed_arguments else None,
        "decision": decision,
        "started_at": time(call.started_at),
        "ended_at": time(call.ended_at),
        "result": {"blocks": [], **call.result} if call.result else None,
        "error": call.error,
        "evidence": call.evidence,
        "resolution": resolution,
    }


def _grant(whole: Whole) -> dict[str, Any]:
    grant = whole.grant
    if grant is None:
        return {"grant": None}
    return {"grant": {"id": str(grant.id), "scope": scope_of(grant), "by": person(grant.given_by, whole.names)}}


def person(user_id: UUID, names: Mapping[UUID, str]) -> dict[str, str]:
    return {"id": str(user_id), "name": names.get(user_id, "Somebody who left")}


def time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
