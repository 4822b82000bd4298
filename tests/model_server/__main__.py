"""python -m tests.model_server --port N [--journal FILE]; prints its URL once it listens."""

import argparse
import asyncio
import socket
import sys
from pathlib import Path

import uvicorn

from tests.model_server.app import ModelServer
from tests.model_server.script import Script


async def serve(port: int, journal: Path | None) -> None:
    """Serve until told to stop."""
    listening = socket.create_server(("127.0.0.1", port))
    sys.stdout.write(f"http://127.0.0.1:{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(ModelServer(Script(journal)).app, log_config=None, log_level="critical", lifespan="off")
    await uvicorn.Server(config).serve([listening])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.model_server", description="A scripted model.")
    parser.add_argument("--port", type=int, required=True, help="0: any that is free")
    parser.add_argument("--journal", type=Path, help="every request is appended here, and on disk before its answer")
    options = parser.parse_args()
    asyncio.run(serve(options.port, options.journal))


if __name__ == "__main__":
    main()
