"""What a person sees when the server is ready: where to go, whom to be, which model answers, where data lies."""

from urllib.parse import urlsplit

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from interlock_platform.settings import Settings

PEOPLE = (
    ("alice", "owner of acme"),
    ("bob", "member of acme"),
    ("carol", "approver of acme"),
    ("dave", "admin of acme"),
    ("vera", "viewer of acme"),
    ("mallory", "member of globex"),
)


def show_banner(console: Console, settings: Settings, seconds: float) -> None:
    """Prints it: a panel on a terminal, plain lines elsewhere. `seconds` is what the start took."""
    title = f"Interlock is ready in {seconds:.1f} s"
    rows = [
        ("Open", settings.base_url),
        ("Sign in", _sign_in(settings)),
        ("Model", model_line(settings)),
        ("Data", data_line(settings)),
        ("Stop", "Ctrl-C"),
    ]
    if not console.is_terminal:
        console.print(title, *(f"{name:<8}{value}" for name, value in rows), sep="\n", highlight=False, soft_wrap=True)
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, Text(value, f"bold link {value}" if name == "Open" else ""))
    console.print(Panel(table, title=f"[bold green]{title}", title_align="left", border_style="green", expand=False))


def model_line(settings: Settings) -> str:
    """Which model answers, in a few words."""
    if settings.model == "demo":
        return "demo: follows simple rules and needs no key; INTERLOCK_MODEL sets a real one"
    return settings.model + (f" at {settings.model_base_url}" if settings.model_base_url else "")


def data_line(settings: Settings) -> str:
    """Where data lies, without any password."""
    if settings.database_url is None:
        return f"{settings.data_dir.resolve()} (embedded Postgres)"
    parts = urlsplit(settings.database_url)
    return f"Postgres at {parts.hostname or 'a local socket'}{f':{parts.port}' if parts.port else ''}{parts.path}"


def _sign_in(settings: Settings) -> str:
    if settings.development_login:
        return ", ".join(f"{name} ({what})" for name, what in PEOPLE)
    return f"with {settings.oidc_issuer}"
