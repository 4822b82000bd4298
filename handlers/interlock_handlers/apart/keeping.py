"""A process that keeps this one's connections: started, asked, and started again when it ends."""

import asyncio
import itertools
import logging
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from interlock_handlers.apart import messages as m
from interlock_handlers.apart.peer import Peer, PeerGone, Refused
from interlock_handlers.apart.remote import RemoteHandler
from interlock_handlers.apart.said_errors import inside, refused
from interlock_handlers.authorization import Authorization
from interlock_handlers.during import During
from interlock_handlers.elicitation import CANCELLED
from interlock_handlers.sampling import SamplingRefused
from interlock_handlers.server_errors import ServerUnavailable

logger = logging.getLogger(__name__)

START_SECONDS = 30.0
FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS = 0.1, 5.0
END_SECONDS = 5.0


class Keeping:
    """Use as `task = create_task(keeping.run())`; the process is started when something is asked of it first."""

    def __init__(self, argv: Sequence[str], allow: Sequence[str]) -> None:
        """`argv` starts the process; the number of its end of a socket is added to it. `allow`: see Outbound."""
        self._argv = tuple(argv)
        self._allow = tuple(allow)
        self._numbers = itertools.count(1)
        self._handlers: dict[int, RemoteHandler] = {}
        self._credentials: dict[int, Authorization] = {}
        self._calls: dict[int, During] = {}
        self._peer: Peer | None = None
        self._needed = asyncio.Event()
        self._there = asyncio.Event()
        self.pid: int | None = None
        """Of the process, while there is one."""

    def begin(self) -> None:
        """Somebody needs the process, or is about to."""
        self._needed.set()

    def add(self, handler: RemoteHandler) -> None:
        """It is told what becomes of its connections, until `let_go`."""
        self._handlers[handler.number] = handler

    async def run(self) -> None:
        """Keeps the process going until cancelled; then it ends, with everything that it kept."""
        pause = FIRST_PAUSE_SECONDS
        await self._needed.wait()
        while True:
            began = asyncio.get_running_loop().time()
            await self._live_with_one()
            if asyncio.get_running_loop().time() - began > LAST_PAUSE_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            logger.error("The process that keeps connections ended; another is started in %g s", pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LAST_PAUSE_SECONDS)

    async def ask(self, what: str, body: bytes) -> bytes:
        """Waits for the process where it is just being started. Raises Refused, PeerGone and ServerUnavailable."""
        self.begin()
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._there.wait()
        except TimeoutError as error:
            raise ServerUnavailable("The process that keeps connections does not start. Try again later.") from error
        peer = self._peer
        if peer is None:
            raise PeerGone
        return await peer.ask(what, body)

    @contextmanager
    def under_way(self, during: During) -> Iterator[int]:
        """The call's number, under which the other process asks and tells of it."""
        number = next(self._numbers)
        self._calls[number] = during
        try:
            yield number
        finally:
            del self._calls[number]

    def keep(self, authorization: Authorization) -> int:
        number = next(self._numbers)
        self._credentials[number] = authorization
        return number

    def forget(self, number: int | None) -> None:
        if number is not None:
            self._credentials.pop(number, None)

    async def let_go(self, handler: int) -> None:
        """Ends a handler's connections."""
        self._handlers.pop(handler, None)
        if self._peer is not None:
            try:
                await self._peer.ask("close", m.OF.pack(m.Of(handler)))
            except PeerGone:
                logger.debug("The process that keeps connections had ended already")

    async def _live_with_one(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *self._argv, str(theirs.fileno()), pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
            )
        self.pid = process.pid
        reader, writer = await asyncio.open_connection(sock=ours)
        peer = Peer(reader, writer, self._answer, self._heard)
        running = asyncio.create_task(peer.run())
        try:
            await peer.ask("begin", m.BEGIN.pack(m.Begin(self._allow)))
            self._peer = peer
            self._there.set()
            for handler in list(self._handlers.values()):
                handler.come_back(self)
            await running
        except PeerGone:
            logger.error("The process that keeps connections ended before it had begun")
        finally:
            self._there.clear()
            self._peer = self.pid = None
            for handler in self._handlers.values():
                handler.lost(self)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await _ended(process)

    async def _answer(self, what: str, body: bytes) -> bytes:
        try:
            match what:
                case "headers":
                    headers = await self._credential(m.HEADERS_WANTED.unpack(body).authorization).headers()
                    return m.HEADERS.pack(dict(headers))
                case "refused":
                    told = m.CREDENTIALS_REFUSED.unpack(body)
                    credential = self._credential(told.authorization)
                    return m.YES_OR_NO.pack(await credential.refused(told.status, told.challenge, told.sent))
                case "ask":
                    asked = m.ASKED.unpack(body)
                    call = self._calls.get(asked.call)
                    return m.ANSWER.pack(await call.ask(asked.elicitation) if call and call.ask else CANCELLED)
                case "sample":
                    wanted = m.TO_SAMPLE.unpack(body)
                    call = self._calls.get(wanted.call)
                    if call is None or call.sample is None:
                        raise SamplingRefused("The call is over.")
                    return m.SAMPLED.pack(await call.sample(wanted.request))
                case _:
                    raise ServerUnavailable(f"Nobody here knows what {what!r} is.")
        except (ServerUnavailable, SamplingRefused) as error:
            raise refused(error) from error
        except Refused:
            raise
        except Exception as error:
            logger.exception("%s could not be answered", what)
            raise refused(inside(error)) from error

    def _heard(self, what: str, body: bytes) -> None:
        if what == "stands":
            stands = m.STANDS.unpack(body)
            handler = self._handlers.get(stands.of.handler)
            if handler is not None:
                handler.stands(stands, self)
        elif what == "of_call":
            tells = m.TELLS_OF.unpack(body)
            call = self._calls.get(tells.call)
            if call is not None and call.told is not None:
                call.told(tells.said)

    def _credential(self, number: int) -> Authorization:
        found = self._credentials.get(number)
        if found is None:
            raise ServerUnavailable("The connection is being ended.")
        return found


async def _ended(process: asyncio.subprocess.Process) -> None:
    """The process ends by itself when nobody is at the other end any more; otherwise it is killed."""
    try:
        async with asyncio.timeout(END_SECONDS):
            await process.wait()
    except TimeoutError:
        logger.warning("The process that keeps connections does not end, and is killed")
        process.kill()
        await process.wait()
