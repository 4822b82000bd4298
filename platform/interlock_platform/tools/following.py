"""Every process keeps its users' connections in step with what changes elsewhere: entries, what was accepted."""

import asyncio
import logging
from uuid import UUID

from interlock_platform.http.problems import DATABASE_AWAY
from interlock_platform.runs.bell import Bell
from interlock_platform.runs.store import EVERYBODY, USER_CHANNEL
from interlock_platform.tools.service import Tools, UserKey

logger = logging.getLogger(__name__)

LONGEST_SECONDS = 30.0
"""What one user's connections may take; ending one waits for its server for a while."""
GONE = "gone"
"""What is rung for somebody who may have nothing done here any more."""
CATALOGUE = "catalogue"
"""What is rung when something about a server changed, with its id."""


class Following:
    """Listens for the handlers that there are here."""

    def __init__(self, tools: Tools, bell: Bell) -> None:
        self._tools = tools
        self._bell = bell

    async def run(self) -> None:
        """Until cancelled."""
        with self._bell.reader(USER_CHANNEL) as reader:
            while True:
                rung = [(await reader.get())[1]]
                while not reader.empty():
                    rung.append(reader.get_nowait()[1])
                # What is rung again meanwhile is looked at once.
                for each in dict.fromkeys(rung):
                    await self._follow(each)

    async def _follow(self, rung: str | None) -> None:
        if rung is None:
            for key in self._tools.handlers.held():
                await self._reconcile(key, None)
            return
        tenant, user, kind, server_id = rung.split(":", 3)
        if kind == GONE:
            await self._drop(UserKey(UUID(tenant), UUID(user)))
        if kind != CATALOGUE:
            return
        for key in self._tools.handlers.held():
            if key.tenant_id == UUID(tenant) and user in (EVERYBODY, str(key.user_id)):
                await self._reconcile(key, server_id)

    async def _drop(self, key: UserKey) -> None:
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                await self._tools.handlers.drop(key)
        except Exception:
            logger.exception("The connections of somebody who is gone could not be closed")

    async def _reconcile(self, key: UserKey, server_id: str | None) -> None:
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                if server_id is None:
                    await self._tools.servers_of(key)
                else:
                    await self._tools.reconcile(key, server_id)
        except (TimeoutError, *DATABASE_AWAY) as error:
            logger.warning("What changed of servers is not followed yet: %s", error)
        except Exception:
            logger.exception("What changed of the server %s could not be followed", server_id)
