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
from types import TracebackType
from typing import Any, Self

import anyio
import mcp_types as types
from anyio.streams.memory import MemoryObjectSendStream
from mcp.client import Transport
from mcp.shared.message import SessionMessage

from interlock_handlers.exchange import current_exchange
from interlock_handlers.latch import Latch
from interlock_handlers.sandbox.command import Command
from interlock_handlers.sandbox.containment import Containment
from interlock_handlers.sandbox.probe import containment as strongest
from interlock_handlers.sandbox.start import Start, prepare
from interlock_handlers.server_errors import ServerNonsense, ServerUnavailable
from interlock_handlers.server_spec import ServerSpec

MAX_LINE_BYTES = 8 * 1024 * 1024
GRACE_SECONDS = 2.0

logger = logging.getLogger(__name__)


class StdioWire:
    """One child process in its sandbox, with an environment of what the spec declares and no more."""

    def __init__(self, spec: ServerSpec, containment: Containment | None = None) -> None:
        """Without `containment`, in the strongest that works here."""
        self.dead = Latch()
        self.doubtful = Latch()
        self.established = False
        self._spec = spec
        self._containment = containment
        self._process: Process | None = None
        self._start_error: OSError | None = None
        self._garbage = ""
        self._last_words = b""

    def transport(self) -> Transport:
        return self._run()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def diagnosis(self, error: BaseException | None) -> ServerUnavailable:
        command = self._spec.command
        if isinstance(self._start_error, FileNotFoundError):
            return ServerUnavailable(f"The command “{command}” is not installed on the machine that runs Interlock.")
        if self._start_error is not None:
            return ServerUnavailable(f"The command “{command}” could not be started: {self._start_error.strerror}.")
        if self._garbage:
            return ServerNonsense(f"The command “{command}” does not speak MCP. It wrote: {self._garbage}")
        words = self._last_words.decode(errors="replace").strip().splitlines()
        said = f" Its last words: {words[-1][:300]}" if words else ""
        if self.dead.is_set and not isinstance(error, TimeoutError):
            return ServerUnavailable(f"The command “{command}” ended before it could be used.{said}")
        return ServerUnavailable(f"The command “{command}” takes too long to answer.{said}")

    @asynccontextmanager
    async def _run(self) -> AsyncIterator[Any]:
        start: Start | None = None
        try:
            start = await asyncio.to_thread(self._prepare)
            process = await asyncio.create_subprocess_exec(
                *start.argv,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=start.env,
                start_new_session=True,
            )
        except OSError as error:
            self._start_error = error
            if start is not None:
                start.clean_up()
            raise
        self._process = process
        incoming, messages = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        readers = [asyncio.create_task(self._read(process, incoming)), asyncio.create_task(self._listen(process))]
        try:
            yield messages, _Input(process, self.dead)
        finally:
            # Whatever happens to this task, the child must not outlive it.
            try:
                with anyio.CancelScope(shield=True):
                    await _end(process)
            finally:
                _kill(process)
                messages.close()
                # With the pipes at their end they come to theirs, and the last words are heard.
                await asyncio.wait(readers, timeout=GRACE_SECONDS / 10)
                for reader in readers:
                    reader.cancel()
                incoming.close()
                await asyncio.gather(*readers, return_exceptions=True)
                _release(process)
                start.clean_up()

    def _prepare(self) -> Start:
        spec = self._spec
        whose = f"{spec.owner}\0{spec.id}"
        command = Command(spec.command, spec.args, spec.env, spec.cwd, spec.sandbox, whose)
        return prepare(command, self._containment or strongest())

    async def _read(self, process: Process, incoming: MemoryObjectSendStream[SessionMessage | Exception]) -> None:
        assert process.stdout is not None
        buffer = bytearray()
        async with incoming:
            while chunk := await process.stdout.read(65536):
                searched = len(buffer)
                buffer += chunk
                while (end := buffer.find(b"\n", searched)) >= 0:
                    line = bytes(buffer[:end]).strip()
                    del buffer[: end + 1]
                    searched = 0
                    if line:
                        await self._deliver(line, incoming)
                if len(buffer) > MAX_LINE_BYTES:
                    self.dead.set(f"The server wrote a line of more than {MAX_LINE_BYTES // 1024 // 1024} MiB")
                    return
            self.dead.set("The server's process ended")

    async def _deliver(self, line: bytes, incoming: MemoryObjectSendStream[SessionMessage | Exception]) -> None:
        item: SessionMessage | Exception
        try:
            item = SessionMessage(types.jsonrpc_message_adapter.validate_json(line, by_name=False))
        except ValueError as error:
            self._garbage = self._garbage or line[:200].decode(errors="replace")
            item = error
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            await incoming.send(item)

    async def _listen(self, process: Process) -> None:
        """Keep the child's standard error from filling up, and its last lines for the diagnosis."""
        assert process.stderr is not None
        while chunk := await process.stderr.read(65536):
            self._last_words = (self._last_words + chunk)[-2048:]
            logger.debug("%s: %s", self._spec.id, chunk.decode(errors="replace").rstrip())


class _Input:
    """The child's input as the SDK's write stream; it writes in the task of the caller, whose call it knows."""

    def __init__(self, process: Process, dead: Latch) -> None:
        assert process.stdin is not None
        self._stdin = process.stdin
        self._dead = dead

    async def send(self, item: SessionMessage, /) -> None:
        message = item.message
        is_call = isinstance(message, types.JSONRPCRequest) and message.method == "tools/call"
        exchange = current_exchange.get() if is_call else None
        line = message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n"
        if self._dead.is_set or self._stdin.is_closing():
            raise anyio.BrokenResourceError
        if exchange is not None and not exchange.sending():
            raise anyio.BrokenResourceError
        self._stdin.write(line)
        if self._stdin.is_closing():
            # The pipe broke under this very write: nobody was there to read it.
            if exchange is not None:
                exchange.not_sent_after_all()
            self._dead.set("The server's process ended")
            raise anyio.BrokenResourceError
        try:
            await self._stdin.drain()
        except ConnectionError:
            raise anyio.BrokenResourceError from None

    async def aclose(self) -> None:
        self._stdin.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


async def _end(process: Process) -> None:
    """Close its input, wait, ask it to terminate, wait; the caller kills what is left."""
    assert process.stdin is not None
    process.stdin.close()
    if not await _ended(process):
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
