"""The command line of bubblewrap: which of this machine a command finds around itself."""

import os
from collections.abc import Iterator

from interlock_handlers.sandbox.containment import Containment
from interlock_handlers.sandbox.sandbox import Sandbox

_NAMESPACES = ("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")


def bubblewrap(containment: Containment, sandbox: Sandbox, read: list[str], write: list[str]) -> tuple[str, ...]:
    """All that goes before the command; what is run is the first process of its namespace."""
    argv = [containment.program, "--die-with-parent", "--as-pid-1", *_NAMESPACES, "--cap-drop", "ALL"]
    if not sandbox.network:
        argv += ["--unshare-net"]
    if os.geteuid() == 0:
        # For the launcher, which then becomes the user of the command's own.
        argv += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_KILL"]
    else:
        argv += ["--unshare-user", *(["--disable-userns"] if "--disable-userns" in containment.options else [])]
    size = ["--size", str(sandbox.file_mb << 20)] if "--size" in containment.options else []
    # These first: what is to be read may be below them.
    argv += ["--proc", "/proc", "--dev", "/dev"]
    for scratch in ("/dev/shm", "/tmp"):  # noqa: S108 - its own
        argv += ["--perms", "1777", *size, "--tmpfs", scratch]
    read, reading = _resolved(read)
    write, writing = _resolved(write)
    read = [path for path in read if not _below(path, read)]
    # By itself bubblewrap makes them for nobody but whom it runs as.
    for folder in dict.fromkeys(above for path in (*read, *write) for above in _above(path)):
        argv += ["--perms", "0755", "--dir", folder]
    for link, target in (reading | writing).items():
        if not _below(link, read):
            argv += ["--symlink", target, link]
    for path in read:
        argv += ["--ro-bind", path, path]
    for path in write:
        argv += ["--bind", path, path]
    return (*argv, "--remount-ro", "/", "--")


def _resolved(paths: list[str]) -> tuple[list[str], dict[str, str]]:
    """Where these really are, and the links on the way to them."""
    found: list[str] = []
    links: dict[str, str] = {}
    for path in paths:
        for _ in range(40):
            link = next((part for part in (*_above(path), path) if os.path.islink(part)), None)
            if link is None:
                break
            target = links[link] = os.readlink(link)
            path = os.path.normpath(os.path.join(os.path.dirname(link), target) + path[len(link) :])
        found.append(path)
    return list(dict.fromkeys(found)), links


def _above(path: str) -> Iterator[str]:
    """The folders on the way to a place, from the top; without the root itself."""
    parts = path.strip("/").split("/")
    for end in range(1, len(parts)):
        yield "/" + "/".join(parts[:end])


def _below(path: str, places: list[str]) -> bool:
    return any(path.startswith(place.rstrip("/") + "/") for place in places)
