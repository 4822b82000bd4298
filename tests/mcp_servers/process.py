"""A server in a process of its own, for as long as a test needs it."""

import asyncio
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from tests.mcp_servers.forked import Fork, can_be_forked

START_SECONDS = 60.0


def free_port() -> int:
    """A port that nobody listens on, below those that connections are given: nobody takes it by chance either."""
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class ServerProcess:
    """Started once its port answers; `kill` is SIGKILL to its whole group."""

    def __init__(self, argv: Sequence[str], port: int, log: Path, env: Mapping[str, str] | None = None) -> None:
        self.argv = tuple(argv)
        self.port = port
        self.env = env
        self._log = log
        self.process: subprocess.Popen[bytes] | Fork
        if can_be_forked(argv):
            self.process = Fork(argv, log, env)
        else:
            with log.open("ab") as output:
                self.process = subprocess.Popen(
                    argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=env, start_new_session=True
                )
        self._await_port()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def again(self) -> AbstractContextManager["ServerProcess"]:
        """The same once more, after the last of it is gone."""
        self.kill()
        # What the kernel still does for a process that used io_uring may outlive it, and so does its port.
        end = time.monotonic() + START_SECONDS
        while answers(self.port):
            assert time.monotonic() < end, f"somebody still listens on {self.port}"
        return running(self.argv, self.port, self._log, self.env)

    def _await_port(self) -> None:
        end = time.monotonic() + START_SECONDS
        while not answers(self.port):
            if self.process.poll() is not None or time.monotonic() > end:
                self.kill()
                said = self._log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{self.process.args!r} did not start to listen on {self.port}. It said:\n{said}")


def answers(port: int) -> bool:
    """Whether somebody listens there; a refusal is waited for briefly, so that asking again and again costs nothing."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return True
    except ConnectionRefusedError:
        time.sleep(0.02)
        return False
    except OSError:
        return False


@contextmanager
def running(argv: Sequence[str], port: int, log: Path, env: Mapping[str, str] | None = None) -> Iterator[ServerProcess]:
    """The process, gone afterwards."""
    server = ServerProcess(argv, port, log, env)
    try:
        yield server
    finally:
        server.kill()


async def until(condition: Callable[[], object], what: str, seconds: float = 30.0) -> None:
    """Wait for a condition in another process, or fail the test that waits."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not come about within {seconds:g} s"
        await asyncio.sleep(0.01)
