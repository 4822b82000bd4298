"""How the servers of the tests are served: over the streams of their process, or at a port."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import uvicorn
from mcp.server.lowlevel import server as lowlevel
from mcp.server.mcpserver import MCPServer
from mcp.server.runner import serve_loop
from starlette.types import ASGIApp


def parser() -> ArgumentParser:
    """What each of them takes on its command line."""
    parser = ArgumentParser()
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--older", action="store_true")
    parser.add_argument("--http", type=int, metavar="PORT")
    parser.add_argument("--sse", type=int, metavar="PORT")
    return parser


def serve(server: MCPServer, options: Namespace, behind: Callable[[ASGIApp], ASGIApp] = lambda app: app) -> None:
    """Serves until the process ends; at a port, `behind` stands before the server."""
    if options.older:
        # The one that speaks the older protocol only, where streams are otherwise served with both.
        patch.object(lowlevel, "serve_dual_era_loop", serve_loop).start()
    port: int | None = options.http or options.sse
    if port is None:
        server.run("stdio")
        return
    app: ASGIApp = server.streamable_http_app() if options.http else server.sse_app()
    uvicorn.run(behind(app), port=port, log_level="warning")
