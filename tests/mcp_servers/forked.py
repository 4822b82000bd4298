"""A Python module run as a program in a fork of the process that has imported what it needs."""

import os
import runpy
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tests.forks import FORKS, SERVERS


class Fork:
    """`python -m module arguments…`, a second of imports cheaper; asked and ended as a `subprocess.Popen` is."""

    def __init__(self, argv: Sequence[str], log: Path, env: Mapping[str, str] | None) -> None:
        """`argv` is a command line that begins with the interpreter, `-m` and the module's name."""
        self.args = argv
        self._process = FORKS.Process(target=_run, args=(argv[2], list(argv[2:]), str(log), env and dict(env)))
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        self._process.join(timeout)
        return self._process.exitcode


def can_be_forked(argv: Sequence[str]) -> bool:
    """Whether this command line runs a module that has been imported there."""
    return argv[0] == sys.executable and argv[1] == "-m" and argv[2] in SERVERS


def _run(module: str, argv: list[str], log: str, env: dict[str, str] | None) -> None:
    os.setsid()
    # As in a program that was started: whoever forks passes on neither its streams nor what it does with signals.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nothing, output = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream, target in ((0, nothing), (1, output), (2, output)):
        os.dup2(target, stream)
    sys.stdout, sys.stderr = os.fdopen(1, "w", buffering=1), os.fdopen(2, "w", buffering=1)
    if env is not None:
        os.environ.clear()
        os.environ.update(env)
    sys.argv = argv
    # It is imported already, and run again under the name of a program.
    sys.modules.pop(module, None)
    with suppress(KeyboardInterrupt):
        runpy.run_module(module, run_name="__main__", alter_sys=True)
