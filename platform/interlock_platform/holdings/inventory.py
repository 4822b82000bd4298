"""Every table that has rows of tenants: whose a row is, whether it is taken out, and what of it never is.

A table that is not in here fails a test: somebody has to decide.
"""

from dataclasses import dataclass
from typing import Literal

Owner = Literal[
    "self", "user", "thread", "thread_text", "call", "job", "server", "asker", "invited", "subject", "actor"
]
"""How a row is somebody's: it is they, names them, is of a chat, a call, an export or a server of theirs, is an export
that they asked for or the invitation that they came by, or is what they did."""


@dataclass(frozen=True)
class Holding:
    """One table. Without `owner` its rows are nobody's but the tenant's.

    `left_out` is why its rows are not exported; `secret` are columns that are not, wherever the rows are.
    With `stays`, rows outlive the person whose they are.
    """

    table: str
    owner: Owner | None = None
    left_out: str = ""
    secret: tuple[str, ...] = ()
    stays: str = ""


VAULT = "Secrets never leave the vault."
HOLDINGS = (
    # In the order in which a person's rows, and a tenant's, can be deleted: whatever refers to a row is before it.
    Holding("export_parts", "job", left_out="They are the archives themselves."),
    Holding("approvals", "call"),
    Holding("artifacts", "thread"),
    Holding("events", "thread"),
    Holding("messages", "thread"),
    Holding("thread_tools", "thread"),
    Holding("grants", "user"),
    Holding("rules", "user"),
    Holding("calls", "user"),
    Holding("runs", "thread"),
    Holding("checkpoints", "thread_text", left_out="The graph's own state; what was said is in the messages."),
    Holding("checkpoint_blobs", "thread_text", left_out="The graph's own state; what was said is in the messages."),
    Holding("checkpoint_writes", "thread_text", left_out="The graph's own state; what was said is in the messages."),
    Holding("reservations", "user", left_out="What a model that is being asked may use; nothing when nothing runs."),
    Holding("threads", "user"),
    Holding("toolsets", "user"),
    Holding("connections", "user"),
    Holding("login_flows", "user", left_out="Sign-ins under way, and what proves whose they are."),
    Holding("logins", "user", secret=("challenge", "grant")),
    Holding("secrets", "user", left_out=VAULT),
    Holding("definition_decisions", "server"),
    Holding("definitions", "server"),
    Holding("servers", "user"),
    Holding("sessions", "user", secret=("secret_hash",)),
    Holding("api_keys", "user", secret=("secret_hash",)),
    Holding("usage", "user"),
    Holding("limits", "user"),
    Holding("rate_windows", "subject", left_out="Counts of the last minute."),
    Holding("login_clients", left_out="As what Interlock is registered with others; it is of use to nobody else."),
    Holding("server_policies"),
    Holding("tool_classes"),
    Holding("feature_choices"),
    Holding("key_policies"),
    Holding("identity_providers"),
    Holding("retentions"),
    Holding("data_jobs", "asker"),
    Holding("invitations", "invited", secret=("secret_hash",)),
    Holding("audit", "actor", stays="It names people by ids alone, and its chain has to hold."),
    Holding("audit_heads", left_out="The end of the record, which is in the record's own export.", stays="As above."),
    Holding("users", "self", stays="What stands for them where others' things name them, without a word of theirs."),
)

ELSEWHERE = {
    "tenants": "Exported, and left behind as a row without a word in it.",
    "sign_ins": "Nobody's yet: a sign-in under way, gone after ten minutes.",
    "token_keys": "Numbers of the installation's signing keys, and when each was made.",
    "alembic_version": "The schema's version.",
    "checkpoint_migrations": "The schema's version.",
    "procrastinate_jobs": "What is to be done, by ids; deleted with what it is about.",
    "procrastinate_events": "Goes with its job.",
    "procrastinate_workers": "Processes of the installation.",
    "procrastinate_periodic_defers": "When the installation's own jobs were begun.",
}
"""Tables without a tenant's number in each row, and what becomes of them."""

EXPORTED = tuple(holding for holding in HOLDINGS if not holding.left_out)
