"""What the suite starts: it hands the scenario to the tests that wait on a port of this machine.

A client of its own for each of 54 scenarios would spend a minute on imports.
"""

import json
import os
import socket
import sys


def hand_over(port: int, url: str) -> str:
    """What went wrong in it, or nothing."""
    told = {
        "name": os.environ["MCP_CONFORMANCE_SCENARIO"],
        "url": url,
        "revision": os.environ["MCP_CONFORMANCE_PROTOCOL_VERSION"],
        "context": json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT", "{}")),
    }
    with socket.create_connection(("127.0.0.1", port)) as tests:
        tests.sendall(json.dumps(told).encode() + b"\n")
        return tests.makefile().read()


if __name__ == "__main__":
    sys.exit(hand_over(int(sys.argv[1]), sys.argv[2]) or 0)
