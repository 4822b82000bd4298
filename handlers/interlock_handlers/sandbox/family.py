"""The processes below this one: which there are, what they use, and their end."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress

_TICKS = os.sysconf("SC_CLK_TCK")
_MEMORY = (b"RssAnon:", b"RssShmem:", b"VmSwap:")
_HAS_CHILDREN = os.path.exists(f"/proc/self/task/{os.getpid()}/children")


def descendants() -> list[int]:
    """Process ids, parents before their children."""
    found: list[int] = []
    pending = [os.getpid()]
    of: Callable[[int], list[int]] = _children if _HAS_CHILDREN else _scanned()
    while pending:
        children = of(pending.pop())
        found += children
        pending += children
    return found


def memory_bytes(pids: list[int]) -> int:
    """What they hold of the machine's memory that nobody else can use."""
    total = 0
    for pid in pids:
        with suppress(OSError), open(f"/proc/{pid}/status", "rb") as status:
            total += sum(int(line.split()[1]) * 1024 for line in status if line.startswith(_MEMORY))
    return total


def cpu_seconds(pids: list[int]) -> float:
    """CPU time of these, of us, and of those of them that have ended and were waited for."""
    total = 0
    for pid in [os.getpid(), *pids]:
        with suppress(OSError):
            total += sum(int(ticks) for ticks in _stat(pid)[11:15])
    return total / _TICKS


def end() -> None:
    """Kill every process below this one; whoever forks meanwhile is stopped first, so that this comes to an end."""
    stopped: set[int] = set()
    while fresh := [pid for pid in descendants() if pid not in stopped]:
        for pid in fresh:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        stopped.update(fresh)
    for pid in stopped:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def _children(pid: int) -> list[int]:
    children: list[int] = []
    with suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as file:
                children += map(int, file.read().split())
    return children


def _scanned() -> Callable[[int], list[int]]:
    parents: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(OSError):
                parents.setdefault(int(_stat(int(name))[1]), []).append(int(name))
    return lambda pid: parents.get(pid, [])


def _stat(pid: int) -> list[bytes]:
    """The fields from the state on; a process chooses its name itself, so that is left out."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        return file.read().rpartition(b")")[2].split()
