"""The process between us and a command that we start: it confines the command, watches it, and ends what it leaves.

python -I -S -c "…; main()" PLAN COMMAND ARGUMENT… where PLAN is the JSON of a `plan.Plan`. It is small because one runs
for every command, and loads as little as it can for the same reason.
"""

import json
import os
import resource
import signal
import sys
import time
from contextlib import suppress
from typing import Any, NoReturn

from interlock_handlers.sandbox import family, linux

LOOK_SECONDS = 0.5
GRACE_SECONDS = 1.0
CANNOT_START = 127


def main() -> None:
    """Never returns."""
    plan, argv = json.loads(sys.argv[1]), sys.argv[2:]
    if not sys.platform.startswith("linux"):
        _become(plan, argv)
    linux.adopt_orphans()
    if plan["parent"]:
        linux.die_with_parent(signal.SIGTERM)
        if os.getppid() != plan["parent"]:
            os._exit(CANNOT_START)
    else:
        # The first process of a namespace takes everybody with it.
        linux.die_with_parent(signal.SIGKILL)
    watched = {signal.SIGCHLD, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, watched)
    us = os.getpid()
    child = os.fork()
    if child == 0:
        _become(plan, argv, us)
    # Its ends of the pipes are the command's alone.
    os.close(0)
    os.close(1)
    code, why = _watch(plan, child, watched)
    family.end()
    if why:
        os.set_blocking(2, False)
        with suppress(OSError):
            os.write(2, f"interlock: {why}\n".encode())
    os._exit(code)


def _watch(plan: dict[str, Any], child: int, signals: set[signal.Signals]) -> tuple[int, str]:
    """Until the command ends, has to end, or has used too much; its exit status, and a sentence if we end it."""
    asked_to_end = None
    last_look = time.monotonic()
    cpu_left, cpu_so_far = float(plan["cpu_seconds"]), 0.0
    while True:
        got = signal.sigtimedwait(signals, LOOK_SECONDS)
        now = time.monotonic()
        if got is not None and got.si_signo == signal.SIGTERM and asked_to_end is None:
            asked_to_end = now
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)
        status = _reap(child)
        if status is not None:
            return status, ""
        if asked_to_end is not None and now - asked_to_end > GRACE_SECONDS:
            return 128 + signal.SIGTERM, ""
        if now - last_look < LOOK_SECONDS or not plan["memory_bytes"]:
            continue
        pids = family.descendants()
        if family.memory_bytes(pids) > plan["memory_bytes"]:
            return 128 + signal.SIGKILL, f"ended, because it used more than {plan['memory_bytes'] >> 20} MiB of memory"
        cpu = family.cpu_seconds(pids)
        cpu_left = min(cpu_left + (now - last_look) * plan["cpu_share"], plan["cpu_seconds"]) - max(cpu - cpu_so_far, 0)
        cpu_so_far, last_look = cpu, now
        if cpu_left < 0:
            return 128 + signal.SIGKILL, f"ended, because it used {plan['cpu_seconds']:g} s of CPU time at a stretch"


def _reap(child: int) -> int | None:
    """Wait for whoever has ended; the exit status of `child` if it was among them."""
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            if ended[0] == child:
                code = os.waitstatus_to_exitcode(ended[1])
                return code if code >= 0 else 128 - code
    return None


def _become(plan: dict[str, Any], argv: list[str], supervisor: int = 0) -> NoReturn:
    """Give up what the plan does not leave, and be the command from now on."""
    try:
        # Before the change of the uid, which may not reach all of these places.
        rules = linux.landlock_rules(**plan["landlock"]) if plan["landlock"] is not None else None
        if plan["confined"]:
            _confine(plan)
        os.chdir(plan["directory"])
        if supervisor:
            linux.die_with_parent(signal.SIGKILL)
            if os.getppid() != supervisor:
                os._exit(CANNOT_START)
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
        for ignored_by_python in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(ignored_by_python, signal.SIG_DFL)
        if plan["confined"] and sys.platform.startswith("linux"):
            linux.gain_nothing()
            if rules is not None:
                linux.landlock(rules)
        env = {name: os.environ[name] for name in plan["environment"] if name in os.environ}
        os.execve(argv[0], argv, env)  # noqa: S606 - what the operator's file says, and no shell
    except OSError as error:
        os.write(2, f"interlock: {argv[0]} could not be started: {error.strerror}\n".encode())
    os._exit(CANNOT_START)


def _confine(plan: dict[str, Any]) -> None:
    os.nice(plan["nice"])
    if plan["alone"]:
        # Not everywhere may even root do this; whoever asks for a plan has tried.
        linux.unshare(linux.CLONE_NEWNET | linux.CLONE_NEWIPC)
    for name, most in plan["limits"].items():
        number = getattr(resource, f"RLIMIT_{name}")
        _, hard = resource.getrlimit(number)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(number, (most, most))
    if plan["uid"] is not None:
        os.setgroups([])
        os.setresgid(plan["uid"], plan["uid"], plan["uid"])
        os.setresuid(plan["uid"], plan["uid"], plan["uid"])
    elif os.geteuid() == 0 and sys.platform.startswith("linux"):
        linux.drop_capabilities()
    os.umask(0o077)
