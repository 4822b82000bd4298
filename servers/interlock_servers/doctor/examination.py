"""Looks at an installation: what is configured, what can be reached, what is missing and what to do about it."""

import asyncio
from collections.abc import Awaitable, Callable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from interlock_platform.settings import Settings
from interlock_servers.doctor import machine, services
from interlock_servers.doctor.finding import Finding

SECONDS = 20


async def examine(settings: Settings) -> list[Finding]:
    """Looks at everything; what cannot be reached becomes a finding, not an exception."""
    findings = [machine.python(), machine.packages(), machine.web_ui(), machine.node(), machine.data_dir(settings)]
    checks: list[tuple[str, Callable[[Settings], Awaitable[Finding]]]] = [
        ("Postgres", services.postgres),
        ("Redis", services.redis),
        ("Sign-in", services.sign_in),
        ("Model", services.model),
    ]
    for about, check in checks:
        try:
            async with asyncio.timeout(SECONDS):
                findings.append(await check(settings))
        except TimeoutError:
            findings.append(Finding(about, "missing", f"no answer within {SECONDS} s", "see that it runs"))
    findings += [machine.secret_key(settings), machine.catalogue(settings), await asyncio.to_thread(machine.commands)]
    return [*findings, machine.port(settings)]


def show_findings(console: Console, findings: list[Finding]) -> None:
    """Prints them as a table, or as plain lines where there is no terminal."""
    if not console.is_terminal:
        for finding in findings:
            line = f"{finding.state:<8}{finding.about:<12}{finding.said}"
            console.print(
                f"{line} -> {finding.todo}" if finding.todo else line, highlight=False, markup=False, soft_wrap=True
            )
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("", "What", "Found", "What to do"):
        table.add_column(title, overflow="fold")
    marks = {"ok": "[green]✓[/]", "note": "[yellow]•[/]", "missing": "[red]✗[/]"}
    for finding in findings:
        table.add_row(marks[finding.state], f"[bold]{finding.about}[/]", escape(finding.said), escape(finding.todo))
    console.print(table)
