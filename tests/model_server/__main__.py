"""python -m tests.model_server --port N [--journal FILE]"""

import argparse
import asyncio
from pathlib import Path

import uvicorn

from tests.model_server.app import ModelServer
from tests.model_server.script import Script


async def serve(port: int, journal: Path | None) -> None:
    """Serve until told to stop."""
    config = uvicorn.Config(ModelServer(Script(journal)).app, host="127.0.0.1", port=port, log_level="warning")
    await uvicorn.Server(config).serve()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.model_server", description="A scripted model.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--journal", type=Path, help="every request is appended here, and on disk before its answer")
    options = parser.parse_args()
    asyncio.run(serve(options.port, options.journal))


if __name__ == "__main__":
    main()
