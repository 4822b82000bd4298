"""A hostile command in each kind of sandbox that this machine has: what it gets at is what we say is open there."""

import json
import os
import socket
from typing import Any

import pytest

from interlock_handlers.sandbox.containment import Opening
from tests.handlers.sandbox.conftest import TESTS, Ground, Inmate, Kind, Prison


def is_open(kind: Kind, opening: Opening) -> bool:
    return opening in kind.containment.openings


async def test_our_environment_is_not_its_own(inmate: Inmate, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(await inmate.tries("environment")) - {"TMPDIR"} == {
        "PATH", "LANG", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE",
    }  # fmt: skip


async def test_it_reads_no_environment_of_our_processes(kind: Kind, inmate: Inmate, ground: Ground) -> None:
    found = await inmate.tries("find_in_environments", token=ground.token)
    assert bool(found) == is_open(kind, "our_processes")


async def test_it_reads_no_memory_of_our_processes(kind: Kind, inmate: Inmate, ground: Ground) -> None:
    got = await inmate.tries("read_memory", pid=ground.decoy.pid)
    assert (got is not None) == is_open(kind, "our_processes")


async def test_it_traces_no_process_of_ours(kind: Kind, inmate: Inmate, ground: Ground) -> None:
    got = await inmate.tries("trace", pid=ground.decoy.pid)
    assert (got is not None) == is_open(kind, "our_processes")


async def test_it_sees_no_process_of_ours(kind: Kind, inmate: Inmate, ground: Ground) -> None:
    found = await inmate.tries("find_processes", token=ground.token)
    assert bool(found) == is_open(kind, "other_processes")


async def test_it_does_not_list_our_data(kind: Kind, inmate: Inmate, ground: Ground) -> None:
    got = await inmate.tries("listing", path=str(ground.key.parent))
    assert ground.key.name not in (got or ()) or is_open(kind, "our_files")


async def test_it_does_not_read_our_secret_key(kind: Kind, inmate: Inmate, ground: Ground) -> None:
    assert (await inmate.tries("read", path=str(ground.key)) is not None) == is_open(kind, "our_files")


async def test_it_does_not_read_our_ssh_key(kind: Kind, inmate: Inmate, ground: Ground) -> None:
    assert (await inmate.tries("read", path=str(ground.ssh_key)) is not None) == is_open(kind, "our_files")


async def test_it_does_not_read_what_somebody_else_keeps(kind: Kind, prison: Prison) -> None:
    alice, bob = await prison.inmate("alice"), await prison.inmate("bob")
    note = str(prison.cell("bob") / "note")
    await bob.tries("write", path=note)
    assert await bob.tries("read", path=note) == "I was here"
    assert (await alice.tries("read", path=note) is not None) == is_open(kind, "our_files")


async def test_it_does_not_write_what_somebody_else_keeps(kind: Kind, prison: Prison) -> None:
    alice, bob = await prison.inmate("alice"), await prison.inmate("bob")
    note = prison.cell("bob") / "planted"
    await bob.tries("listing", path=str(note.parent))
    await alice.tries("write", path=str(note))
    assert note.exists() == is_open(kind, "our_files")


@pytest.mark.parametrize("place", ["data", "home", "home/.ssh", "program"])
async def test_it_does_not_write_outside(kind: Kind, inmate: Inmate, ground: Ground, place: str) -> None:
    path = ground.folder / place / "planted"
    await inmate.tries("write", path=str(path))
    assert path.exists() == is_open(kind, "our_files")


async def test_it_does_not_write_to_our_program(kind: Kind, inmate: Inmate) -> None:
    path = TESTS / "handlers" / "sandbox" / "planted"
    try:
        await inmate.tries("write", path=str(path))
        assert path.exists() == is_open(kind, "our_files")
    finally:
        path.unlink(missing_ok=True)


async def test_it_leaves_nothing_in_places_that_everybody_may_write(kind: Kind, inmate: Inmate, ground: Ground) -> None:
    # In bubblewrap it may, and nobody else sees it.
    path = ground.folder.parent / f"planted-{ground.token}"
    try:
        await inmate.tries("write", path=str(path))
        assert path.exists() == is_open(kind, "shared_places")
    finally:
        path.unlink(missing_ok=True)


async def test_it_reaches_no_port_of_this_machine(kind: Kind, inmate: Inmate, ground: Ground) -> None:
    await inmate.tries("connect", port=ground.tcp.getsockname()[1])
    assert accepted(ground.tcp) == is_open(kind, "tcp")


async def test_it_sends_no_datagrams(kind: Kind, inmate: Inmate, ground: Ground) -> None:
    await inmate.tries("datagram", port=ground.udp.getsockname()[1])
    assert received(ground.udp) == is_open(kind, "udp")


async def test_it_is_not_reached_from_outside(kind: Kind, inmate: Inmate) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    await inmate.tries("listen", port=port)
    with socket.socket() as client:
        assert (client.connect_ex(("127.0.0.1", port)) == 0) == is_open(kind, "tcp")


async def test_it_reaches_no_socket_in_the_file_system(kind: Kind, inmate: Inmate, ground: Ground) -> None:
    await inmate.tries("connect_unix", path=ground.files.getsockname())
    assert accepted(ground.files) == is_open(kind, "file_sockets")


async def test_it_reaches_no_abstract_socket(kind: Kind, inmate: Inmate, ground: Ground) -> None:
    await inmate.tries("connect_unix", path=f"@interlock-{ground.token}")
    assert accepted(ground.names) == is_open(kind, "named_sockets")


async def test_it_has_no_privileges_and_gains_none(inmate: Inmate) -> None:
    assert await inmate.tries("privileges") == {"capabilities": 0, "may gain": False}


async def test_it_makes_no_device(inmate: Inmate, prison: Prison) -> None:
    assert await inmate.tries("make_device", path=str(prison.cell("alice") / "disk")) is None


@pytest.mark.parametrize("path", ["/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/dev/mem", "/dev/vda"])
async def test_it_does_not_open_what_belongs_to_the_machine(inmate: Inmate, path: str) -> None:
    assert await inmate.tries("open_for_writing", path=path) is None


async def test_it_inherits_no_open_file(prison: Prison, ground: Ground) -> None:
    with ground.key.open() as secret:
        os.set_inheritable(secret.fileno(), True)
        assert await (await prison.inmate()).tries("descriptors") == {}


async def test_it_does_not_lift_its_limits(inmate: Inmate) -> None:
    assert await inmate.tries("raise_limits") == []


async def test_it_signals_no_process_of_ours(kind: Kind, inmate: Inmate, ground: Ground) -> None:
    # Asked for nothing but whether it might, so that the others of these tests still find their decoy.
    assert (await inmate.tries("may_signal", pid=ground.decoy.pid) is not None) == is_open(kind, "signals")
    assert ground.decoy.poll() is None


async def test_the_plan_of_its_sandbox_tells_no_secret(inmate: Inmate) -> None:
    seen: dict[str, Any] = json.loads(await inmate.said("attempt", "read", path="/proc/self/cmdline"))
    assert "tests.mcp_servers.hostile_stdio" in seen["got"]
    assert "landlock" not in seen["got"]


def accepted(listener: socket.socket) -> bool:
    """Whether somebody came in."""
    try:
        client, _ = listener.accept()
    except BlockingIOError:
        return False
    client.close()
    return True


def received(listener: socket.socket) -> bool:
    try:
        listener.recv(100)
    except BlockingIOError:
        return False
    return True
