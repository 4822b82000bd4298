"""The wheel that is built from the tree holds everything, and runs where nothing else is installed."""

import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.mcp_servers.process import ServerProcess, free_port
from tests.running import clean, is_ready

CHECKOUT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(CHECKOUT))
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment in which there is nothing but the wheel and what it needs at run time."""
    environment = tmp_path_factory.mktemp("environment")
    programs = environment / "bin"
    uv = str(Path(sys.executable).with_name("uv"))
    run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(environment))
    install = (uv, "pip", "install", "--quiet", "--python", str(programs / "python"))
    run(*install, "--require-hashes", "--requirement", str(CHECKOUT / "requirements" / "runtime.txt"))
    run(*install, "--no-deps", str(wheel))
    return programs


def test_the_wheel_holds_the_migrations_the_pages_the_catalogue_and_the_web_ui(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    versions = [path.name for path in (CHECKOUT / "alembic" / "versions").glob("*.py")]
    assert versions
    wanted = {f"interlock_platform/_alembic/versions/{name}" for name in versions}
    wanted |= {"interlock_platform/_alembic/env.py", "interlock_platform/tools/catalogue.json"}
    for root in ("platform", "handlers", "graphs", "servers"):
        tracked = run("git", "-C", str(CHECKOUT), "ls-files", root).splitlines()
        wanted |= {name.split("/", 1)[1] for name in tracked}
    built = CHECKOUT / "servers" / "interlock_servers" / "_web"
    assert (built / "index.html").exists(), "make web builds it"
    wanted |= {str(path.relative_to(built.parents[1])) for path in built.rglob("*") if path.is_file()}
    assert not wanted - names


def test_the_wheel_holds_nothing_of_tests_and_caches(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].partition("-")[0] for name in names} == {
        "interlock", "interlock_graphs", "interlock_handlers", "interlock_platform", "interlock_servers",
    }  # fmt: skip
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_the_commands_run_where_nothing_else_is_installed(installed: Path, tmp_path: Path) -> None:
    assert run(str(installed / "interlock"), "version", cwd=tmp_path).startswith("interlock ")
    assert "INTERLOCK_DATABASE_URL" in run(str(installed / "interlock"), "settings", cwd=tmp_path)


async def test_it_serves_where_nothing_else_is_installed(installed: Path) -> None:
    # Not below pytest's own directories: where root runs the tests, Postgres runs as somebody else.
    with TemporaryDirectory(prefix="interlock-wheel-") as directory:
        folder, port = Path(directory), free_port()
        folder.chmod(0o711)
        env = clean({"INTERLOCK_PORT": str(port), "INTERLOCK_DATA_DIR": str(folder / "data")})
        server = ServerProcess([str(installed / "interlock"), "serve"], port, folder / "log", env)
        try:
            await is_ready(f"http://127.0.0.1:{port}")
            os.kill(server.process.pid, signal.SIGINT)
            assert server.process.wait(20) in (0, 130)
        finally:
            server.kill()


def run(*argv: str, cwd: Path = CHECKOUT) -> str:
    """What it printed."""
    ran = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False, env=clean({}), timeout=300)
    assert ran.returncode == 0, f"{argv[0]} {argv[1]}: {ran.stdout[-1000:]} {ran.stderr[-2000:]}"
    return ran.stdout
