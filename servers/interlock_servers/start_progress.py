"""Shows a person what a start is doing, step by step, with the time that each step took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
from rich.console import Console


@dataclass
class Step:
    """A step under way; `done` is what its line says when it ends well."""

    done: str


class StartProgress:
    """One line for each step: a spinner while it runs on a terminal, then a tick and the time."""

    def __init__(self, console: Console) -> None:
        self._console = console
        # Loading the program is most of a start, and a person waits for that too.
        self._started = psutil.Process().create_time()

    @property
    def seconds(self) -> float:
        """How long it has been since the process began."""
        return time.time() - self._started

    @contextmanager
    def step(self, doing: str, done: str) -> Iterator[Step]:
        """Shows `doing` while it runs ("Starting Postgres"), then `done` ("Postgres ready"), or a cross if it fails."""
        step = Step(done)
        began = time.perf_counter()
        try:
            if self._console.is_terminal:
                with self._console.status(f"{doing} …"):
                    yield step
            else:
                yield step
        except BaseException:
            self._console.print(f"[red]✗[/] {doing}", highlight=False)
            raise
        took = time.perf_counter() - began
        self._console.print(f"[green]✓[/] {step.done:<32} [dim]{took:6.2f} s[/]", highlight=False)
