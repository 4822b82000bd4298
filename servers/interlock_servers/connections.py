"""A process that keeps connections to MCP servers.

python -m interlock_servers.connections [--others] NUMBER_OF_A_SOCKET
"""

import argparse
import asyncio
import os
import resource
import signal
import socket
import sys

from interlock_handlers.apart.host import serve
from interlock_platform.settings import load_settings
from interlock_servers.logging_setup import configure_logging

MOST_BYTES = 4 * 1024**3
"""Of memory of its own: what servers send is bounded, and this is for what was not thought of."""


OTHERS_NICE = 10
"""These servers get of the machine what nobody else needs, and so do commands that were cut off."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m interlock_servers.connections", description=__doc__)
    parser.add_argument("--others", action="store_true", help="for what the operator did not enter, or was cut off")
    parser.add_argument("socket", type=int, help="the number of an open one, at whose other end connections are used")
    options = parser.parse_args()
    configure_logging(load_settings(), sys.stderr)
    # Ctrl-C goes to the whole family: this one ends when nobody needs its connections any more.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
    if options.others:
        os.nice(OTHERS_NICE)
    asyncio.run(serve(socket.socket(fileno=options.socket)))


if __name__ == "__main__":
    main()
