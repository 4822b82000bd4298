"""The process that keeps connections to MCP servers: `python -m interlock_servers.connections NUMBER_OF_A_SOCKET`."""

import asyncio
import resource
import signal
import socket
import sys

from interlock_handlers.apart.host import serve
from interlock_platform.settings import load_settings
from interlock_servers.logging_setup import configure_logging

MOST_BYTES = 4 * 1024**3
"""Of memory of its own: what servers send is bounded, and this is for what was not thought of."""


def main() -> None:
    configure_logging(load_settings(), sys.stderr)
    # Ctrl-C goes to the whole family: this one ends when nobody needs its connections any more.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
    asyncio.run(serve(socket.socket(fileno=int(sys.argv[1]))))


if __name__ == "__main__":
    main()
