"""Ways out of a sandbox: each gives back how far it got, or raises OSError. They need nothing but Python."""

import ctypes
import mmap
import os
import resource
import signal
import socket
import stat
import sys
import time
from collections.abc import Callable
from typing import Any

PTRACE_ATTACH, PTRACE_DETACH = 16, 17
MIB = 1 << 20


def environment() -> Any:
    return dict(os.environ)


def find_in_environments(token: str) -> Any:
    """The processes whose environment can be read and has this in it."""
    return [pid for pid in _pids() if token.encode() in _read(f"/proc/{pid}/environ") and pid != os.getpid()]


def find_processes(token: str) -> Any:
    return [pid for pid in _pids() if token.encode() in _read(f"/proc/{pid}/cmdline")]


def read_memory(pid: int) -> Any:
    with open(f"/proc/{pid}/maps") as maps:
        first = maps.readline().partition("-")[0]
    with open(f"/proc/{pid}/mem", "rb") as memory:
        memory.seek(int(first, 16))
        return len(memory.read(64))


def trace(pid: int) -> Any:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(PTRACE_ATTACH, pid, None, None) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")
    os.waitpid(pid, 0)
    libc.ptrace(PTRACE_DETACH, pid, None, None)
    return "attached"


def may_signal(pid: int) -> Any:
    os.kill(pid, 0)
    return "may"


def listing(path: str) -> Any:
    return os.listdir(path)


def read(path: str) -> Any:
    with open(path) as file:
        return file.read()


def write(path: str) -> Any:
    with open(path, "w") as file:
        file.write("I was here")
    return "written"


def open_for_writing(path: str) -> Any:
    os.close(os.open(path, os.O_WRONLY))
    return "opened"


def connect(port: int) -> Any:
    with socket.create_connection(("127.0.0.1", port), 2):
        return "connected"


def connect_unix(path: str) -> Any:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("\0" + path[1:] if path.startswith("@") else path)
        return "connected"


def datagram(port: int) -> Any:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"I was here", ("127.0.0.1", port))
        return "sent"


def listen(port: int) -> Any:
    server = socket.create_server(("127.0.0.1", port))
    _kept.append(server)
    return "listening"


def privileges() -> Any:
    with open("/proc/self/status") as status:
        fields = {name: value.strip() for name, _, value in (line.partition(":") for line in status)}
    return {"capabilities": int(fields["CapEff"], 16), "may gain": fields["NoNewPrivs"] == "0"}


def make_device(path: str) -> Any:
    os.mknod(path, stat.S_IFBLK | 0o600, os.makedev(254, 0))
    return "made"


def descriptors() -> Any:
    """What is open that is no pipe of ours and not the listing itself."""
    found = {fd: _link(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")}
    return {fd: where for fd, where in found.items() if int(fd) > 2 and not where.startswith("/proc/")}


def fork(times: int) -> Any:
    """So many processes that only wait; how many there came to be."""
    for made in range(times):
        try:
            if os.fork() == 0:
                signal.pause()
        except OSError:
            return made
    return times


def large_file(path: str, size: int) -> Any:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with open(path, "wb") as file:
            file.truncate(size)
    except OSError:
        pass
    try:
        with open(path, "ab") as file:
            for _ in range(64):
                file.write(bytes(MIB))
    except OSError:
        pass
    return os.stat(path).st_size


def many_files(folder: str, files: int) -> Any:
    """So many of a MiB; how many there came to be."""
    folder = folder or os.environ.get("TMPDIR", "/tmp")  # noqa: S108
    for made in range(files):
        try:
            with open(f"{folder}/{made}", "wb") as file:
                file.write(bytes(MIB))
        except OSError:
            return made
    return files


def allocate(mib: int) -> Any:
    """How many MiB of memory this process got."""
    taken = bytearray()
    _kept.append(taken)
    try:
        while len(taken) < mib * MIB:
            taken += b"x" * MIB
    except MemoryError:
        pass
    return len(taken) // MIB


def allocate_together(processes: int, mib: int) -> Any:
    for _ in range(processes):
        if os.fork() == 0:
            allocate(mib)
            signal.pause()
    signal.pause()


def allocate_shared(mib: int) -> Any:
    memory = mmap.mmap(-1, mib * MIB)
    for page in range(0, mib * MIB, 4096):
        memory[page] = 1
    signal.pause()


def spin_in_children() -> Any:
    while True:
        if os.fork() == 0:
            end = time.process_time() + 0.2
            while time.process_time() < end:
                pass
            os._exit(0)
        os.wait()


def spin() -> Any:
    while True:
        pass


def raise_limits() -> Any:
    """The limits that could be lifted."""
    lifted = []
    for name in ("DATA", "FSIZE", "NPROC", "NOFILE"):
        number = getattr(resource, f"RLIMIT_{name}")
        try:
            resource.setrlimit(number, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            lifted.append(name)
        except (ValueError, OSError):
            pass
    return lifted


def daemon(token: str) -> Any:
    """A process of no group, session or parent of ours, in the style of daemons."""
    ready, done = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.close(ready)
            for fd in (0, 1, 2):
                os.close(fd)
            # This closes the other end of the pipe.
            os.execv(sys.executable, [sys.executable, "-c", "import signal; signal.pause()", token])  # noqa: S606
        os._exit(0)
    os.close(done)
    os.read(ready, 1)
    return "left behind"


def leave() -> Any:
    """End, and leave what it started to itself."""
    sys.exit(0)


def kill_supervisor() -> Any:
    os.kill(os.getppid(), signal.SIGKILL)
    return "killed"


def _pids() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return [os.getppid(), 1]


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return "/proc/gone"


_kept: list[Any] = []
ATTEMPTS: dict[str, Callable[..., Any]] = {
    attempt.__name__: attempt
    for attempt in (
        environment, find_in_environments, find_processes, read_memory, trace, may_signal, listing, read, write,
        open_for_writing, connect, connect_unix, datagram, listen, privileges, make_device, descriptors, fork,
        large_file, many_files, allocate, allocate_together, allocate_shared, spin, spin_in_children,
        raise_limits, daemon, leave, kill_supervisor,
    )
}  # fmt: skip
