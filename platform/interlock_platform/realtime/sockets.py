"""The Socket.IO door: every event with a live session, a checked payload, and an answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

import socketio
from pydantic import BaseModel, ValidationError
from socketio.exceptions import ConnectionRefusedError

from interlock_platform.doors import EVENTS, admit
from interlock_platform.errors import Problem
from interlock_platform.http.authentication import Authentication
from interlock_platform.http.problems import DATABASE_AWAY, invalid
from interlock_platform.identity.store import SESSION_CHANNEL
from interlock_platform.limits.admission import Admission
from interlock_platform.principal import Principal
from interlock_platform.realtime.presence import Presence
from interlock_platform.runs.bell import Bell

logger = logging.getLogger(__name__)

SOCKET_PATH = "/ws/socket.io"
MAX_MESSAGE_BYTES = 512 * 1024
SESSION_CHECK_SECONDS = 5.0

Payload = TypeVar("Payload", bound=BaseModel)
Handler = Callable[[str, Principal, Payload], Awaitable[dict[str, Any]]]


def make_server(origin: str) -> socketio.AsyncServer:
    """Websocket only, so that nothing needs sticky sessions; exact origin; the one heartbeat there is."""
    return socketio.AsyncServer(
        async_mode="asgi",
        transports=["websocket"],
        cors_allowed_origins=[origin],
        max_http_buffer_size=MAX_MESSAGE_BYTES,
        ping_interval=8,
        ping_timeout=5,
        always_connect=False,
        logger=False,
        engineio_logger=False,
    )


class Sockets:
    """Registers events; rooms only deliver, authority is read from the session at every event."""

    def __init__(self, server: socketio.AsyncServer, authentication: Authentication, admission: Admission) -> None:
        self.server = server
        self._authentication = authentication
        self._admission = admission
        self._cookies: dict[str, str] = {}
        self.presence = Presence()
        server.on("connect", self._connect)
        server.on("disconnect", self._disconnect)
        server.on("*", self._unknown)

    def on(self, event: str, payload_type: type[Payload], handle: Handler[Payload]) -> None:
        """`handle(sid, principal, payload)` returns what the acknowledgement carries beside `ok`."""
        assert event in EVENTS, f"{event} is no door"

        async def receive(sid: str, data: Any = None) -> dict[str, Any]:
            try:
                principal = await self._authentication.principal(self._cookies.get(sid))
                await self._admission.request(principal)
                admit(principal, event)
                payload = payload_type.model_validate(data, strict=False)
                return {"ok": True, **await handle(sid, principal, payload)}
            except Problem as problem:
                if problem.status == 401:
                    await self.server.disconnect(sid)
                return refused(problem)
            except ValidationError as error:
                # As if the payload were a request's body, whose place the error's path begins with.
                located = [{**each, "loc": ("body", *each["loc"])} for each in error.errors(include_input=False)]
                return refused(invalid(located))
            except DATABASE_AWAY:
                message = "The database does not answer at the moment. Try again shortly."
                return refused(Problem("unavailable", 503, message))
            except Exception:
                logger.exception("The event %s failed", event)
                return refused(Problem("internal", 500, "Something went wrong on our side."))

        self.server.on(event, receive)

    def count(self) -> int:
        """How many sockets are open here."""
        return len(self._cookies)

    async def cut_ended(self, bell: Bell) -> None:
        """Cuts the sockets of a session as soon as it is ended anywhere, until cancelled."""
        async for session_id in bell.listen(SESSION_CHANNEL):
            for sid, _ in list(self.server.manager.get_participants("/", session_room(session_id or ""))):
                await self.server.disconnect(sid)

    async def check_sessions(self) -> None:
        """Cuts the sockets whose session has run out, until cancelled."""
        while True:
            await asyncio.sleep(SESSION_CHECK_SECONDS)
            for sid, cookie in list(self._cookies.items()):
                try:
                    await self._authentication.principal(cookie)
                except Problem:
                    await self.server.disconnect(sid)
                except DATABASE_AWAY as error:
                    logger.warning("Sessions can't be checked: %s", error)
                    break

    async def _connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        cookie = environ.get("HTTP_COOKIE", "")
        if "HTTP_AUTHORIZATION" in environ:
            # Programs have the HTTP API; a key beside a cookie would leave open who it is.
            raise ConnectionRefusedError("session_required")
        try:
            principal = await self._authentication.principal(cookie)
            await self._admission.socket(principal, self.presence.count(principal.tenant_id, principal.user_id))
        except Problem as problem:
            raise ConnectionRefusedError(problem.code) from problem
        except DATABASE_AWAY as error:
            raise ConnectionRefusedError("unavailable") from error
        await self.server.enter_room(sid, user_room(principal.tenant_id, principal.user_id))
        await self.server.enter_room(sid, session_room(principal.session_id))
        self._cookies[sid] = cookie
        self.presence.enter(sid, principal.tenant_id, principal.user_id)

    async def _disconnect(self, sid: str, reason: str = "") -> None:
        self._cookies.pop(sid, None)
        self.presence.leave(sid)

    async def _unknown(self, event: str, sid: str, data: Any = None) -> dict[str, Any]:
        return refused(Problem("unknown_event", 404, "There is no such event. docs/protocol.md lists those there are."))


def refused(problem: Problem) -> dict[str, Any]:
    return {"ok": False, "error": problem.body()}


def user_room(tenant_id: UUID | str, user_id: UUID | str) -> str:
    return f"user:{tenant_id}:{user_id}"


def session_room(session_id: UUID | str) -> str:
    return f"session:{session_id}"


def thread_room(thread_id: UUID | str) -> str:
    return f"thread:{thread_id}"
