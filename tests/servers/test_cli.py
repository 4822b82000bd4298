import json
import logging
import os
import pty
import re
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from rich.console import Console

from interlock_platform.settings import Settings, variable
from interlock_servers.banner import PEOPLE, show_banner
from interlock_servers.devidp import PERSONAS
from interlock_servers.logging_setup import configure_logging
from interlock_servers.settings_table import settings_markdown
from interlock_servers.start_progress import StartProgress

CHECKOUT = Path(__file__).parents[2]
SECONDS = 120


@pytest.fixture
def place() -> Iterator[Path]:
    # Not below pytest's own directories, which are closed: where root runs the tests, Postgres is somebody else.
    with TemporaryDirectory(prefix="interlock-test-") as directory:
        Path(directory).chmod(0o711)
        yield Path(directory)


def interlock(place: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "interlock_servers", *arguments],
        cwd=place,
        env=_environment(**settings),
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


def _environment(**settings: str) -> dict[str, str]:
    inherited = {n: value for n, value in os.environ.items() if not n.startswith(("INTERLOCK_", "OPENAI_"))}
    named = {f"INTERLOCK_{name}": value for name, value in settings.items()}
    return inherited | {"PYTHONPATH": os.pathsep.join(sys.path), "COLUMNS": "200"} | named


def test_help_lists_every_command(place: Path) -> None:
    shown = interlock(place, "--help").stdout
    for command in ("serve", "worker", "migrate", "settings", "doctor", "version"):
        assert re.search(rf"\b{command}\b", shown)


def test_version_is_that_of_the_distribution(place: Path) -> None:
    assert re.fullmatch(r"interlock \d+\.\d+\.\d+\n", interlock(place, "version").stdout)


def test_the_commands_start_without_the_weight_of_the_product(place: Path) -> None:
    heavy = "{'langchain_core', 'langgraph', 'fastapi', 'sqlalchemy', 'psycopg', 'mcp'}"
    program = f"import sys, interlock_servers.cli; print([name for name in sys.modules if name in {heavy}])"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=_environment())
    assert shown.stdout == "[]\n"


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "settings", "doctor"])
def test_a_wrong_setting_stops_every_command_with_a_sentence(place: Path, command: str) -> None:
    ended = interlock(place, command, PORT="eight")
    assert ended.returncode == 2
    assert ended.stderr == "Error: INTERLOCK_PORT must be a whole number.\n"


def test_the_development_sign_in_is_refused_where_others_can_reach_it(place: Path) -> None:
    ended = interlock(place, "serve", HOST="192.0.2.1")
    assert ended.returncode == 2
    assert "INTERLOCK_OIDC_ISSUER" in ended.stderr
    assert not (place / ".interlock").exists()


def test_an_unknown_variable_is_pointed_out(place: Path) -> None:
    ended = interlock(place, "settings", PROT="1")
    assert ended.returncode == 0
    assert "INTERLOCK_PROT means nothing to Interlock; did you mean INTERLOCK_PORT?" in ended.stderr


def test_settings_shows_values_and_where_they_came_from_but_no_secret(place: Path) -> None:
    (place / ".env").write_text("INTERLOCK_PORT=8123\n")
    secret = "s" * 40
    shown = interlock(place, "settings", SECRET_KEY=secret, DATABASE_URL="postgres://owner:hunter2@db/interlock").stdout
    assert "INTERLOCK_PORT=8123  # .env." in shown
    assert "INTERLOCK_HOST=127.0.0.1  # default." in shown
    assert "INTERLOCK_SECRET_KEY=********  # environment." in shown
    assert "postgresql+psycopg://owner:********@db/interlock" in shown
    assert secret not in shown
    assert "hunter2" not in shown
    assert all(variable(name) in shown for name in Settings.model_fields)


def test_the_reference_page_is_what_the_command_writes(place: Path) -> None:
    written = interlock(place, "settings", "--markdown").stdout
    assert written == settings_markdown()
    assert (CHECKOUT / "docs" / "settings.md").read_text() == written, "make docs writes it anew"


