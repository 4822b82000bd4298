"""Finding what was said, and where: in a person's own threads, the archive too."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from interlock_platform.chat.search import store
from interlock_platform.chat.search.store import BEGINS, ENDS
from interlock_platform.database import Database, Scope
from interlock_platform.errors import Problem
from interlock_platform.principal import Principal

PAGE = 20
MOST_TITLES = 10


class Search:
    """What is found is told in parts, hits and what is around them: no markup leaves the server."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, who: Principal, asked: str, cursor: str | None) -> dict[str, Any]:
        """The titles come with the first page."""
        before = read_cursor(cursor) if cursor else None
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            threads = [] if before else await store.threads(session, who.user_id, asked, MOST_TITLES)
            messages = await store.messages(session, who.user_id, asked, before=before, most=PAGE + 1)
        following = write_cursor(messages[PAGE - 1]) if len(messages) > PAGE else None
        return {
            "threads": [_thread(row, asked) for row in threads],
            "messages": [_message(row) for row in messages[:PAGE]],
            "next": following,
        }


def _thread(row: Row[Any], asked: str) -> dict[str, Any]:
    found = parts(row.marked)
    if not any(part["hit"] for part in found):
        found = part_of(row.title, asked)
    return {
        "thread_id": str(row.id),
        "parts": found,
        "archived": row.archived,
        "updated_at": row.updated_at.isoformat(),
    }


def _message(row: Row[Any]) -> dict[str, Any]:
    return {
        "thread_id": str(row.thread_id),
        "title": row.title,
        "archived": row.archived,
        "run_id": str(row.run_id),
        "message_id": str(row.id),
        "role": row.role,
        "at": row.created_at.isoformat(),
        "parts": parts(row.marked),
    }


def parts(marked: str) -> list[dict[str, Any]]:
    """A text with marked hits, cut at the marks."""
    plain, *rest = marked.split(BEGINS)
    found = [{"text": plain, "hit": False}]
    for piece in rest:
        hit, _, after = piece.partition(ENDS)
        found += [{"text": hit, "hit": True}, {"text": after, "hit": False}]
    return [part for part in found if part["text"]]


def part_of(title: str, asked: str) -> list[dict[str, Any]]:
    """A title in which what was asked for stands in the middle of words."""
    at = title.lower().find(asked.lower())
    if at < 0:
        return [{"text": title, "hit": False}]
    return parts(f"{title[:at]}{BEGINS}{title[at : at + len(asked)]}{ENDS}{title[at + len(asked) :]}")


def write_cursor(last: Row[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps([last.created_at.isoformat(), str(last.id)]).encode()).decode()


def read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        at, message_id = json.loads(base64.urlsafe_b64decode(cursor))
        return datetime.fromisoformat(at), UUID(message_id)
    except (ValueError, TypeError, AttributeError, binascii.Error) as error:
        raise Problem("invalid", 422, "This cursor is not one that was given out.") from error
