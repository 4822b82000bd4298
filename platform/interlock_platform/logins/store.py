"""Rows of sign-ins under way, and of the clients that we are."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_handlers.oauth.client import Client
from interlock_platform.principal import Principal
from interlock_platform.tables.logins import LoginClient, LoginFlow
from interlock_platform.vault.owner import Owner

SECRET_MARGIN = timedelta(hours=1)
"""A client whose secret ends so soon is made anew: people take their time over a sign-in."""


@dataclass(frozen=True)
class Begun:
    """A sign-in that somebody came back from; not `theirs`, when it was begun by somebody else or too long ago."""

    server_id: str
    data: dict[str, Any]
    theirs: bool


async def add_flow(
    session: AsyncSession, state_hash: bytes, who: Principal, server_id: str, data: dict[str, Any], lasts: timedelta
) -> None:
    """Also clears away those that nobody came back to."""
    await session.execute(delete(LoginFlow).where(col(LoginFlow.expires_at) < func.now()))
    row = insert(LoginFlow).values(
        state_hash=state_hash,
        user_id=who.user_id,
        session_id=who.session_id,
        server_id=server_id,
        data=data,
        expires_at=func.now() + lasts,
    )
    await session.execute(row)


async def take_flow(session: AsyncSession, state_hash: bytes, who: Principal) -> Begun | None:
    """The sign-in, at most once, whoever brings its state: what others have seen is of no more use to anybody."""
    taken = (
        delete(LoginFlow)
        .where(col(LoginFlow.state_hash) == state_hash)
        .returning(
            col(LoginFlow.server_id),
            col(LoginFlow.data),
            col(LoginFlow.user_id),
            col(LoginFlow.session_id),
            (col(LoginFlow.expires_at) > func.now()).label("live"),
        )
    )
    row = (await session.execute(taken)).one_or_none()
    if row is None:
        return None
    theirs = (row.user_id, row.session_id) == (who.user_id, who.session_id) and bool(row.live)
    return Begun(row.server_id, row.data, theirs)


async def known_client(session: AsyncSession, issuer: str, redirect_uri: str) -> LoginClient | None:
    """As whom this issuer knows us, unless that is about to end."""
    of = (col(LoginClient.issuer) == issuer, col(LoginClient.redirect_uri) == redirect_uri)
    lasting = (col(LoginClient.expires_at).is_(None)) | (col(LoginClient.expires_at) > func.now() + SECRET_MARGIN)
    return (await session.scalars(select(LoginClient).where(*of, lasting))).one_or_none()


async def add_client(session: AsyncSession, issuer: str, redirect_uri: str, client: Client) -> None:
    """Takes the place of one that has ended, or that somebody else made at the same time."""
    values = {
        "client_id": client.client_id,
        "auth_method": client.auth_method,
        "expires_at": datetime.fromtimestamp(client.expires_at, UTC) if client.expires_at else None,
    }
    row = insert(LoginClient).values(issuer=issuer, redirect_uri=redirect_uri, **values)
    renewed = {**values, "created_at": func.now()}
    await session.execute(
        row.on_conflict_do_update(index_elements=("tenant_id", "issuer", "redirect_uri"), set_=renewed)
    )


async def remove_client(session: AsyncSession, issuer: str, redirect_uri: str) -> None:
    of = (col(LoginClient.issuer) == issuer, col(LoginClient.redirect_uri) == redirect_uri)
    await session.execute(delete(LoginClient).where(*of))


def client_owner(who: Principal) -> Owner:
    """Whose the clients' secrets are: the organisation's, and no server's."""
    return Owner(who.tenant_id, None, "")


def client_secret(issuer: str, redirect_uri: str) -> str:
    """What such a secret is called in the vault."""
    return f"client {issuer} {redirect_uri}"
