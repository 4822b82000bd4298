"""How much of what one may do is left, in the headers of draft-ietf-httpapi-ratelimit-headers."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.types import Scope

NOTED = "rates"


@dataclass(frozen=True)
class Rate:
    """`left` of `quota` in a window of so many seconds, which begins anew in `seconds`."""

    name: str
    quota: int
    window: int
    left: int
    seconds: float


def note(scope: Scope, rates: Sequence[Rate]) -> None:
    """Has the answer to this request say them."""
    scope.setdefault("state", {}).setdefault(NOTED, []).extend(rates)


def say(scope: Scope, headers: MutableHeaders) -> None:
    """Adds what was noted; of two of the same name the later one."""
    rates: dict[str, Rate] = {rate.name: rate for rate in scope.get("state", {}).get(NOTED, ())}
    if rates:
        headers["RateLimit-Policy"] = ", ".join(
            f'"{name}";q={each.quota};w={each.window}' for name, each in rates.items()
        )
        headers["RateLimit"] = ", ".join(
            f'"{name}";r={each.left};t={round(each.seconds + 0.5)}' for name, each in rates.items()
        )
