"""Errors are the same on the other side of the boundary."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from interlock_handlers.apart.said_errors import Known, known, refused
from interlock_handlers.outbound.refusal import AddressRefused
from interlock_handlers.sampling import SamplingRefused
from interlock_handlers.server_errors import Evidence, NotExecuted, OutcomeUnknown, ServerUnavailable


def kinds(of: type[ServerUnavailable]) -> Iterator[type[ServerUnavailable]]:
    """A class of errors, and everything that is one of them."""
    yield of
    for each in of.__subclasses__():
        yield from kinds(each)


ERRORS: list[Known] = [
    *(each("It is away.") for each in kinds(ServerUnavailable) if each is not AddressRefused),
    AddressRefused("The address 10.0.0.1", "no private networks", True),
    NotExecuted("No such tool.", code="no_tool"),
    OutcomeUnknown(Evidence(datetime(2026, 11, 21, tzinfo=UTC), "HTTP 200", "It broke off")),
    SamplingRefused("No model."),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_is_the_same_on_the_other_side(error: Known) -> None:
    there = known(refused(error))
    assert type(there) is type(error)
    assert str(there) == str(error)
    assert getattr(there, "code", None) == getattr(error, "code", None)
    assert vars(there) == vars(error)
