"""How far a grant reaches, in one word."""

from typing import Literal

from interlock_platform.tables.policy import Grant

GrantScope = Literal["arguments", "thread", "always", "everybody"]


def scope_of(grant: Grant) -> GrantScope:
    """`arguments`: only exactly these; `thread`: this chat; `always`: every chat of one person; `everybody`."""
    if grant.user_id is None:
        return "everybody"
    if grant.arguments is not None:
        return "arguments"
    return "thread" if grant.thread_id is not None else "always"
