"""What this machine has to hold the commands that we start."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["bubblewrap", "own_uid", "limits"]
Opening = Literal[
    "our_files",
    "our_processes",
    "signals",
    "other_processes",
    "shared_places",
    "file_sockets",
    "named_sockets",
    "tcp",
    "udp",
    "process_count",
    "scratch_size",
]
OPENINGS: Mapping[Opening, str] = {
    "our_files": "reads and writes what Interlock may",
    "our_processes": "reads the environment and memory of Interlock's processes",
    "signals": "ends Interlock's processes, and what watches it",
    "other_processes": "sees which processes run",
    "shared_places": "reads and writes what everybody may",
    "file_sockets": "connects to sockets in the file system that everybody may use",
    "named_sockets": "connects to abstract sockets of this machine",
    "tcp": "uses TCP whatever its entry says",
    "udp": "uses UDP whatever its entry says",
    "process_count": "starts as many processes as it likes",
    "scratch_size": "fills the disk with many small files",
}


@dataclass(frozen=True)
class Containment:
    """The strongest of three kinds that works here, and what comes on top of the weaker two.

    `landlock` is the version that the kernel has, 0 for none; `own_network` says whether a command without network can
    be given one with nobody in it; `as_root` is what we run as; `because` says why it is not bubblewrap.
    """

    kind: Kind
    landlock: int = 0
    own_network: bool = True
    as_root: bool = False
    program: str = ""
    options: frozenset[str] = frozenset()
    because: str = ""

    @property
    def name(self) -> str:
        """What holds the commands here, in a few words."""
        if self.kind == "bubblewrap":
            return "bubblewrap"
        held = "a user of its own and limits" if self.kind == "own_uid" else "limits"
        return f"{held} and Landlock {self.landlock}" if self.landlock else held

    @property
    def sentence(self) -> str:
        """The same for the operator, with what it leaves open."""
        if self.kind == "bubblewrap":
            return "each command is held by bubblewrap: it sees its own files and processes, and nothing else"
        still = "; ".join(OPENINGS[opening] for opening in OPENINGS if opening in self.openings)
        return (
            f"each command is held by {self.name}, and not by bubblewrap, because {self.because}; "
            f"what a hostile one still does: {still}"
        )

    @property
    def openings(self) -> frozenset[Opening]:
        """What a hostile command can do here all the same; none of it in bubblewrap."""
        return frozenset(self._openings())

    def _openings(self) -> Iterator[Opening]:
        if self.kind == "bubblewrap":
            if "--size" not in self.options:
                yield "scratch_size"
            return
        yield "file_sockets"
        yield "scratch_size"
        if not self.landlock:
            yield "other_processes"
            yield "shared_places"
        if self.kind == "limits":
            if not self.landlock:
                yield "our_files"
                yield "our_processes"
            if self.landlock < 6:
                yield "signals"
            if self.as_root:
                yield "process_count"
        if not self.own_network:
            yield "udp"
            if self.landlock < 4:
                yield "tcp"
            if self.landlock < 6:
                yield "named_sockets"
