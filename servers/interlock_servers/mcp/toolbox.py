"""The toolbox: time zones, a calculator, and a notebook that it really writes to.

python -m interlock_servers.mcp.toolbox [--http HOST:PORT] [--notebook FILE]
"""

import argparse
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import mcp_types as types
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import Field

from interlock_servers.mcp import calculator, timezones
from interlock_servers.mcp.notebook import Note, Notebook

READS = types.ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
WRITES = types.ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False)

Zone = Annotated[
    str,
    Field(
        description="IANA name of a time zone",
        examples=["Asia/Tokyo", "Europe/Berlin", "America/New_York", "UTC"],
        min_length=1,
        max_length=64,
    ),
]
Title = Annotated[str, Field(description="Title of the note", examples=["Shopping"], min_length=1, max_length=200)]

P = ParamSpec("P")
R = TypeVar("R")


def toolbox(notebook: Notebook) -> MCPServer:
    """The server, with its tools, not yet started."""
    server: MCPServer = MCPServer(
        "toolbox",
        title="Toolbox",
        description="Time zones, a calculator and a notebook.",
        instructions="Use these tools for the time, for arithmetic, and to keep notes for the user.",
        version="1.0.0",
        log_level="WARNING",
    )

    @server.tool(
        title="Current time",
        description="Tell the current date and time in a time zone.",
        annotations=READS,
    )
    @_explained
    def current_time(timezone: Zone = "UTC") -> timezones.ZonedTime:
        return timezones.current_time(timezone)

    @server.tool(
        title="Convert time",
        description="Convert a time from one time zone to another.",
        annotations=READS,
    )
    @_explained
    def convert_time(
        time: Annotated[
            str,
            Field(
                description="The time to convert: HH:MM for today, or an ISO 8601 date and time",
                examples=["14:30", "2026-11-21T09:00"],
                max_length=40,
            ),
        ],
        from_timezone: Zone,
        to_timezone: Zone,
    ) -> timezones.Conversion:
        return timezones.convert_time(time, from_timezone, to_timezone)

    @server.tool(
        title="Calculator",
        description="Calculate the value of an arithmetic expression. "
        "Knows + - * / // % **, parentheses, pi, e, and functions such as sqrt, round, min, max, sin, log.",
        annotations=READS,
    )
    @_explained
    def calculate(
        expression: Annotated[
            str,
            Field(
                description="The arithmetic expression",
                examples=["(17 + 4) * 2", "sqrt(2) * 10**3"],
                min_length=1,
                max_length=calculator.MAX_LENGTH,
            ),
        ],
    ) -> calculator.Number:
        return calculator.calculate(expression)

    @server.tool(
        title="Read notes",
        description="Read the notes in the notebook, all of them or those that contain certain words.",
        annotations=READS,
    )
    @_explained
    def read_notes(
        query: Annotated[
            str | None, Field(description="Words that the notes must contain; all notes if left out", max_length=200)
        ] = None,
    ) -> list[Note]:
        return notebook.read(query)

    @server.tool(
        title="Write a note",
        description="Write a note into the notebook. A note with the same title is replaced.",
        annotations=WRITES,
    )
    @_explained
    def write_note(
        title: Title, text: Annotated[str, Field(description="What the note says", max_length=20_000)]
    ) -> Note:
        return notebook.write(title, text)

    @server.tool(
        title="Delete a note",
        description="Delete the note with a certain title from the notebook, for good.",
        annotations=WRITES,
    )
    @_explained
    def delete_note(title: Title) -> Note:
        return notebook.delete(title)

    return server


def main() -> None:
    """Serve over standard input and output, or over streamable HTTP at /mcp."""
    parser = argparse.ArgumentParser(prog="toolbox", description="Time zones, a calculator and a notebook, over MCP.")
    parser.add_argument("--http", metavar="HOST:PORT", help="serve streamable HTTP there instead of stdio")
    parser.add_argument("--notebook", type=Path, default=Path("notebook.json"), help="the file that holds the notes")
    options = parser.parse_args()
    server = toolbox(Notebook(options.notebook))
    if options.http is None:
        server.run("stdio")
        return
    host, _, port = options.http.rpartition(":")
    security = TransportSecuritySettings(allowed_hosts=[f"{host}:*"], allowed_origins=[f"http://{host}:*"])
    server.run("streamable-http", host=host, port=int(port), transport_security=security)


def _explained(tool: Callable[P, R]) -> Callable[P, R]:
    """The SDK shows the model only the errors that are meant for it."""

    @wraps(tool)
    def explained(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return tool(*args, **kwargs)
        except ValueError as error:
            raise ToolError(str(error)) from error

    return explained


if __name__ == "__main__":
    main()
