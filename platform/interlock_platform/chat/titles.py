"""The titles of threads: their first words, until the model has found better ones; what a person gave stays."""

import logging
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_graphs.model import ModelFailed
from interlock_handlers.llm import LLMHandler
from interlock_handlers.registry import Registry
from interlock_platform.chat import store
from interlock_platform.chat.title import title_in
from interlock_platform.database import Database, Scope
from interlock_platform.runs import store as runs
from interlock_platform.runs.queue import Queue
from interlock_platform.tools.service import UserKey

logger = logging.getLogger(__name__)


class Titles:
    """Asks the model once per thread, by a job of its own: no run waits for it."""

    def __init__(
        self, database: Database, queue: Queue, handlers: Registry[UserKey, LLMHandler], *, by_model: bool
    ) -> None:
        self._database = database
        self._queue = queue
        self._handlers = handlers
        self._by_model = by_model

    async def ask_for(self, session: AsyncSession, tenant_id: UUID, thread_id: UUID) -> None:
        """Once the transaction commits, if titles are the model's here."""
        if self._by_model:
            await self._queue.entitle(session, tenant_id, thread_id)

    async def entitle(self, tenant_id: UUID, thread_id: UUID) -> None:
        """Where the model fails or says nothing, the first words stay for good."""
        scope = Scope(tenant_id=tenant_id)
        async with self._database.transaction(scope) as session:
            thread = await store.untitled(session, thread_id)
            if thread is None:
                return
            said, answered = await store.first_exchange(session, thread_id)
        title = title_in(await self._asked(UserKey(tenant_id, thread.user_id), said, answered)) or thread.title
        async with self._database.transaction(scope) as session:
            if await store.entitle(session, thread_id, title):
                await runs.tell_user(session, tenant_id, thread.user_id, f"thread:{thread_id}")

    async def _asked(self, key: UserKey, said: str, answered: str) -> str:
        try:
            return await (await self._handlers.get(key)).title(said, answered)
        except (ModelFailed, TimeoutError) as error:
            logger.info("The model found no title: %s", error)
        except Exception:
            # The job would be tried again for ever, and the provider paid each time.
            logger.exception("The model could not be asked for a title")
        return ""
