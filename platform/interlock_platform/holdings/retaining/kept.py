"""For how long an organisation keeps what."""

from dataclasses import dataclass, fields
from typing import Literal, cast

Kind = Literal["threads", "artifacts", "sessions", "jobs", "toolsets"]


@dataclass(frozen=True)
class Kept:
    """Days since it was last used (chats), made (artifacts, toolsets that nobody has any more) or over (sessions,
    exports and deletions); None is until somebody deletes it. The record has no such limit: it is always kept."""

    threads: int | None = None
    artifacts: int | None = None
    sessions: int | None = None
    jobs: int | None = None
    toolsets: int | None = None


KINDS = cast("tuple[Kind, ...]", tuple(field.name for field in fields(Kept)))
MOST_DAYS = 3650
