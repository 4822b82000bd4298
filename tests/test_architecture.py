"""The rules of the house that neither the type checkers nor the import contracts know."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
ROOMS = ("graphs", "handlers", "platform", "servers")
MOST_LINES = 350

# Whoever is named here is the one place for what is forbidden everywhere else.
EXECUTOR = "platform/interlock_platform/gate/executor.py"
SENDER = "platform/interlock_platform/gate/sending.py"
DATABASE = "platform/interlock_platform/database.py"
MAKERS_OF_HANDLERS = {
    EXECUTOR,
    SENDER,
    "servers/interlock_servers/connecting.py",
    "platform/interlock_platform/tools/service.py",
    "platform/interlock_platform/tools/user_servers.py",
}
READERS_OF_THE_ENVIRONMENT = {
    "platform/interlock_platform/settings_origin.py",
    "platform/interlock_platform/tools/catalogue.py",
    "servers/interlock_servers/postgres_account.py",
    "handlers/interlock_handlers/sandbox/launcher.py",
}
SETTERS_OF_THE_SCOPE = {
    DATABASE,
    "platform/interlock_platform/identity/store.py",
    "platform/interlock_platform/identity/programs/store.py",
    "platform/interlock_platform/runs/checkpoints.py",
}
SPEAKERS_OF_SQL = SETTERS_OF_THE_SCOPE | {
    "platform/interlock_platform/migrate.py",
    "platform/interlock_platform/runs/bell.py",
    "platform/interlock_platform/runs/queue.py",
    "platform/interlock_platform/runs/recovery.py",
    "platform/interlock_platform/tables/column.py",
    "servers/interlock_servers/postgres_cluster.py",
}
SQL = re.compile(
    r"\s*(select\s|insert into\s|update \S+ set\s|delete from\s|with \S+ as\b|(create|alter|drop|grant|truncate)\s+"
    r"(table|role|database|policy|index|schema|select|insert)|listen |notify |set_config\b)",
    re.IGNORECASE,
)


def sources(*folders: str) -> list[str]:
    """Every Python file below these folders, from the top of the checkout."""
    found = [path for folder in folders for path in (CHECKOUT / folder).rglob("*.py")]
    return sorted(str(path.relative_to(CHECKOUT)) for path in found)


def nodes(path: str) -> Iterator[ast.AST]:
    return ast.walk(ast.parse((CHECKOUT / path).read_text()))


def test_no_folder_hides_a_package_of_the_same_name() -> None:
    assert not (CHECKOUT / "platform" / "__init__.py").exists(), "it would hide the standard library's platform"
    assert not (CHECKOUT / "alembic" / "__init__.py").exists(), "it would hide Alembic"


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_holds_one_package_of_its_own_name_and_nothing_else(room: str) -> None:
    tracked = subprocess.run(["git", "ls-files", room], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert {path.split("/")[1] for path in tracked.stdout.splitlines()} == {f"interlock_{room}"}
    assert (CHECKOUT / room / f"interlock_{room}" / "__init__.py").exists()


def test_imports_go_one_way() -> None:
    linted = subprocess.run([Path(sys.executable).with_name("lint-imports")], cwd=CHECKOUT, capture_output=True,
                            text=True, check=False)  # fmt: skip
    assert linted.returncode == 0, linted.stdout


def test_only_the_executors_sender_calls_tools() -> None:
    callers = {
        path
        for path in sources("graphs", "platform", "servers")
        for node in nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "call"
    }
    assert callers == {SENDER}
    senders = {
        path
        for path in sources("graphs", "platform", "servers")
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and any(name.name == "Sender" for name in node.names)
    }
    assert senders == {EXECUTOR}


def test_handlers_of_servers_are_known_to_those_who_make_them_and_to_the_executor() -> None:
    knowing = {
        path
        for path in sources("graphs", "platform", "servers")
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and any(name.name in ("MCPHandler", "Handler") for name in node.names)
    }
    assert knowing == MAKERS_OF_HANDLERS


def test_only_the_database_opens_engines_and_sessions() -> None:
    openers = ("create_engine", "create_async_engine", "AsyncSession", "async_sessionmaker", "sessionmaker")
    opening = {
        path
        for path in sources(*ROOMS)
        for node in nodes(path)
        if isinstance(node, ast.Call) and called(node) in openers
    }
    assert opening == {DATABASE}


def test_the_scope_of_a_transaction_is_set_in_few_places() -> None:
    assert {path for path in sources(*ROOMS) if "set_config" in (CHECKOUT / path).read_text()} == SETTERS_OF_THE_SCOPE


def test_sql_is_spoken_in_stores() -> None:
    speaking = {
        path for path in sources(*ROOMS) for text in strings(path) if SQL.match(text) and Path(path).name != "store.py"
    }
    assert speaking <= SPEAKERS_OF_SQL


def test_the_environment_is_read_by_the_settings() -> None:
    reading = {
        path
        for path in sources(*ROOMS)
        for node in nodes(path)
        if (isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv"))
        or (isinstance(node, ast.ImportFrom) and any(name.name in ("environ", "getenv") for name in node.names))
    }
    assert reading == READERS_OF_THE_ENVIRONMENT


def test_no_file_is_too_long_to_be_read() -> None:
    typescript = [str(path.relative_to(CHECKOUT)) for path in (CHECKOUT / "web" / "src").rglob("*.ts*")]
    lengths = {path: len((CHECKOUT / path).read_text().splitlines())
               for path in [*sources(*ROOMS, "alembic", "benchmarks"), *typescript]}  # fmt: skip
    assert not {path: lines for path, lines in lengths.items() if lines > MOST_LINES}


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def strings(path: str) -> Iterator[str]:
    """The string constants of a file that are no docstrings."""
    tree = ast.parse((CHECKOUT / path).read_text())
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value
