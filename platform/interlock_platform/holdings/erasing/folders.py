"""Folders that servers of the operator's file keep for a person."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from interlock_handlers.server_spec import ServerSpec
from interlock_platform.tools.catalogue import OWNER


def remove_folders(specs: Iterable[ServerSpec], owner: str) -> None:
    """Removes what lies below a folder of this owner's alone, on this machine; `owner` is made by us.

    Raises OSError for what is there and can't be removed.
    """
    for spec in specs:
        for named in spec.sandbox.write:
            *above, last = named.partition(OWNER)
            if above[-1] == OWNER:
                folder = Path(above[0] + owner + last.partition("/")[0])
                if folder.is_dir() and not folder.is_symlink():
                    shutil.rmtree(folder)
