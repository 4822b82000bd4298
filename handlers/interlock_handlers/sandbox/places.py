"""Where a confined command may read and write: programs, and what its entry names."""

import errno
import os
import shutil
import site
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from interlock_handlers.sandbox.sandbox import Sandbox

OURS = Path(__file__).parents[2]
# Of /etc only what programs ask for; other things there are nobody's business.
SYSTEM = (
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store",
    *(f"/etc/{name}" for name in (
        "alternatives", "ca-certificates", "crypto-policies", "fonts", "gai.conf", "group", "host.conf", "hosts",
        "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "locale.alias", "localtime", "mime.types", "nsswitch.conf",
        "os-release", "passwd", "pki", "protocols", "resolv.conf", "services", "ssl", "timezone",
    )),
)  # fmt: skip
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
ABOUT_ITSELF = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys/kernel", "/proc/sys/vm")


def find(command: str, env: Mapping[str, str], cwd: str | None) -> str:
    """The program that this command is, as an absolute path; raises FileNotFoundError or PermissionError."""
    if "/" not in command:
        found = shutil.which(command, path=env.get("PATH", os.defpath))
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), command)
        return os.path.abspath(found)
    path = os.path.normpath(os.path.join(cwd or os.getcwd(), command))
    if not os.path.exists(path):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), command)
    if os.path.isdir(path) or not os.access(path, os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), command)
    return path


def readable(program: str, sandbox: Sandbox, cwd: str | None) -> list[str]:
    """What is there of the places that a command may read; the machine's, this Python's, the program's, the entry's."""
    wanted = [*SYSTEM, *_python(), *_around(program), *sandbox.read, *([cwd] if cwd else [])]
    return [path for path in dict.fromkeys(wanted) if os.path.exists(path)]


def make_writable(sandbox: Sandbox, uid: int | None) -> list[str]:
    """The places that a command may write; a directory that is not there is made, for this user and nobody else."""
    for place in map(Path, sandbox.write):
        if place.exists():
            continue
        # Not readable for others, but as root we start each command as somebody else, who has to pass.
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
        place.mkdir(mode=0o700, exist_ok=True)
        if uid is not None:
            os.chown(place, uid, uid)
    return list(sandbox.write)


@cache
def _python() -> tuple[str, ...]:
    """Where this Python and what it can import is, in case a command is one of its programs."""
    folders = [sys.prefix, sys.base_prefix, str(OURS)]
    for packages in map(Path, site.getsitepackages()):
        for listing in packages.glob("*.pth"):
            lines = listing.read_text(errors="replace").splitlines()
            folders += [line for line in lines if line and not line.startswith(("#", "import"))]
    return tuple(folder for folder in folders if os.path.isabs(folder) and folder != "/")


def _around(program: str) -> Iterator[str]:
    """The folder of the program, and of each link on the way to it."""
    for _ in range(40):
        yield os.path.dirname(program)
        if not os.path.islink(program):
            return
        program = os.path.normpath(os.path.join(os.path.dirname(program), os.readlink(program)))
