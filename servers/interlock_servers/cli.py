"""The command line: `interlock serve | worker | migrate | settings | doctor | keys rotate | audit verify | version`."""

import asyncio
import gc
import importlib.metadata
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from interlock_platform.settings import Settings, SettingsError, load_settings
from interlock_platform.settings_origin import unknown_variables

# Commands import what they need when they run: most of it takes seconds, and `interlock version` should not.
app = typer.Typer(
    name="interlock",
    help="Interlock: an agent platform in which people decide before a tool acts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
audit = typer.Typer(help="Check the record of who did what.", no_args_is_help=True)
app.add_typer(audit, name="audit")
keys = typer.Typer(help="Change the keys that encrypt secrets and sign tokens.", no_args_is_help=True)
app.add_typer(keys, name="keys")
Result = TypeVar("Result")
out = Console()
err = Console(stderr=True)


@app.command()
def serve() -> None:
    """Serve the API and the web UI, and work on runs unless INTERLOCK_WORKER is apart."""
    settings = _settings()
    from interlock_servers.doctor.port import port_is_free

    if not port_is_free(settings.host, settings.port):
        _stop(f"INTERLOCK_PORT is {settings.port}, and another program on {settings.host} has it: set another one.")
    from interlock_servers.logging_setup import configure_logging

    configure_logging(settings, sys.stderr)
    with _importing():
        from interlock_servers.api import serve as serve_api

    _in_sentences(lambda: serve_api(settings))


@app.command()
def worker() -> None:
    """Work on runs in this process, beside `interlock serve` with INTERLOCK_WORKER=apart."""
    settings = _settings()
    from interlock_servers.logging_setup import configure_logging

    configure_logging(settings, sys.stderr)
    with _importing():
        from interlock_servers.worker import run

    _in_sentences(lambda: run(settings))


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    settings = _settings()
    from interlock_servers.logging_setup import configure_logging

    configure_logging(settings, sys.stderr)
    from interlock_platform.migrate import migrate as bring_up_to_date
    from interlock_platform.secret_key import load_secret_key
    from interlock_servers.owner_url import owner_url

    async def run() -> bool:
        async with owner_url(settings) as url:
            return await bring_up_to_date(url, load_secret_key(settings))

    changed = _in_sentences(lambda: asyncio.run(run()))
    out.print("The database was brought to this version." if changed else "The database is up to date.")


@app.command(name="settings")
def show(markdown: Annotated[bool, typer.Option(help="Write the reference page instead.")] = False) -> None:
    """List every setting: value, where it came from, meaning."""
    from interlock_servers.settings_table import settings_markdown, show_settings

    if markdown:
        typer.echo(settings_markdown(), nl=False)
    else:
        show_settings(out, _settings())


@app.command()
def doctor() -> None:
    """Tell what is configured, reachable and missing; the exit code is 1 if something necessary is missing."""
    settings = _settings()
    from interlock_servers.doctor.examination import examine, show_findings

    findings = _in_sentences(lambda: asyncio.run(examine(settings)))
    show_findings(out, findings)
    if any(finding.state == "missing" for finding in findings):
        raise typer.Exit(1)


@keys.command()
def rotate() -> None:
    """Bring every secret under the present key, and sign tokens with a new one, while Interlock serves; the exit code
    is 1 if a secret can't be opened."""
    settings = _settings()
    from interlock_platform.database import OPERATOR_ROLE, with_role
    from interlock_platform.identity.programs.rotation import new_token_key
    from interlock_platform.migrate import role_password
    from interlock_platform.secret_key import load_secret_key, load_vault_keys
    from interlock_platform.vault.keyring import Keyring
    from interlock_platform.vault.rotation import Rotated
    from interlock_platform.vault.rotation import rotate as bring_under_present_key
    from interlock_servers.owner_url import owner_url

    async def run() -> Rotated:
        async with owner_url(settings) as url:
            operator = with_role(url, OPERATOR_ROLE, role_password(load_secret_key(settings), OPERATOR_ROLE))
            await new_token_key(operator)
            return await bring_under_present_key(operator, Keyring(load_vault_keys(settings)))

    rotated = _in_sentences(lambda: asyncio.run(run()))
    out.print(f"Secrets brought under the present key: {rotated.wrapped}.")
    out.print("Tokens are signed with a new key; the one before is published until its last token has ended.")
    if rotated.refused:
        whys = ", ".join(sorted(set(rotated.refused.values())))
        _stop(
            f"Secrets that could not be: {len(rotated.refused)}. {whys} Set INTERLOCK_VAULT_FORMER_KEYS, and try again."
        )


@audit.command()
def verify(
    file: Annotated[Path, typer.Argument(help="An export: what GET /api/audit/export answers.")],
    public_key: Annotated[str | None, typer.Option(help="The key that has to have signed it.")] = None,
    head: Annotated[str | None, typer.Option(help="An end of the record that was seen before, as SEQ:HASH.")] = None,
) -> None:
    """Check an exported record, without the database; the exit code is 1 if anything was changed."""
    from interlock_servers.audit_verify import read_key, read_pin, show_report, verify_file

    try:
        key, pin = read_key(public_key) if public_key else None, read_pin(head) if head else None
    except ValueError as error:
        _stop(str(error), 2)
    try:
        report = verify_file(file, key, pin, err)
    except OSError as error:
        _stop(f"{file} can't be read: {error.strerror}.", 2)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    show_report(out, report, pinned_key=key is not None, pinned_head=pin is not None)
    if report.findings:
        raise typer.Exit(1)


@app.command()
def version() -> None:
    """Show the version."""
    typer.echo(f"interlock {importlib.metadata.version('interlock')}")


def main() -> None:
    """The console script `interlock`."""
    app()


@contextmanager
def _importing() -> Iterator[None]:
    """Thousands of modules whose objects stay for good: looking for garbage among them takes a sixth of the start."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


def _settings() -> Settings:
    for name, meant in unknown_variables().items():
        hint = f"; did you mean {meant}?" if meant else "."
        err.print(f"[yellow]Warning:[/] {name} means nothing to Interlock{hint}", highlight=False, soft_wrap=True)
    try:
        return load_settings()
    except SettingsError as error:
        _stop(str(error), 2)


def _in_sentences(work: Callable[[], Result]) -> Result:
    """Does the work; what an operator can mend ends it with a sentence instead of a traceback."""
    import psycopg

    from interlock_handlers.models import UnknownModel
    from interlock_platform.policy.operator import PoliciesError
    from interlock_platform.tools.catalogue import CatalogueError
    from interlock_servers.postgres_binaries import PostgresError

    try:
        return work()
    except (PostgresError, UnknownModel, CatalogueError, PoliciesError) as error:
        _stop(str(error))
    except psycopg.OperationalError as error:
        _stop(f"Postgres cannot be used: {' '.join(str(error).split())}")
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _stop(sentence: str, code: int = 1) -> NoReturn:
    err.print(f"[red]Error:[/] {escape(sentence)}", highlight=False, soft_wrap=True)
    raise typer.Exit(code)
