"""The seal of a call: what a person was shown is what runs, or nothing runs."""

import hashlib
import re
from typing import Any
from uuid import UUID

import rfc8785

from interlock_platform.errors import Problem

MAX_ARGUMENT_BYTES = 256 * 1024
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def canonical(arguments: dict[str, Any]) -> str:
    """The arguments in the one form that is sealed, shown and sent (RFC 8785)."""
    try:
        text = rfc8785.dumps(arguments).decode()
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        message = f"The arguments have no canonical form: {error}."
        raise Problem("invalid_arguments", 422, message) from error
    if NUL.search(text):
        raise Problem("invalid_arguments", 422, "The arguments contain a NUL character, which can't be stored.")
    if len(text) > MAX_ARGUMENT_BYTES:
        raise Problem("invalid_arguments", 422, f"The arguments are larger than {MAX_ARGUMENT_BYTES // 1024} KiB.")
    return text


def seal(
    *,
    tenant_id: UUID,
    requester_id: UUID,
    thread_id: UUID,
    call_id: UUID,
    server_id: str,
    definition_hash: str,
    arguments: str,
    policy_version: str,
) -> str:
    """sha256 in hexadecimal over everything that an approval is about; `arguments` in canonical form."""
    bound = {
        "tenant": str(tenant_id),
        "requester": str(requester_id),
        "thread": str(thread_id),
        "call": str(call_id),
        "server": server_id,
        "definition": definition_hash,
        "arguments": arguments,
        "policy": policy_version,
    }
    return hashlib.sha256(rfc8785.dumps(bound)).hexdigest()
