"""The `Server` of the wire: an entry of the catalogue, and how one user's connection to it stands."""

from typing import Any

from interlock_handlers.connection_state import ConnectionState
from interlock_platform.credentials.service import LoginState
from interlock_platform.tools.definitions.sorting import Sorted
from interlock_platform.tools.entries.entry import Entry


def server_wire(entry: Entry, state: ConnectionState, login: LoginState, sorted_out: Sorted) -> dict[str, Any]:
    return {
        **entry.wire(),
        "state": state.kind,
        "code": state.code,
        "message": state.message,
        "retry_at": state.retry_at.isoformat() if state.retry_at else None,
        "tools": state.tools,
        "version": state.version,
        "protocol": state.protocol,
        "login": login,
        "set_aside": len(sorted_out.set_aside),
        "quarantined": sorted_out.quarantined,
    }
