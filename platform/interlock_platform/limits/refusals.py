"""What somebody is told whose limit is reached: what it is, whose, and until when."""

from datetime import datetime

from interlock_platform.errors import Problem
from interlock_platform.limits.kinds import WORDS, Kind
from interlock_platform.limits.terms import Whose

CODES = {
    "requests": "too_many_requests",
    "messages": "too_many_messages",
    "calls": "too_many_calls",
    "sockets": "too_many_sockets",
}
BUDGET_CODE = "budget_used_up"
SECONDS = {"minute": 60, "day": 86_400, "month": 31 * 86_400}


def too_fast(kind: Kind, whose: Whose, amount: int, seconds: float) -> Problem:
    """The rate of a minute is reached."""
    rest = max(round(seconds + 0.5), 1)
    who = "You have made" if whose == "person" else "Your organisation has made"
    if kind.unit == "messages":
        who = "You have sent" if whose == "person" else "Your organisation has sent"
    message = f"{who} {amount:,} {WORDS[kind.unit]} within a minute, and more may not be. Go on in {rest} seconds."
    return Problem(
        CODES[kind.unit], 429, message,
        limit=kind.name, of=whose, quota=amount, window=SECONDS[kind.period], retry_after=rest,
    )  # fmt: skip


def too_many_sockets(amount: int) -> Problem:
    message = f"You have {amount:,} windows or programs connected already. Close one, then reload this one."
    return Problem(CODES["sockets"], 429, message, limit="sockets", of="person", retry_after=60)


def used_up(kind: Kind, whose: Whose, amount: int, currency: str, ends: datetime, now: datetime) -> Problem:
    """The budget of a day or a month does not suffice."""
    what = f"{kind.shown(amount):,.2f} {currency}" if kind.unit == "money" else f"{amount:,} {WORDS[kind.unit]}"
    time = "today" if kind.period == "day" else "this month"
    who = "You may use" if whose == "person" else "Your organisation may use"
    until = f"{ends:%H:%M} UTC on {ends.day} {ends:%B}"
    message = (
        f"{who} {what} {time}, and what is left of it does not suffice. It begins anew at {until}. "
        "Ask an admin for more, or go on then."
    )
    rest = max(round((ends - now).total_seconds()), 1)
    return Problem(
        BUDGET_CODE, 429, message,
        limit=kind.name, of=whose, quota=amount, window=SECONDS[kind.period], retry_after=rest, until=ends.isoformat(),
    )  # fmt: skip
