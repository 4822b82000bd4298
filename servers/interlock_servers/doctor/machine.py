"""What can be told without asking anybody else: programs, packages, files, the port."""

import os
import shutil
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from interlock_platform.settings import Settings
from interlock_servers.doctor.finding import Finding
from interlock_servers.doctor.port import port_is_free

WEB = Path(__file__).parents[1] / "_web"


def python() -> Finding:
    """Python itself."""
    said = f"{sys.version.split()[0]} ({sys.executable})"
    return Finding("Python", "ok", said)


def packages() -> Finding:
    """The packages that the installed distribution asks for."""
    wrong = []
    for line in metadata.requires("interlock") or []:
        wanted = Requirement(line)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            installed = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            wrong.append(wanted.name)
        else:
            if not wanted.specifier.contains(installed, prereleases=True):
                wrong.append(f"{wanted.name} {installed} (needs {wanted.specifier})")
    if wrong:
        return Finding("Packages", "missing", ", ".join(wrong), "make run, or reinstall interlock")
    return Finding("Packages", "ok", f"interlock {metadata.version('interlock')} and all that it needs")


def web_ui() -> Finding:
    """The built web UI, which `serve` serves."""
    if (WEB / "index.html").is_file():
        return Finding("Web UI", "ok", "built")
    return Finding("Web UI", "missing", "not built", "make web")


def node() -> Finding:
    """Node, which only building the web UI and some MCP servers need."""
    beside = Path(sys.executable).parent / "node"
    found = str(beside) if beside.exists() else shutil.which("node")
    if found:
        return Finding("Node", "ok", found)
    return Finding("Node", "note", "not here", "only needed to build the web UI and for MCP servers that run on it")


def data_dir(settings: Settings) -> Finding:
    """The directory for what this machine keeps."""
    path = settings.data_dir.resolve()
    place = next(parent for parent in (path, *path.parents) if parent.exists())
    if not os.access(place, os.W_OK | os.X_OK):
        return Finding("Data", "missing", f"{place} may not be written to", "set INTERLOCK_DATA_DIR")
    free = shutil.disk_usage(place).free / 1e9
    said = f"{path}{'' if path.exists() else ' (made by the first start)'}, {free:.1f} GB free"
    return Finding("Data", "ok", said) if free > 1 else Finding("Data", "note", said, "make room")


def secret_key(settings: Settings) -> Finding:
    """The secret key."""
    if settings.secret_key is not None:
        return Finding("Secret key", "ok", "set")
    if settings.database_url is not None:
        return Finding(
            "Secret key", "note", "kept in the data directory", "set INTERLOCK_SECRET_KEY if several machines serve"
        )
    return Finding("Secret key", "ok", "kept in the data directory")


def catalogue(settings: Settings) -> Finding:
    """The MCP servers that people are offered."""
    from interlock_platform.tools.catalogue import CatalogueError, load_catalogue

    try:
        servers = load_catalogue(settings.catalogue, settings.data_dir)
    except CatalogueError as error:
        return Finding("Catalogue", "missing", str(error), "mend the file that INTERLOCK_CATALOGUE names")
    added = f" with {settings.catalogue}" if settings.catalogue else ""
    return Finding("Catalogue", "ok", f"{len(servers.entries)} servers{added}")


def commands() -> Finding:
    """What holds the MCP servers that are commands."""
    from interlock_handlers.sandbox.probe import containment

    found = containment()
    if found.kind == "bubblewrap":
        return Finding("Commands", "ok", found.sentence)
    return Finding("Commands", "note", found.sentence, "see “What holds a command” in docs/operating.md")


def port(settings: Settings) -> Finding:
    """The port that `serve` listens on."""
    where = f"{settings.host}:{settings.port}"
    if port_is_free(settings.host, settings.port):
        return Finding("Port", "ok", f"{where} is free")
    return Finding("Port", "note", f"{where} is in use", "by Interlock itself, or set INTERLOCK_PORT")
