"""How far a grant reaches, in one word."""

from typing import Literal

from interlock_platform.tables.policy import Grant

GrantScope = Literal["arguments", "thread", "always", "everybody"]


def scope_of(grant: Grant) -> GrantScope:
    return named_scope(
        everybodys=grant.user_id is None, exact=grant.arguments is not None, in_thread=grant.thread_id is not None
    )


def named_scope(*, everybodys: bool, exact: bool, in_thread: bool) -> GrantScope:
    """`arguments`: only exactly these; `thread`: this chat; `always`: every chat of one person; `everybody`."""
    if everybodys:
        return "everybody"
    if exact:
        return "arguments"
    return "thread" if in_thread else "always"
