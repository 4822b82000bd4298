"""A command as it is really started: with what holds it around it."""

import json
import logging
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import psutil

from interlock_handlers.sandbox import places
from interlock_handlers.sandbox.bubblewrap import bubblewrap
from interlock_handlers.sandbox.command import Command
from interlock_handlers.sandbox.containment import Containment

LEAST_ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8"}
OPEN_FILES = 1024
NICE = 5
# Where no account is: above those that people and containers get, below what some systems take for negative.
FIRST_UID, UIDS = 0x40000000, 0x30000000
_LAUNCH = "import sys; sys.path.append(sys.argv.pop(1)); from interlock_handlers.sandbox.launcher import main; main()"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Start:
    """What to run, with which environment; `scratch` is a folder that goes when the command does."""

    argv: tuple[str, ...]
    env: dict[str, str] = field(repr=False)
    scratch: str | None = None

    def clean_up(self) -> None:
        """Remove what was only for this one start."""
        if self.scratch is None:
            return
        try:
            shutil.rmtree(self.scratch, ignore_errors=True)
        except RecursionError:
            logger.warning("%s is nested too deeply to be removed by us.", self.scratch)


def prepare(command: Command, containment: Containment) -> Start:
    """Make what the command needs, and say how to run it; raises OSError where there is no such command."""
    env = LEAST_ENVIRONMENT | dict(command.env)
    program = places.find(command.program, env, command.cwd)
    sandbox = command.sandbox
    if not sandbox.enabled:
        plan = _plan(command, env, directory=command.cwd or os.getcwd())
        return Start(_launched(plan, program, command.args), env)
    uid = _uid(command) if os.geteuid() == 0 and containment.kind != "limits" else None
    write = places.make_writable(sandbox, uid)
    read = places.readable(program, sandbox, command.cwd)
    directory = command.cwd or (write[0] if write and os.path.isdir(write[0]) else "/")
    if containment.kind == "bubblewrap":
        plan = _plan(command, env, parent=0, uid=uid, directory=directory)
        around = bubblewrap(containment, sandbox, read, write)
        return Start((*around, *_launched(plan, program, command.args)), env)
    scratch = tempfile.mkdtemp(prefix="interlock-")
    if uid is not None:
        os.chown(scratch, uid, uid)
    env = {"TMPDIR": scratch} | env
    rules = None
    if containment.landlock:
        writing = [*places.DEVICES, scratch, *write]
        rules = {"read": [*read, *places.ABOUT_ITSELF], "write": writing, "network": sandbox.network}
    plan = _plan(command, env, uid=uid, directory=directory, landlock=rules)
    plan["alone"] = containment.own_network and not sandbox.network
    return Start(_launched(plan, program, command.args), env, scratch)


def _uid(command: Command) -> int:
    """A user of the machine for this person and purpose; always the same, so that its files stay its own."""
    digest = sha256(command.whose.encode()).digest()
    return FIRST_UID + int.from_bytes(digest[:8]) % UIDS


def _plan(command: Command, env: dict[str, str], *, directory: str, **given: Any) -> dict[str, Any]:
    """What `launcher` reads; sizes in bytes."""
    sandbox = command.sandbox
    return {
        "parent": os.getpid(),
        "confined": sandbox.enabled,
        "uid": None,
        "alone": False,
        "landlock": None,
        "nice": NICE,
        "directory": directory,
        "environment": list(env),
        "memory_bytes": sandbox.memory_mb << 20 if sandbox.enabled else 0,
        "cpu_seconds": sandbox.cpu_seconds,
        "cpu_share": sandbox.cpu_share,
        "limits": {
            "CORE": 0,
            "DATA": sandbox.memory_mb << 20,
            "FSIZE": sandbox.file_mb << 20,
            "NOFILE": OPEN_FILES,
            "NPROC": sandbox.processes + _tasks_of_ours(),
        },
        **given,
    }


def _tasks_of_ours() -> int:
    """Processes and threads that the limit counts besides the command's own, where that is no user of its own."""
    us = os.geteuid()
    if us == 0:
        return 0
    running = psutil.process_iter(["uids", "num_threads"])
    return sum(process.info["num_threads"] for process in running if process.info["uids"].effective == us)


def _launched(plan: dict[str, Any], program: str, args: tuple[str, ...]) -> tuple[str, ...]:
    python = (sys.executable, "-I", "-S", "-c", _LAUNCH, str(places.OURS))
    return (*python, json.dumps(plan), program, *args)
