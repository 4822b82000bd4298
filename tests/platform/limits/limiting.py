"""What tests of limits do again and again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.person import Person


@asynccontextmanager
async def limit(admin: Person, kind: str, amount: float, **whom: Any) -> AsyncIterator[None]:
    """Holds while the block runs; `whom` is everybody where nothing is said."""
    body = {"scope": "everybody", **whom, "kind": kind}
    await admin.ok("PUT", "/api/limits", {**body, "amount": amount})
    try:
        yield
    finally:
        await admin.ok("PUT", "/api/limits", {**body, "amount": None})


async def own(person: Person, kind: str, of: str = "person") -> dict[str, Any]:
    """What the person is told of a limit of theirs."""
    standing = (await person.ok("GET", "/api/usage"))["limits"]
    (found,) = [each for each in standing if (each["kind"], each["of"]) == (kind, of)]
    return dict(found)
