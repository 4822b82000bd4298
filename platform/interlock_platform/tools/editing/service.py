"""People enter servers, change them and take them away: who may, where they may be, and what follows of it."""

import secrets as randomness
from base64 import b32encode
from hashlib import sha256
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.outbound.refusal import AddressRefused
from interlock_handlers.server_spec import ServerSpec
from interlock_handlers.visible import look
from interlock_platform.audit.chain import canonical
from interlock_platform.audit.store import record
from interlock_platform.credentials.authorizations import HEADER
from interlock_platform.credentials.revocation import revoke
from interlock_platform.credentials.service import secrets_owner
from interlock_platform.database import Database
from interlock_platform.errors import FieldError, Problem, not_found
from interlock_platform.http.problems import invalid
from interlock_platform.principal import Principal
from interlock_platform.rights import require
from interlock_platform.runs.queue import Queue
from interlock_platform.runs.store import tell_tenant, tell_user
from interlock_platform.tables.servers import Server
from interlock_platform.tools import store as connections
from interlock_platform.tools.editing.bodies import ServerBody, ServerChange
from interlock_platform.tools.entries import store
from interlock_platform.tools.entries.permitted import refusal
from interlock_platform.tools.entries.servers import in_force
from interlock_platform.tools.recording import record_tools
from interlock_platform.tools.service import Tools, UserKey
from interlock_platform.vault.service import Vault

MOST_OF_TENANT = 500
MOST_OF_USER = 50


class Editing:
    """The servers that are rows; those of the operator's file are only read."""

    def __init__(self, database: Database, tools: Tools, vault: Vault, outbound: Outbound, queue: Queue) -> None:
        self._database = database
        self._tools = tools
        self._vault = vault
        self._outbound = outbound
        self._queue = queue

    async def create(self, who: Principal, body: ServerBody) -> dict[str, Any]:
        """Raises `forbidden`, `server_not_allowed`, `address_refused`, `name_taken`, and `invalid` for one too many."""
        key = UserKey(who.tenant_id, who.user_id)
        async with self._database.transaction(key.scope) as session:
            row = await self.enter(session, who, body)
        return await self._tools.show_server(key, row.id)

    async def enter(self, session: AsyncSession, who: Principal, body: ServerBody) -> Server:
        """The same in the caller's transaction."""
        owner = who.user_id if body.scope == "personal" else None
        await self.check(session, who, body)
        await self._require_room(session, owner)
        await self._require_name(session, who, body.name)
        row = Server(
            id=f"srv-{b32encode(randomness.token_bytes(8)).decode().lower()[:12]}",
            tenant_id=who.tenant_id,
            user_id=owner,
            name=body.name,
            description=body.description,
            icon=body.icon,
            categories=body.categories,
            transport=body.transport,
            url=body.url,
            auth=body.auth,
            header_names=sorted(body.headers),
            created_by=who.user_id,
        )
        session.add(row)
        await session.flush()
        for name, value in body.headers.items():
            await self._vault.put(
                session, secrets_owner(who.tenant_id, who.user_id, spec_of(row)), HEADER + name, value
            )
        record(session, who.user_id, "server.created", row.id, after=shown(row))
        await self._tell(session, who, row)
        return row

    async def check(self, session: AsyncSession, who: Principal, body: ServerBody) -> None:
        """Whether this person may have this server, and it may be there. Raises what `create` raises."""
        if body.scope == "tenant":
            require(who, "servers.manage")
        else:
            require(who, "runs.start")
        self.check_address(body.url)
        refused = refusal(await in_force(session), body.url) if body.scope == "personal" else None
        if refused is not None:
            raise Problem("server_not_allowed", 403, refused)

    def check_address(self, url: str) -> None:
        """Raises `address_refused` with the rule that refuses it."""
        try:
            self._outbound.check(url)
        except AddressRefused as error:
            problem = Problem(error.code, 422, str(error), errors=(FieldError("/url", str(error)),), rule=error.rule)
            raise problem from error

    async def change(self, who: Principal, server_id: str, change: ServerChange) -> dict[str, Any]:
        """Changes what is named; connections are made anew where it is reached in another way."""
        key = UserKey(who.tenant_id, who.user_id)
        async with self._database.transaction(key.scope) as session:
            row = await self.changeable(session, who, server_id)
            before = shown(row)
            body = changed(row, change)
            await self.check(session, who, body)
            if look(body.name) != look(row.name):
                await self._require_name(session, who, body.name)
            await self._keep_secrets(session, who, row, body, change)
            values = {field: getattr(body, field) for field in ("name", "description", "icon", "categories")}
            reached = {"transport": body.transport, "url": body.url, "auth": body.auth}
            reached_otherwise = any(getattr(row, field) != value for field, value in reached.items())
            names = sorted(body.headers)
            again = reached_otherwise or names != row.header_names or any((change.headers or {}).values())
            revision = row.revision + again
            await store.change(session, server_id, **values, **reached, header_names=names, revision=revision)
            await session.refresh(row)
            record(session, who.user_id, "server.changed", server_id, before=before, after=shown(row), secrets=again)
            await self._tell(session, who, row)
        return await self._tools.show_server(key, server_id)

    async def delete(self, who: Principal, server_id: str) -> None:
        """Everybody's connections to it end, what waits for its tools is void, its secrets are gone, and people's
        tokens are taken back where they came from."""
        async with self._database.transaction(UserKey(who.tenant_id, who.user_id).scope) as session:
            row = await self.changeable(session, who, server_id)
            await store.delete(session, server_id)
            for user_id in sorted(await connections.end_connections(session, server_id)):
                await record_tools(session, self._queue, who.tenant_id, user_id, server_id, ())
            forgotten = await self._tools.credentials.forget_server(session, who.tenant_id, spec_of(row))
            record(session, who.user_id, "server.deleted", server_id, before=shown(row))
            await self._tell(session, who, row)
            await self._tell(session, who, row, "server.deleted")
        await revoke(self._outbound, forgotten)

    async def changeable(self, session: AsyncSession, who: Principal, server_id: str) -> Server:
        """The row, held. Raises `not_found`, and `forbidden` for what is the tenant's or the operator's."""
        if server_id in self._tools.servers.catalogue.entries:
            raise Problem(
                "forbidden", 403, "This server is in the operator's file. Ask the operator to change it there."
            )
        row = await store.find(session, who.user_id, server_id, hold=True)
        if row is None:
            raise not_found()
        if row.user_id is None:
            require(who, "servers.manage")
        return row

    async def _keep_secrets(
        self, session: AsyncSession, who: Principal, row: Server, body: ServerBody, change: ServerChange
    ) -> None:
        owner = secrets_owner(who.tenant_id, who.user_id, spec_of(row))
        for name in set(row.header_names) - body.headers.keys():
            await self._vault.delete(session, owner, HEADER + name)
        for name, value in (change.headers or {}).items():
            if value is not None:
                await self._vault.put(session, owner, HEADER + name, value)

    async def _require_room(self, session: AsyncSession, owner: UUID | None) -> None:
        most = MOST_OF_USER if owner else MOST_OF_TENANT
        if await store.count(session, owner) >= most:
            raise Problem("invalid", 422, f"There may be {most} servers here. Delete one first.")

    async def _require_name(self, session: AsyncSession, who: Principal, name: str) -> None:
        """People choose servers by their names, so two of them don't look alike."""
        for other in (await self._tools.servers.names(session, who.user_id)).values():
            if look(other) == look(name):
                raise Problem("name_taken", 409, f"There is a server “{other}” already. Give this one another name.")

    async def _tell(self, session: AsyncSession, who: Principal, row: Server, kind: str = "catalogue") -> None:
        if row.user_id is None:
            await tell_tenant(session, who.tenant_id, f"{kind}:{row.id}")
        else:
            await tell_user(session, who.tenant_id, row.user_id, f"{kind}:{row.id}")


