"""Tokens that are no longer needed are taken back where they came from, as far as that can be done now."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from interlock_handlers.oauth.grant import Grant
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.outbound.refusal import AddressRefused, FetchFailed
from interlock_handlers.server_spec import ServerSpec
from interlock_platform.credentials.keeper import ACCESS, REFRESH

logger = logging.getLogger(__name__)

AT_ONCE = 8
SECONDS = 15.0
"""For all of them: whoever waits for it has done their part."""


@dataclass(frozen=True)
class Forgotten:
    """What was kept for one person at one server; here it is gone already."""

    spec: ServerSpec
    grant: Grant
    tokens: Mapping[str, str] = field(repr=False)


async def revoke(outbound: Outbound, forgotten: Iterable[Forgotten]) -> None:
    """Asks for each token; what can't be taken back ends by itself, and is only logged."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(each: Forgotten) -> None:
        async with turn:
            await _revoke(outbound.of(each.spec), each)

    try:
        async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
            for each in forgotten:
                group.create_task(one(each))
    except TimeoutError:
        logger.warning("Not every token could be taken back within %g s", SECONDS)


async def _revoke(outbound: Outbound, forgotten: Forgotten) -> None:
    for name, hint in ((REFRESH, "refresh_token"), (ACCESS, "access_token")):
        if name in forgotten.tokens:
            try:
                await forgotten.grant.revoke(outbound, forgotten.tokens[name], hint)
            except (FetchFailed, AddressRefused) as error:
                logger.warning("A token of %s could not be taken back: %s", forgotten.spec.id, error)
