"""Mutants of one module are tried: forks of a process that has imported everything but the module and what needs it."""

import ast
import asyncio
import importlib
import importlib.abc
import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType, ModuleType
from typing import Any, Literal, NoReturn

import grimp
import psycopg
import pytest

from interlock_platform.database import conninfo
from interlock_platform.migrate import migrate
from interlock_servers.embedded import EmbeddedPostgres
from interlock_servers.postgres_access import OWNER, PostgresAccess
from tests.conftest import SECRET_KEY, TEMPLATE
from tests.mutants.mutations import Mutant, mutants

ROOTS = ("interlock_graphs", "interlock_handlers", "interlock_platform", "interlock_servers")
LEAST_SECONDS = 5
EACH_CONTROLLED = 20
POLL_SECONDS = 0.005

Fate = Literal["killed", "alive", "too slow"]


@dataclass(frozen=True)
class Target:
    """A module, and the tests that are to notice what is wrong with it."""

    module: str
    tests: tuple[str, ...]
    database: bool = False


@dataclass(frozen=True)
class Tried:
    """What became of a mutant."""

    mutant: Mutant
    fate: Fate


class Trial:
    """To be made in a process of its own, which imports for one target only."""

    def __init__(self, target: Target, access: PostgresAccess | None) -> None:
        self._target = target
        self._access = access
        _preload(target.module)
        found = importlib.util.find_spec(target.module)
        assert found is not None
        assert found.origin is not None
        self._origin = found.origin
        self._source = Path(found.origin).read_text()
        self._seconds = 0

    def baseline(self) -> float:
        """How long the tests take when nothing is wrong. Raises if something is."""
        started = time.monotonic()
        self._seconds = 600
        pid = self._fork(compile(self._source, self._origin, "exec"), quiet=False)
        _, status = os.waitpid(pid, 0)
        if status != 0:
            raise RuntimeError(f"The tests of {self._target.module} fail without any mistake in it.")
        took = time.monotonic() - started
        self._seconds = LEAST_SECONDS + int(10 * took)
        return took

    def run(self, at_once: int) -> Iterator[Tried]:
        """Each mutant, as it comes to its end. Raises if the tests also fail where nothing is wrong."""
        waiting, running = list(mutants(self._source)), dict[int, Mutant]()
        sound = Mutant(0, "", "", ast.parse(self._source))
        for at in range(0, len(waiting), EACH_CONTROLLED):
            waiting.insert(at, sound)
        while waiting or running:
            while waiting and len(running) < at_once:
                mutant = waiting.pop(0)
                running[self._fork(compile(mutant.tree, self._origin, "exec"))] = mutant
            for pid, mutant in list(running.items()):
                ended, status = os.waitpid(pid, os.WNOHANG)
                if ended:
                    del running[pid]
                    if mutant is not sound:
                        yield Tried(mutant, _fate(status))
                    elif status != 0:
                        raise RuntimeError(f"The tests of {self._target.module} fail at times: their word is nothing.")
            time.sleep(POLL_SECONDS)

    def _fork(self, code: CodeType, *, quiet: bool = True) -> int:
        pid = os.fork()
        if pid == 0:
            try:
                self._test(code, quiet=quiet)
            finally:
                os._exit(70)
        return pid

    def _test(self, code: CodeType, *, quiet: bool) -> NoReturn:
        os.setsid()
        signal.alarm(self._seconds)
        if quiet:
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 1)
            os.dup2(nothing, 2)
        sys.meta_path.insert(0, _Instead(self._target.module, self._origin, code))
        given = [_Given(self._access)] if self._access else []
        # Assertions are not rewritten, for nobody reads what they say; and the tests' neighbours' fixtures, which
        # import the whole product, are left alone.
        arguments = [
            "--assert=plain", "--noconftest", "-p", "tests.conftest", "-p", "no:cacheprovider", "-x", "-q",
            "--no-header", *self._target.tests,
        ]  # fmt: skip
        os._exit(int(pytest.main(arguments, given)))


class _Instead(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports this code as the module."""

    def __init__(self, module: str, origin: str, code: CodeType) -> None:
        self._module, self._origin, self._code = module, origin, code

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname != self._module:
            return None
        spec = ModuleSpec(fullname, self, origin=self._origin)
        spec.has_location = True
        return spec

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)  # noqa: S102 - the module's own code


class _Given:
    """The one Postgres of all forks, in the place of one for each."""

    def __init__(self, access: PostgresAccess) -> None:
        self._access = access

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> PostgresAccess | None:
        if fixturedef.argname != "postgres":
            return None
        fixturedef.cached_result = (self._access, fixturedef.cache_key(request), None)
        return self._access


@contextmanager
def a_postgres() -> Iterator[PostgresAccess]:
    """A cluster with the migrated template, which outlives the forks."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="interlock-mutants-")))
        folder.chmod(0o711)
        runner = stack.enter_context(asyncio.Runner())
        embedded = EmbeddedPostgres(folder, durable=False)
        access = runner.run(embedded.start())
        stack.callback(lambda: runner.run(embedded.stop()))
        with psycopg.connect(conninfo(access.superuser_url), autocommit=True) as connection:
            connection.execute(f"create database {TEMPLATE} owner {OWNER}")
        runner.run(migrate(access.url(OWNER, access.owner_password, TEMPLATE), SECRET_KEY))
        yield access


def _preload(module: str) -> None:
    """Everything that the product imports, except for the module and whatever imports it."""
    graph = grimp.build_graph(*ROOTS)
    changed = {module, *graph.find_downstream_modules(module)}
    listing = f"import {', '.join(ROOTS)}, sys\n" + "".join(
        f"import {name}\n" for name in sorted(changed) if not name.endswith("__main__")
    )
    asked = [sys.executable, "-c", f"{listing}print('\\n'.join(sys.modules))"]
    needed = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.splitlines()
    for name in needed:
        if name not in changed and name != "__main__":
            with suppress(ImportError):
                importlib.import_module(name)
    already = changed & sys.modules.keys()
    assert not already, f"imported too early: {already}"


def _fate(status: int) -> Fate:
    if os.WIFSIGNALED(status):
        return "too slow" if os.WTERMSIG(status) == signal.SIGALRM else "killed"
    return "alive" if os.WEXITSTATUS(status) == 0 else "killed"
