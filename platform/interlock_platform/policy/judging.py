"""The policy on a call: what is to be known about it is read, and judged."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import rfc8785
from sqlalchemy.ext.asyncio import AsyncSession

from interlock_handlers.definition import ToolDefinition
from interlock_platform.errors import not_found
from interlock_platform.policy import store
from interlock_platform.policy.facts import Effect, Facts, Risk
from interlock_platform.policy.judge import Grant, Verdict, judge
from interlock_platform.policy.rulebook import RuleBook, applies, rules_of
from interlock_platform.policy.scope import named_scope

KEPT_RULES = 100_000
"""Compiled rules of all tenants that are kept; the tenants asked least recently go first."""


@dataclass(frozen=True)
class Judged:
    """A verdict, what it was given on, and under which version of the policy; `at` is the transaction's time."""

    facts: Facts
    verdict: Verdict
    version: str
    requester_name: str
    requester_active: bool
    at: datetime


class Judging:
    """Judges calls of every tenant; keeps their rules compiled for as long as they are those of today."""

    def __init__(self) -> None:
        self._books: OrderedDict[UUID, RuleBook] = OrderedDict()

    async def judge(
        self,
        session: AsyncSession,
        *,
        server_id: str,
        tool: str,
        definition_hash: str,
        arguments: dict[str, Any],
        requester: UUID,
        thread_id: UUID | None,
        unattended: bool = False,
    ) -> Judged:
        """As of now, in the tenant of the transaction. Raises `not_found` for a requester who is nobody there."""
        standing = await store.standing(
            session,
            server_id=server_id, tool=tool, definition_hash=definition_hash, arguments=canonical(arguments),
            requester=requester, thread_id=thread_id,
        )  # fmt: skip
        if standing is None:
            raise not_found()
        facts = Facts(
            server_id=server_id,
            tool=tool,
            definition_hash=definition_hash,
            arguments=arguments,
            requester=requester,
            email=standing.email,
            roles=standing.roles,
            thread_id=thread_id,
            unattended=unattended,
            of_key=standing.of_key,
            effect=cast(Effect, standing.effect),
            risk=cast(Risk | None, standing.risk),
        )
        book = self._kept(standing)
        if book is None:
            book = await self.book(session, standing.tenant_id)
        verdict = judge(facts, book.about(facts), grants_of(standing))
        return Judged(facts, verdict, str(book.version), standing.name, standing.active, standing.now)

    async def usual_verdicts(
        self, session: AsyncSession, requester: UUID, definitions: Sequence[ToolDefinition]
    ) -> dict[str, str]:
        """What policy says of calls of these tools by the rules that have no condition, by qualified name."""
        standing = await store.standing(
            session, server_id="", tool="", definition_hash="", arguments=None, requester=requester, thread_id=None
        )
        if standing is None:
            raise not_found()
        book = self._kept(standing) or await self.book(session, standing.tenant_id)
        classes = await store.classes(session)
        found: dict[str, str] = {}
        for each in definitions:
            effect, risk = classes.get((each.server_id, each.name), ("at_most_once", None))
            facts = Facts(
                each.server_id, each.name, each.hash, {}, requester, standing.email, standing.roles,
                effect=cast(Effect, effect), risk=cast(Risk | None, risk),
            )  # fmt: skip
            found[each.qualified_name] = judge(facts, book.without_condition(facts)).verdict
        return found

    async def book(self, session: AsyncSession, tenant_id: UUID) -> RuleBook:
        """The tenant's rules of this moment; the version is that of the very rows."""
        version, rows = await store.rules(session)
        book = RuleBook(version, rules_of(rows))
        self._books[tenant_id] = book
        self._books.move_to_end(tenant_id)
        while len(self._books) > 1 and sum(max(1, each.size) for each in self._books.values()) > KEPT_RULES:
            self._books.popitem(last=False)
        return book

    def _kept(self, standing: store.Standing) -> RuleBook | None:
        book = self._books.get(standing.tenant_id)
        if book is None or book.version != standing.version:
            return None
        self._books.move_to_end(standing.tenant_id)
        return book


def canonical(arguments: dict[str, Any]) -> str | None:
    """As grants for exactly these arguments have them (RFC 8785); None where there is no such form."""
    try:
        return rfc8785.dumps(arguments).decode()
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError):
        return None


def grants_of(standing: store.Standing) -> list[Grant]:
    return [
        Grant(
            id=UUID(row["id"]),
            scope=named_scope(
                exact=row["exact"], everybodys=row["user_id"] is None, in_thread=row["thread_id"] is not None
            ),
            given_by=UUID(row["given_by"]),
            unattended=row["unattended"],
            applies=applies(row["condition"]),
        )
        for row in standing.grants
    ]
