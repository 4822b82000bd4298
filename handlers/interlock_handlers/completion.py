"""What a server proposes for a field of a prompt or of a resource's address."""

import mcp_types as types

from interlock_handlers.blocks import MAX_NAME_CHARACTERS
from interlock_handlers.completing import Completing
from interlock_handlers.session import Session
from interlock_handlers.storable import short

MAX_PROPOSALS = 100


async def complete(session: Session, asked: Completing, seconds: float) -> tuple[str, ...]:
    """Whole values for the field; none from a server that does not complete. Raises ServerUnavailable, NotExecuted."""
    if session.capabilities.completions is None:
        return ()
    reference: types.PromptReference | types.ResourceTemplateReference
    if asked.kind == "prompt":
        reference = types.PromptReference(name=asked.name)
    else:
        reference = types.ResourceTemplateReference(uri=asked.name)
    params = types.CompleteRequestParams(
        ref=reference,
        argument=types.CompletionArgument(name=asked.argument, value=asked.value),
        context=types.CompletionContext(arguments=dict(asked.given)) if asked.given else None,
    )
    found = await session.request(types.CompleteRequest(params=params), types.CompleteResult, seconds)
    proposals = (short(value, MAX_NAME_CHARACTERS) for value in found.completion.values[:MAX_PROPOSALS])
    return tuple(value for value in proposals if value)
