"""One call on its way: it leaves once, and ends by its answer, by a proof that nothing ran, or in doubt."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

from interlock_handlers.elicitation import InputRequired, Resumption
from interlock_handlers.handler import Handler
from interlock_handlers.result import CallResult
from interlock_handlers.server_errors import LoginRequired, NotExecuted, OutcomeUnknown, ServerUnavailable
from interlock_platform.gate.artifacts.sorting import sort_result
from interlock_platform.gate.holding import Holding
from interlock_platform.gate.progress import Reports
from interlock_platform.gate.stopping import Stop
from interlock_platform.gate.store import CallState
from interlock_platform.tables.ledger import Call
from interlock_platform.tools.service import UserKey

IDEMPOTENCY_KEY = "interlock/idempotency-key"
"""Where a server finds the call's id, which is the same however often the call is sent."""
STOPPED = "The run was stopped while the tool ran. Its server was told to stop, and may have done it before."
NOT_BEGUN = "Nothing was sent: the run was stopped before the tool began."

Outcome = tuple[CallState, dict[str, Any]] | InputRequired | LoginRequired


class Sender:
    """Sends calls to servers."""

    def __init__(self, holding: Holding, reports: Reports, timeout_seconds: float) -> None:
        self._holding = holding
        self._reports = reports
        self._timeout_seconds = timeout_seconds

    async def send(self, key: UserKey, handler: Handler, call: Call, resume: Resumption | None, stop: Stop) -> Outcome:
        """What became of it: an answer (with what is to be `kept` of it), a proof that nothing ran, neither, or what
        the server wants first.

        Once it is stopped, its server is told so, and an answer is not waited for.
        """
        if stop.asked:
            return "failed", {"error": {"code": "stopped", "message": NOT_BEGUN}}
        sent_at = datetime.now(UTC)
        try:
            result = await self._ask(key, handler, call, resume, stop)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not stop.asked or task is None or task.cancelling():
                raise
            return "unknown", {"evidence": evidence_of(call, sent_at.isoformat(), None, STOPPED, stopped=True)}
        except LoginRequired as error:
            return error
        except ServerUnavailable as error:
            return "failed", {"error": {"code": error.code, "message": f"Nothing was sent: {error}"}}
        except NotExecuted as error:
            if error.code == LoginRequired.code:
                return LoginRequired(str(error))
            return "failed", {"error": {"code": error.code, "message": str(error)}}
        except OutcomeUnknown as error:
            known = error.evidence
            return "unknown", {"evidence": evidence_of(call, known.sent_at.isoformat(), known.last_heard, known.why)}
        return result if isinstance(result, InputRequired) else _answered(result)

    async def _ask(
        self, key: UserKey, handler: Handler, call: Call, resume: Resumption | None, stop: Stop
    ) -> CallResult | InputRequired:
        async with self._reports.about(call) as told:
            asking = handler.call(
                call.server_id,
                call.tool,
                json.loads(call.arguments),
                self._timeout_seconds,
                {IDEMPOTENCY_KEY: str(call.id)},
                ask=self._holding.asking_about(key, call),
                sample=self._holding.writing_for(key, call),
                told=told,
                resume=resume,
            )
            # A task of its own, so that a stop ends it and nothing else.
            asked = asyncio.create_task(asking)
            stop.task = asked
            return await asked


def _answered(result: CallResult) -> tuple[CallState, dict[str, Any]]:
    answer, kept = sort_result(result)
    if result.is_error:
        error = {"code": "tool_error", "message": answer["text"]}
        return "failed", {"result": answer, "kept": kept, "error": error}
    return "succeeded", {"result": answer, "kept": kept}


def told(error: ServerUnavailable) -> dict[str, Any]:
    return {"code": error.code, "message": str(error)}


def evidence_of_loss(call: Call, *, ours: bool) -> dict[str, Any]:
    why = "The process that ran the tool died before it could write down an answer."
    if ours:
        why = "The tool's answer could not be written down."
    return evidence_of(call, call.started_at.isoformat() if call.started_at else None, None, why)


def evidence_of(
    call: Call, sent_at: str | None, last_heard: str | None, why: str, *, stopped: bool = False
) -> dict[str, Any]:
    """What is known of a call of which nobody knows whether it happened."""
    sent = json.loads(call.arguments)
    return {"sent_at": sent_at, "sent": sent, "last_heard": last_heard, "why": why, "stopped": stopped}
