"""Finds out what this machine has to hold commands, by trying it."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import cache

from interlock_handlers.sandbox import linux
from interlock_handlers.sandbox.command import Command
from interlock_handlers.sandbox.containment import Containment
from interlock_handlers.sandbox.start import prepare

SECONDS = 15
_OPTIONS = ("--size", "--disable-userns")


@cache
def containment() -> Containment:
    """The strongest that works; tried once, by starting something in it."""
    return possible()[0]


@cache
def possible() -> tuple[Containment, ...]:
    """Every kind that works here, the strongest first."""
    if not sys.platform.startswith("linux"):
        return (Containment("limits", own_network=False, because="that is for Linux only"),)
    working: list[Containment] = []
    because = "it is not installed"
    program = shutil.which("bwrap")
    if program is not None:
        text = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=SECONDS).stdout  # noqa: S603
        wrapped = Containment("bubblewrap", program=program, options=frozenset(o for o in _OPTIONS if o in text))
        error = attempted(wrapped)
        if error is None:
            working.append(wrapped)
        because = "another kind was asked for" if error is None else f"it does not work here ({error})"
    root = os.geteuid() == 0
    weaker = Containment("limits", linux.landlock_version(), own_network=False, as_root=root, because=because)
    if root:
        alone = replace(weaker, own_network=True)
        own = [replace(candidate, kind="own_uid") for candidate in (alone, weaker)]
        working += [candidate for candidate in own if _works(candidate)][:1]
        weaker = alone if _works(alone) else weaker
    return (*working, weaker)


def attempted(
    containment: Containment, program: str = sys.executable, args: tuple[str, ...] = ("-c", "pass")
) -> str | None:
    """None if a command runs in it, else what went wrong."""
    start = prepare(Command(program, args), containment)
    try:
        done = subprocess.run(  # noqa: S603
            start.argv, env=start.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    finally:
        start.clean_up()
    if done.returncode == 0:
        return None
    said = done.stderr.strip().splitlines()
    return said[-1][:200] if said else f"exit status {done.returncode}"


def _works(containment: Containment) -> bool:
    return attempted(containment) is None
