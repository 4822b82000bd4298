"""What a process that we start is given, beyond its own command and environment."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sandbox:
    """By default: no network, nothing of this machine but programs to read, and bounds on what it uses.

    `read` and `write` are absolute paths; a directory to write that is not there is made. Without `enabled` it runs
    as we do, with our rights, and only its end is seen to.
    """

    enabled: bool = True
    network: bool = False
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    memory_mb: int = 1024
    """Of all its processes together."""
    processes: int = 128
    """Processes and threads."""
    file_mb: int = 256
    """The largest file, and all that it keeps for the time it runs."""
    cpu_seconds: float = 300
    """CPU time that its processes may use at a stretch."""
    cpu_share: float = 0.25
    """What of a CPU they may use all the time: so much of the time that passes is given back."""
