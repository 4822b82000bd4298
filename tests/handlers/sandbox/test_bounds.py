"""What a hostile command may use up, in each kind of sandbox that this machine has."""

import pytest

from interlock_handlers.server_errors import OutcomeUnknown
from tests.handlers.sandbox.conftest import Kind, Prison


async def test_a_fork_bomb_comes_to_its_limit(kind: Kind, prison: Prison) -> None:
    bomb, other = await prison.inmate(processes=16), await prison.inmate("bob")
    made = await bomb.tries("fork", times=60)
    assert (made < 16) == ("process_count" not in kind.containment.openings)
    assert await other.tries("privileges") is not None


async def test_a_file_of_10_gb_comes_to_its_limit(prison: Prison) -> None:
    inmate = await prison.inmate(file_mb=8)
    path = prison.cell("alice") / "large"
    assert await inmate.tries("large_file", path=str(path), size=10 << 30) <= 8 << 20
    assert path.stat().st_size <= 8 << 20


async def test_many_files_come_to_a_limit(kind: Kind, prison: Prison) -> None:
    inmate = await prison.inmate(file_mb=8)
    made = await inmate.tries("many_files", folder="", files=24)
    assert (made <= 8) == ("scratch_size" not in kind.containment.openings)


async def test_one_process_comes_to_its_limit_of_memory(prison: Prison) -> None:
    inmate = await prison.inmate(memory_mb=96)
    assert await inmate.tries("allocate", mib=1000) < 96


async def test_several_processes_together_come_to_the_limit_of_memory(prison: Prison) -> None:
    inmate = await prison.inmate(memory_mb=96)
    with pytest.raises(OutcomeUnknown, match="more than 96 MiB of memory"):
        await inmate.tries("allocate_together", processes=4, mib=60)


async def test_shared_memory_counts_too(prison: Prison) -> None:
    inmate = await prison.inmate(memory_mb=96)
    with pytest.raises(OutcomeUnknown, match="more than 96 MiB of memory"):
        await inmate.tries("allocate_shared", mib=200)


async def test_a_command_that_only_computes_comes_to_its_limit(prison: Prison) -> None:
    inmate = await prison.inmate(cpu_seconds=0.3, cpu_share=0)
    with pytest.raises(OutcomeUnknown, match=r"0\.3 s of CPU time at a stretch"):
        await inmate.tries("spin")


async def test_computing_in_short_lived_children_counts_too(prison: Prison) -> None:
    inmate = await prison.inmate(cpu_seconds=0.3, cpu_share=0)
    with pytest.raises(OutcomeUnknown, match=r"0\.3 s of CPU time at a stretch"):
        await inmate.tries("spin_in_children")
