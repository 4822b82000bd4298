"""What this machine has to hold the commands that we start."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["bubblewrap", "own_uid", "limits"]


@dataclass(frozen=True)
class Containment:
    """The strongest of three kinds that works here, and what comes on top of the weaker two.

    `landlock` is the version that the kernel has, 0 for none; `own_network` says whether a command without network can
    be given one with nobody in it; `because` says why it is not bubblewrap.
    """

    kind: Kind
    landlock: int = 0
    own_network: bool = True
    program: str = ""
    options: frozenset[str] = frozenset()
    because: str = ""

    @property
    def hides_files(self) -> bool:
        return self.kind == "bubblewrap" or self.landlock > 0

    @property
    def sentence(self) -> str:
        """What holds the commands here, for the operator."""
        if self.kind == "bubblewrap":
            return "bubblewrap: each sees its own files and processes only, and no network unless its entry says so"
        whose = "a user of its own for each" if self.kind == "own_uid" else "only limits, and our own user"
        files = f"Landlock {self.landlock} hides other files" if self.landlock else "other files are not hidden"
        if self.own_network:
            network = "no network unless its entry says so"
        else:
            network = "no TCP unless its entry says so" if self.landlock >= 4 else "the network is open to them"
        return f"{whose}, {files}, {network}; not bubblewrap, because {self.because}"