def test_a_port_that_is_taken_is_named_before_anything_starts(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = interlock(place, "serve", PORT=port)
    assert ended.returncode == 1
    assert f"INTERLOCK_PORT is {port}, and another program on 127.0.0.1 has it" in ended.stderr
    assert not (place / ".interlock").exists()


def test_migrate_makes_the_database_once_and_doctor_finds_it(place: Path) -> None:
    before = interlock(place, "doctor").stdout
    assert "the database is made by the first start" in before
    assert interlock(place, "migrate").stdout == "The database was brought to this version.\n"
    assert interlock(place, "migrate").stdout == "The database is up to date.\n"
    examined = interlock(place, "doctor").stdout
    assert re.search(r"^ok +Postgres +embedded 18 .* schema up to date$", examined, re.MULTILINE)
    assert re.search(r"^note +Model +demo", examined, re.MULTILINE)
    assert re.search(
        r"^(ok|note) +Commands +each command is held by (bubblewrap|limits|a user)", examined, re.MULTILINE
    )


def test_doctor_names_what_cannot_be_reached_and_fails(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    catalogue = place / "catalogue.json"
    catalogue.write_text('{"mcpServers": {"broken": {}}}')
    ended = interlock(
        place,
        "doctor",
        DATABASE_URL=f"postgres://owner:hunter2@127.0.0.1:{closed}/interlock",
        REDIS_URL=f"redis://127.0.0.1:{closed}",
        OIDC_ISSUER=f"http://127.0.0.1:{closed}",
        OIDC_CLIENT_ID="interlock",
        MODEL="openai:gpt-5.2",
        CATALOGUE=str(catalogue),
    )
    assert ended.returncode == 1
    for about in ("Postgres", "Redis", "Sign-in", "Model", "Catalogue"):
        assert re.search(rf"^missing +{about} .* -> ", ended.stdout, re.MULTILINE), (about, ended.stdout)
    assert "hunter2" not in ended.stdout


def test_doctor_draws_a_table_on_a_terminal(place: Path) -> None:
    shown = _on_a_terminal(place, "doctor")
    assert "What to do" in shown
    assert "✓" in shown


def test_a_database_that_does_not_answer_is_a_sentence(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    ended = interlock(place, "migrate", DATABASE_URL=f"postgres://owner:hunter2@127.0.0.1:{closed}/interlock")
    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: Postgres cannot be used: ")
    assert "Traceback" not in ended.stderr
    assert "hunter2" not in ended.stderr


def test_the_banner_says_where_who_which_model_and_where_data_lies() -> None:
    for terminal in (True, False):
        console = Console(file=StringIO(), force_terminal=terminal, width=120, color_system=None)
        show_banner(console, Settings(data_dir=Path("/somewhere")), 1.23)
        shown = _printed(console)
        for part in ("ready in 1.2 s", "http://127.0.0.1:8000", "demo", "/somewhere", "Ctrl-C"):
            assert part in shown
        assert all(name in shown for name, _ in PEOPLE)
        people = [(each.sub, f"{each.roles[0]} of {each.tenant}") for each in PERSONAS.values()]
        assert list(PEOPLE) == people


def test_the_banner_names_the_provider_and_no_password() -> None:
    settings = Settings(
        oidc_issuer="https://login.example.com",
        oidc_client_id="interlock",
        database_url="postgres://owner:hunter2@db:5432/interlock",
        model="openai:gpt-5.2",
    )
    console = Console(file=StringIO(), width=120)
    show_banner(console, settings, 1)
    shown = _printed(console)
    for part in ("https://login.example.com", "Postgres at db:5432/interlock", "openai:gpt-5.2"):
        assert part in shown
    assert "alice" not in shown
    assert "hunter2" not in shown


def test_progress_has_a_line_with_the_time_for_each_step_and_a_cross_for_the_one_that_failed() -> None:
    console = Console(file=StringIO(), width=120)
    progress = StartProgress(console)
    with progress.step("Starting Postgres", "Postgres ready") as step:
        step.done = "Postgres ready (embedded)"
    with pytest.raises(ValueError, match="no"), progress.step("Migrating", "Migrations up to date"):
        raise ValueError("no")
    first, second = _printed(console).splitlines()
    assert re.fullmatch(r"✓ Postgres ready \(embedded\) +\d+\.\d\d s", first)
    assert second == "✗ Migrating"


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """What is logged while it is used; logging is as before afterwards."""
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    yield StringIO()
    logging.captureWarnings(False)
    root.setLevel(before[0])
    root.handlers[:] = before[1]


def test_json_logs_are_one_object_a_line_even_with_a_traceback(logged: StringIO) -> None:
    configure_logging(Settings(log_format="json"), logged)
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logging.getLogger("interlock.test").exception("It failed\nbadly", extra={"thread_id": "t1", "attempt": 2})
    (line,) = logged.getvalue().splitlines()
    event = json.loads(line)
    assert (event["level"], event["logger"], event["message"]) == ("error", "interlock.test", "It failed\nbadly")
    assert (event["thread_id"], event["attempt"]) == ("t1", 2)
    assert "ValueError: two\nlines" in event["exception"]


def test_text_logs_cannot_be_forged_with_a_line_break(logged: StringIO) -> None:
    configure_logging(Settings(log_format="text"), logged)
    logging.getLogger("interlock.test").warning("name: %s", "x\n12:00:00 ERROR forged", extra={"run_id": "r1"})
    (line,) = logged.getvalue().splitlines()
    assert line.endswith(r"WARNING interlock.test: name: x\n12:00:00 ERROR forged run_id=r1")


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_secret_is_logged(logged: StringIO, log_format: str) -> None:
    given = {"secret_key": "k" * 40, "model_api_key": "sk-very-private", "log_format": log_format}
    configure_logging(Settings.model_validate(given | {"model": "openai:gpt-5.2"}), logged)
    log = logging.getLogger("interlock.test")
    log.warning("with %s and %s", "k" * 40, "sk-very-private")
    log.warning("to postgresql+psycopg://owner:hunter2@db/interlock", extra={"header": "Authorization: Bearer abc.def"})
    log.warning('{"access_token": "abc.def", "api_key": "abc.def"}')
    for secret in ("k" * 40, "sk-very-private", "hunter2", "abc.def"):
        assert secret not in logged.getvalue()
    assert len(logged.getvalue().splitlines()) == 3


def _printed(console: Console) -> str:
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def _on_a_terminal(place: Path, *arguments: str) -> str:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "interlock_servers", *arguments],
        cwd=place,
        env=_environment(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while select.select([ours], [], [], SECONDS)[0]:
        try:
            shown += os.read(ours, 65536)
        except OSError:  # the other side is closed
            break
    os.close(ours)
    process.wait(SECONDS)
    return shown.decode()
