"""Secrets that are put where secrets go, and the search for them everywhere else."""

import base64
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import httpx
from psycopg import sql

from tests.person import Person
from tests.platform.place import Place


@dataclass
class Planted:
    """Name -> secret, and everything that was seen: place -> text."""

    secrets: dict[str, str] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)

    def plant(self, name: str, value: str = "") -> str:
        """Keeps the secret under a name; makes one where none is given."""
        assert name not in self.secrets
        self.secrets[name] = value or f"planted-{len(self.secrets):02}-{sha256(name.encode()).hexdigest()[:40]}"
        return self.secrets[name]

    async def answered(self, answer: httpx.Response) -> None:
        """A hook of a client: keeps what was answered."""
        await answer.aread()
        # The secret of an invitation is the end of its address.
        path = "/join" if answer.url.path.startswith("/join/") else answer.url.path
        self.seen.append((f"answer of {answer.request.method} {path}", f"{answer.headers} {answer.text}"))

    def heard(self, person: Person) -> None:
        """Keeps what came over the person's socket."""
        self.seen.append(("socket events", json.dumps([person.entries, person.live, person.news, person.progress])))

    async def tables(self, place: Place) -> None:
        """Keeps what is in every table, the vault's as well: there it is sealed."""
        tables = "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        for (name,) in await place.sql(tables):
            rows = await place.sql(sql.SQL("select t::text from {} t").format(sql.Identifier(name)).as_string())
            self.seen.append((f"table {name}", "\n".join(row for (row,) in rows)))

    def files(self, folder: Path, but: set[str]) -> None:
        """Keeps what is in every file below, but those of these names."""
        for path in folder.rglob("*"):
            if path.is_file() and path.name not in but:
                self.seen.append((f"file {path.name}", path.read_bytes().decode("latin-1")))

    def found(self, but: Mapping[str, Collection[str]]) -> list[str]:
        """`secret in place`, for each that is anywhere; `but` is where some of them are shown to whose they are."""
        found = []
        for name, secret in self.secrets.items():
            forms = {secret, quote(secret, safe=""), secret.encode().hex(), base64.b64encode(secret.encode()).decode()}
            for place, text in self.seen:
                if any(form in text for form in forms) and place not in but.get(name, ()):
                    found.append(f"{name} in {place}")
        return found
