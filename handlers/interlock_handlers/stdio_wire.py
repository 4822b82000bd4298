"""A server that we start as a child process and talk to over its standard input and output.

Not the SDK's own stdio client: that one hands the child our HOME and user, reads lines of any length, and does not say
whether a request had been written when the child died.
"""

import asyncio
import logging
import os
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
import mcp_types as types
from anyio.streams.memory import MemoryObjectSendStream
from mcp.client import Transport
from mcp.shared.message import SessionMessage

from interlock_handlers.latch import Latch
from interlock_handlers.patience import TooMuch
from interlock_handlers.sandbox.command import Command
from interlock_handlers.sandbox.containment import Containment
from interlock_handlers.sandbox.probe import containment as strongest
from interlock_handlers.sandbox.start import Start, prepare
from interlock_handlers.server_errors import ServerNonsense, ServerUnavailable
from interlock_handlers.server_spec import ServerSpec
from interlock_handlers.stdio_input import StdioInput
from interlock_handlers.stdio_lines import Complaints, lines

GRACE_SECONDS = 2.0
LAST_WORDS_SECONDS = 0.5

logger = logging.getLogger(__name__)


class StdioWire:
    """One child process in its sandbox, with an environment of what the spec declares and no more."""

    def __init__(self, spec: ServerSpec, containment: Containment | None = None) -> None:
        """Without `containment`, in the strongest that works here."""
        self.dead = Latch()
        self.doubtful = Latch()
        self.excessive = Latch()
        self.established = False
        self.wants_login = False
        self._spec = spec
        self._containment = containment
        self._process: Process | None = None
        self._start_error: OSError | None = None
        self._garbage = ""
        self._excess = ""
        self._complaints = Complaints()

    def transport(self) -> Transport:
        return self._run()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def returncode(self) -> int | None:
        """The exit status, as soon as it has ended."""
        return self._process.returncode if self._process else None

    def excess(self, why: str) -> None:
        self._excess = why
        self.excessive.set(why)
        self.dead.set(why)

    def diagnosis(self, error: BaseException | None) -> ServerUnavailable:
        command = self._spec.command
        if self._excess:
            return ServerNonsense(f"The command “{command}” was cut off: {self._excess}.")
        if isinstance(self._start_error, FileNotFoundError):
            return ServerUnavailable(f"The command “{command}” is not installed on the machine that runs Interlock.")
        if self._start_error is not None:
            return ServerUnavailable(f"The command “{command}” could not be started: {self._start_error.strerror}.")
        if self._garbage:
            return ServerNonsense(f"The command “{command}” does not speak MCP. It wrote: {self._garbage}")
        words = self._complaints.last_words
        said = f" Its last words: {words}" if words else ""
        if self.dead.is_set and not isinstance(error, TimeoutError):
            return ServerUnavailable(f"The command “{command}” ended before it could be used.{said}")
        return ServerUnavailable(f"The command “{command}” takes too long to answer.{said}")

    @asynccontextmanager
    async def _run(self) -> AsyncIterator[Any]:
        # A start that is broken off half-way leaves a process that nobody ends, or hangs inside asyncio.
        starting = asyncio.create_task(self._start())
        try:
            start, process = await asyncio.shield(starting)
        except asyncio.CancelledError:
            with anyio.CancelScope(shield=True):
                await _never_mind(starting)
            raise
        except OSError as error:
            self._start_error = error
            raise
        self._process = process
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        incoming, messages = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        listening = asyncio.create_task(self._complaints.listen(process.stderr))
        reading = asyncio.create_task(self._read(process.stdout, incoming, listening))
        try:
            yield messages, StdioInput(process.stdin, self.dead)
        finally:
            # Whatever happens to this task, the child must not outlive it.
            try:
                with anyio.CancelScope(shield=True):
                    await _end(process, in_order=not self._excess)
            finally:
                _kill(process)
                messages.close()
                # With the pipes at their end they come to theirs, and the last words are heard.
                await asyncio.wait((reading, listening), timeout=GRACE_SECONDS / 10)
                for reader in (reading, listening):
                    reader.cancel()
                incoming.close()
                await asyncio.gather(reading, listening, return_exceptions=True)
                _release(process)
                await asyncio.to_thread(start.clean_up)

    async def _start(self) -> tuple[Start, Process]:
        start = await asyncio.to_thread(self._prepare)
        try:
            return start, await asyncio.create_subprocess_exec(
                *start.argv,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=start.env,
                start_new_session=True,
            )
        except OSError:
            start.clean_up()
            raise

    def _prepare(self) -> Start:
        spec = self._spec
        whose = f"{spec.owner}\0{spec.id}"
        command = Command(spec.command, spec.args, spec.env, spec.cwd, spec.sandbox, whose)
        return prepare(command, self._containment or strongest())

    async def _read(
        self,
        output: asyncio.StreamReader,
        incoming: MemoryObjectSendStream[SessionMessage | Exception],
        listening: asyncio.Task[None],
    ) -> None:
        async with incoming:
            try:
                async for line in lines(output):
                    await incoming.send(self._understood(line))
            except TooMuch as error:
                self.excess(str(error))
                return
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                # Nobody listens any more, for the session is over.
                return
            await asyncio.wait({listening}, timeout=LAST_WORDS_SECONDS)
            why = self._complaints.why_ended
            self.dead.set(f"The server's process was {why}" if why else "The server's process ended")

    def _understood(self, line: bytes) -> SessionMessage | Exception:
        try:
            return SessionMessage(types.jsonrpc_message_adapter.validate_json(line, by_name=False))
        except ValueError as error:
            self._garbage = self._garbage or line[:200].decode(errors="replace")
            return error


async def _never_mind(starting: asyncio.Task[tuple[Start, Process]]) -> None:
    """Ends what is only just being started."""
    await asyncio.wait({starting})
    if starting.exception() is None:
        start, process = starting.result()
        _kill(process)
        await _ended(process)
        _release(process)
        start.clean_up()


async def _end(process: Process, in_order: bool) -> None:
    """Close its input, wait if it is to end in order, ask it to terminate, wait; the caller kills what is left."""
    assert process.stdin is not None
    process.stdin.close()
    if not (in_order and await _ended(process)):
        _kill(process, signal.SIGTERM)
        if not await _ended(process):
            _kill(process)
            await _ended(process)


async def _ended(process: Process) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(GRACE_SECONDS):
            await process.wait()
    return process.returncode is not None


def _kill(process: Process, how: signal.Signals = signal.SIGKILL) -> None:
    """Signal the whole process group: what the child started ends with it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, how)


def _release(process: Process) -> None:
    # asyncio offers no way to let go of pipes that a surviving grandchild still holds open.
    transport = getattr(process, "_transport", None)
    if transport is not None:
        transport.close()
