"""The long run leaves nothing behind, however it is ended."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from tests.mcp_servers.process import until


async def test_whoever_ends_the_long_run_ends_all_that_it_started(tmp_path: Path) -> None:
    # Not below pytest's own directories: where root runs the tests, Postgres runs as somebody else.
    with TemporaryDirectory(prefix="interlock-tests-") as directory:
        Path(directory).chmod(0o711)
        argv = ["-m", "tests.faults", "--lanes", "1", "--report", str(tmp_path / "kills.json")]
        campaign = await asyncio.create_subprocess_exec(
            sys.executable, *argv, env={**os.environ, "TMPDIR": directory}, stderr=asyncio.subprocess.PIPE
        )
        whole = psutil.Process(campaign.pid)
        try:
            await until(lambda: list(Path(directory).glob("interlock-ground-*/lane-*/server-0.log")), "a server", 180)
            started = whole.children(recursive=True)
            campaign.send_signal(signal.SIGTERM)
            _, said = await asyncio.wait_for(campaign.communicate(), 60)
        finally:
            if campaign.returncode is None:
                campaign.kill()
        assert said == b"Stopped. It goes on there when it is started again.\n"
        assert campaign.returncode == 1
        await until(lambda: not [each for each in started if each.is_running()], "the end of what it started", 20)
        assert not list(Path(directory).iterdir()), "Postgres and what they wrote are gone as well"
