"""Asking for a thing that is somebody else's, and for one that is nobody's: the two answers have to be the same."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tests.person import Person
from tests.platform.place import Place

Ids = Mapping[str, str]
"""What an address or a payload names, by parameter."""

VARIES = re.compile(rb'"request_id":"[^"]*"')
NOT_COMPARED = frozenset({"date", "x-request-id", "ratelimit", "ratelimit-policy"})
SEEN = ["seen_at", "used_at", "last_used_at"]
"""Columns that say when somebody was here last: being refused is being here."""
BESIDE = ("procrastinate_%", "audit%", "sign_ins", "rate_windows", "alembic_version")
"""Tables in which something may happen meanwhile: jobs by the clock; that somebody asked, and was refused, is kept."""


@dataclass(frozen=True)
class Asked:
    """An operation; what is in braces in its address or its body stands for an id."""

    method: str
    path: str
    body: Any

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"\{(\w+)\}", f"{self.path} {self.body}")


def put(value: Any, ids: Ids) -> Any:
    """The value with the ids where it names them."""
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda match: ids[match[1]], value)
    if isinstance(value, dict):
        return {name: put(each, ids) for name, each in value.items()}
    return [put(each, ids) for each in value] if isinstance(value, list) else value


async def answer(http: httpx.AsyncClient, asked: Asked, ids: Ids) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body, without what differs from request to request and without the ids."""
    said = await http.request(asked.method, put(asked.path, ids), json=put(asked.body, ids), follow_redirects=False)
    headers = {name: value for name, value in said.headers.items() if name not in NOT_COMPARED}
    content = VARIES.sub(b"", said.content)
    for value in ids.values():
        content = content.replace(value.encode(), b"<id>")
    return said.status_code, headers, content


async def acknowledged(person: Person, event: str, payload: dict[str, Any], ids: Ids) -> str:
    """What an event is answered, without the ids."""
    said = str(await person.emit(event, **put(payload, ids)))
    for value in ids.values():
        said = said.replace(value, "<id>")
    return said


async def fingerprint(place: Place) -> dict[str, str]:
    """Table -> what it holds, as a hash, but for `SEEN` and the tables `BESIDE`."""
    tables = await place.sql(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace "
        "and not relname like any (%s)",
        list(BESIDE),
    )
    hashed = " union all ".join(
        f"select '{name}', md5(coalesce(string_agg(row, '|' order by row), '')) "  # noqa: S608 - names of the catalogue
        f"from (select (to_jsonb(t) - %s::text[])::text as row from {name} t) s"
        for (name,) in tables
    )
    return dict(await place.sql(hashed, *([SEEN] * len(tables))))
