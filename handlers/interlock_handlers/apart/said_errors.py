"""Errors of connections on their way from one process to another."""

from dataclasses import dataclass

from interlock_handlers.apart.coding import Code
from interlock_handlers.apart.peer import Refused
from interlock_handlers.breaker import ServerResting
from interlock_handlers.outbound.refusal import AddressRefused
from interlock_handlers.sampling import SamplingRefused
from interlock_handlers.server_errors import (
    Evidence,
    LoginRequired,
    NotExecuted,
    OutcomeUnknown,
    ServerForbids,
    ServerNonsense,
    ServerUnavailable,
)

UNAVAILABLE: dict[str, type[ServerUnavailable]] = {
    each.__name__: each for each in (ServerUnavailable, LoginRequired, ServerNonsense, ServerForbids, ServerResting)
}
"""Those that have nothing but their sentence."""


@dataclass(frozen=True)
class Said:
    """An error: its class's name, its sentence, and what else its class has."""

    kind: str
    message: str
    code: str = ""
    rule: tuple[str, str, bool] | None = None
    evidence: Evidence | None = None


ERROR = Code[Said](Said)

Known = ServerUnavailable | NotExecuted | OutcomeUnknown | SamplingRefused


def refused(error: Known) -> Refused:
    """The error as the other process is told it."""
    match error:
        case AddressRefused():
            said = Said("AddressRefused", str(error), rule=(error.where, error.rule, error.may_be_allowed))
        case ServerUnavailable():
            kind = next(each.__name__ for each in type(error).__mro__ if each.__name__ in UNAVAILABLE)
            said = Said(kind, str(error))
        case NotExecuted():
            said = Said("NotExecuted", str(error), code=error.code)
        case OutcomeUnknown():
            said = Said("OutcomeUnknown", str(error), evidence=error.evidence)
        case SamplingRefused():
            said = Said("SamplingRefused", str(error))
    return Refused(ERROR.pack(said))


def inside(error: Exception) -> ServerUnavailable:
    """A fault of ours, whose traceback is in the log."""
    return ServerUnavailable(f"Something is wrong inside Interlock ({type(error).__name__}). Its log says more.")


def known(refused: Refused) -> Known:
    """The error that the other process met."""
    said = ERROR.unpack(refused.body)
    if said.rule is not None:
        return AddressRefused(*said.rule)
    if said.evidence is not None:
        return OutcomeUnknown(said.evidence)
    if said.kind == "NotExecuted":
        return NotExecuted(said.message, code=said.code)
    if said.kind == "SamplingRefused":
        return SamplingRefused(said.message)
    return UNAVAILABLE[said.kind](said.message)
