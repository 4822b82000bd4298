"""A run's model is asked only while the budget suffices, and what it took is known even where it broke off."""

from collections.abc import Sequence
from uuid import UUID

from langchain_core.messages import BaseMessage

from interlock_graphs.model import ModelFailed
from interlock_platform.errors import Problem
from interlock_platform.limits.budgets import Amounts, Budgets
from interlock_platform.limits.estimates import about_to_use, cut_off
from interlock_platform.tools.service import UserKey


class RunMeter:
    """One advance of one run."""

    def __init__(self, budgets: Budgets, key: UserKey, thread_id: UUID, run_id: UUID) -> None:
        self._budgets = budgets
        self._key = key
        self._thread_id = thread_id
        self._run_id = run_id
        self._asked = Amounts()

    async def before(self, messages: Sequence[BaseMessage]) -> None:
        """Raises ModelFailed with `budget_used_up`: nothing was asked, and the run can go on from here."""
        self._asked = about_to_use(messages)
        try:
            await self._budgets.reserve(
                self._key.tenant_id, self._key.user_id, self._thread_id, self._run_id, self._asked
            )
        except Problem as problem:
            raise ModelFailed(problem.code, problem.message) from problem

    def cut_off(self, text: str) -> Amounts:
        """What was used of an answer that broke off after this text."""
        return cut_off(self._asked, text)
