"""`interlock serve` and `interlock worker`, forked from a process that has imported everything: a second per start."""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import certifi

from interlock_platform import faults
from tests.faults.arming import Arming
from tests.forks import FORKS
from tests.mcp_servers.process import until
from tests.running import is_ready


class ForkedInterlock:
    """One command of `interlock` in a process of its own; `kill` is SIGKILL to it and to nothing else."""

    def __init__(self, command: str, settings: Mapping[str, str], log: Path, arming: Arming | None = None) -> None:
        """`settings` are the names of variables without `INTERLOCK_`, in lower case; `arming` ends it from within.

        The model is not asked for titles, so that what it answers is the tests' script.
        """
        variables = {f"INTERLOCK_{name.upper()}": value for name, value in {"titles": "words", **settings}.items()}
        variables["SSL_CERT_FILE"] = str(_one_certificate(log.parent))
        self.process = FORKS.Process(target=_interlock, args=([command], variables, str(log), arming))
        self.process.start()
        self.log = log
        self.settings = settings
        self.base_url = f"http://127.0.0.1:{settings['port']}" if "port" in settings else ""

    @property
    def alive(self) -> bool:
        return self.process.is_alive()

    async def ready(self, seconds: float = 60) -> None:
        """Waits until it serves."""
        try:
            await is_ready(self.base_url, seconds)
        except TimeoutError:
            raise AssertionError(f"It does not serve. It said:\n{self.log.read_text()[-3000:]}") from None

    def kill(self) -> None:
        self.process.kill()
        self.process.join()

    async def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = 30) -> int:
        """Asks it to end, and returns its exit code."""
        assert self.process.pid is not None
        os.kill(self.process.pid, number)
        await until(lambda: not self.alive, "the end of the process", seconds)
        assert self.process.exitcode is not None
        return self.process.exitcode


def _one_certificate(folder: Path) -> Path:
    """Nothing here speaks TLS: to read whom this machine trusts would be a good part of a start."""
    path = folder / "trusted.pem"
    if not path.exists():
        first, end, _ = Path(certifi.where()).read_text().partition("-----END CERTIFICATE-----")
        path.write_text(f"{first}{end}\n")
    return path


def _interlock(arguments: Sequence[str], variables: Mapping[str, str], log: str, arming: Arming | None) -> None:
    from interlock_servers.cli import app

    os.setsid()
    if arming is not None:
        faults.reach = arming.reach
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(output, stream)
    sys.stdout, sys.stderr = os.fdopen(1, "w", buffering=1), os.fdopen(2, "w", buffering=1)
    for name in [name for name in os.environ if name.startswith("INTERLOCK_")]:
        del os.environ[name]
    os.environ.update(variables)
    app(list(arguments))
