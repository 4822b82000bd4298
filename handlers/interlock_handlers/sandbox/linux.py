"""The few calls of Linux that Python does not offer, for a process that confines itself."""

import ctypes
import os
import struct

CLONE_NEWIPC = 0x08000000
CLONE_NEWNET = 0x40000000

_PR_SET_PDEATHSIG = 1
_PR_CAPBSET_DROP = 24
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_CAPABILITY_VERSION_3 = 0x20080522
_LAST_CAPABILITY = 63

# The same numbers on every architecture.
_LANDLOCK_CREATE_RULESET = 444
_LANDLOCK_ADD_RULE = 445
_LANDLOCK_RESTRICT_SELF = 446
_LANDLOCK_VERSION = 1
_LANDLOCK_RULE_PATH_BENEATH = 1
# By the version of Landlock that knows them.
_FILE_RIGHTS = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE, _IOCTL = 1, 2, 4, 8, 1 << 14, 1 << 15
_ONLY_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL
_MAKE_DEVICES = 1 << 6 | 1 << 11
_TCP = 3
_SOCKETS_AND_SIGNALS = 3

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(signal: int) -> None:
    """Be sent this signal when the process that started us ends; to be set after the last change of the uid."""
    _prctl(_PR_SET_PDEATHSIG, signal)


def adopt_orphans() -> None:
    """Become the parent of whatever our descendants leave behind."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def gain_nothing() -> None:
    """No program that is started from here gets more rights than we have."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """Be root in name only; raises OSError."""
    for capability in range(_LAST_CAPABILITY + 1):
        # Beyond the last one that this kernel knows it answers with an error.
        _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    _checked(_libc.capset(header, bytes(24)), "capset")


def unshare(flags: int) -> None:
    """Leave namespaces for new and empty ones; raises OSError."""
    _checked(_libc.unshare(flags), "unshare")


def landlock_version() -> int:
    """What this kernel has of Landlock; 0 for nothing."""
    return max(int(_libc.syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), _LANDLOCK_VERSION)), 0)


def landlock_rules(read: list[str], write: list[str], network: bool) -> int:
    """What `landlock` leaves: these places, and no TCP without `network` where the kernel can; a file descriptor.

    Raises OSError.
    """
    version = landlock_version()
    files = sum(right for since, right in _FILE_RIGHTS.items() if since <= version)
    attributes = struct.pack("=Q", files)
    if version >= 4:
        attributes += struct.pack("=Q", 0 if network else _TCP)
    if version >= 6:
        attributes += struct.pack("=Q", _SOCKETS_AND_SIGNALS)
    size = ctypes.c_size_t(len(attributes))
    rules = _checked(_libc.syscall(_LANDLOCK_CREATE_RULESET, attributes, size, 0), "landlock_create_ruleset")
    for path in read:
        _allow(rules, path, files & (_EXECUTE | _READ_FILE | _READ_DIR))
    for path in write:
        _allow(rules, path, files & ~_MAKE_DEVICES)
    return rules


def landlock(rules: int) -> None:
    """Keep to these rules for good; with a kernel that can, no signal reaches a process that is not below us."""
    _checked(_libc.syscall(_LANDLOCK_RESTRICT_SELF, rules, 0), "landlock_restrict_self")
    os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError):
        # What cannot be reached needs no permission.
        return
    try:
        if not os.path.isdir(path):
            rights &= _ONLY_OF_FILES
        rule = struct.pack("=Qi", rights, place)
        answer = _libc.syscall(_LANDLOCK_ADD_RULE, rules, _LANDLOCK_RULE_PATH_BENEATH, rule, 0)
        _checked(answer, "landlock_add_rule")
    finally:
        os.close(place)


def _prctl(option: int, value: int) -> None:
    _checked(_libc.prctl(option, value, 0, 0, 0), "prctl")


def _checked(answer: int, what: str) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return answer