def changed(row: Server, change: ServerChange) -> ServerBody:
    """The server as it would be. Raises `invalid`."""
    given = change.model_dump(exclude_unset=True)
    kept: dict[str, Any] = {
        field: getattr(row, field)
        for field in ("name", "description", "icon", "categories", "transport", "url", "auth", "header_names")
    }
    names = kept.pop("header_names")
    auth = given.get("auth") or kept["auth"]
    headers = given.pop("headers", None)
    # What is there already stands for itself: nobody needs its value.
    wanted = dict.fromkeys(names, "kept") if headers is None else {n: v or "kept" for n, v in headers.items()}
    if headers and any(value is None and name not in names for name, value in headers.items()):
        error = FieldError("/headers", "A value can be kept only where there is one.")
        raise Problem("invalid", 422, "Some of what was sent is not valid.", errors=(error,))
    said = {field: value for field, value in given.items() if value is not None or field == "icon"}
    whole = {**kept, **said, "headers": wanted if auth == "headers" else {}}
    try:
        return ServerBody.model_validate({**whole, "scope": "personal" if row.user_id else "tenant"})
    except ValidationError as error:
        raise invalid([{**each, "loc": ("body", *each["loc"])} for each in error.errors()]) from error


def spec_of(row: Server) -> ServerSpec:
    return store.entry_of(row).spec


def shown(row: Server) -> dict[str, Any]:
    """As it is recorded: headers by their names; of somebody's own server, who may be deleted, words by their hash."""
    said = {
        "name": row.name,
        "description": row.description,
        "transport": row.transport,
        "url": row.url,
        "auth": row.auth,
        "headers": row.header_names,
        "owner": str(row.user_id) if row.user_id else None,
    }
    if row.user_id is None:
        return said
    words = {field: said.pop(field) for field in ("name", "description", "url", "headers")}
    return {**said, "words_hash": sha256(canonical(words)).hexdigest()}
