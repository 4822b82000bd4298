"""What can be limited, and over what time."""

from dataclasses import dataclass
from typing import Literal

MICROS = 1_000_000
"""Money is counted in millionths of the price list's currency."""

Period = Literal["minute", "day", "month", "now"]
Unit = Literal["requests", "messages", "calls", "sockets", "tokens", "money"]


@dataclass(frozen=True)
class Kind:
    """One thing that is counted; days and months are those of UTC, `now` is how many at once."""

    name: str
    unit: Unit
    period: Period

    def shown(self, amount: int) -> float | int:
        """An amount as the wire has it: money in the currency's units."""
        return amount / MICROS if self.unit == "money" else amount

    def stored(self, amount: float) -> int:
        """The amount of the wire as it is stored."""
        return round(amount * MICROS) if self.unit == "money" else round(amount)


RATES = tuple(
    Kind(f"{unit}_per_minute", unit, "minute")
    for unit in ("requests", "messages", "calls")
)  # fmt: skip
BUDGETS = tuple(
    Kind(f"{unit}_per_{period}", unit, period)
    for unit in ("tokens", "money", "calls") for period in ("day", "month")
)  # fmt: skip
SOCKETS = Kind("sockets", "sockets", "now")
KINDS = {kind.name: kind for kind in (*RATES, SOCKETS, *BUDGETS)}

WORDS: dict[Unit, str] = {
    "requests": "requests",
    "messages": "messages",
    "calls": "tool calls",
    "sockets": "open windows",
    "tokens": "tokens",
    "money": "money",
}
