"""The operator's word: prices of models, and what no tenant's admin can go beyond."""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from interlock_platform.limits.kinds import KINDS, MICROS
from interlock_platform.settings import SettingsError

PERSON = {"requests_per_minute": 6000, "messages_per_minute": 600, "calls_per_minute": 3000, "sockets": 100}
"""What one person may do where nobody says anything: no person notices, and a program that runs wild is stopped."""
HANDSHAKES_PER_MINUTE = 1200

Amounts = Mapping[str, float]


class Price(BaseModel):
    """Of a million tokens, in units of the currency."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    input: float = Field(ge=0)
    output: float = Field(ge=0)


class Ceilings(BaseModel):
    """What each person, and all of the tenant together, may use at most."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    person: dict[str, float | None] = {}
    tenant: dict[str, float | None] = {}

    @field_validator("person", "tenant")
    @classmethod
    def _are_known(cls, given: dict[str, float | None]) -> dict[str, float | None]:
        for name, amount in given.items():
            if name not in KINDS:
                raise ValueError(f"there is no limit named {name}; there are {', '.join(KINDS)}")
            if amount is not None and not 0 <= amount <= 1e12:
                raise ValueError(f"{name} must be a number from 0, or null for none")
        return given


class OperatorLimits(Ceilings):
    """The whole file; `tenants` says otherwise for some, by their slugs."""

    currency: str = Field(default="USD", min_length=1, max_length=8)
    prices: dict[str, Price] = {}
    tenants: dict[str, Ceilings] = {}
    handshakes_per_minute: int = Field(default=HANDSHAKES_PER_MINUTE, ge=1)

    def of_person(self, slug: str) -> dict[str, int]:
        """Kind -> the most that a person of this tenant may use."""
        own = self.tenants.get(slug)
        return _stored({**PERSON, **self.person, **(own.person if own else {})})

    def of_tenant(self, slug: str) -> dict[str, int]:
        """Kind -> the most that this tenant may use."""
        own = self.tenants.get(slug)
        return _stored({**self.tenant, **(own.tenant if own else {})})

    def cost(self, model: str, input_tokens: int, output_tokens: int) -> int:
        """In millionths of the currency's unit; a model without a price costs nothing."""
        price = self.prices.get(model)
        if price is None:
            return 0
        return round((input_tokens * price.input + output_tokens * price.output) * MICROS / 1_000_000)


def read_operator_limits(path: Path | None) -> OperatorLimits:
    """Raises SettingsError with a sentence that names what is wrong."""
    if path is None:
        return OperatorLimits()
    try:
        return OperatorLimits.model_validate(json.loads(path.read_text()))
    except ValueError as error:
        why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise SettingsError(f"INTERLOCK_LIMITS ({path}) can't be used: {why}.") from None


def _stored(amounts: Mapping[str, float | None]) -> dict[str, int]:
    return {name: KINDS[name].stored(amount) for name, amount in amounts.items() if amount is not None}
