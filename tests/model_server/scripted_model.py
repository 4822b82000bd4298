"""The scripted model for a test: its own thread, real HTTP on a loopback port."""

import asyncio
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn
from pydantic import TypeAdapter

from tests.model_server.app import ModelServer
from tests.model_server.asked import Asked
from tests.model_server.script import Script
from tests.model_server.step import Step

_STEPS = TypeAdapter(list[Step])


class ScriptedModel:
    """`with ScriptedModel() as model:` a server that answers as `model.script([...])` says.

    `base_url` is for Bedrock (`endpoint_url`) and Anthropic, `openai_url` (with `/v1`) for OpenAI clients.
    """

    def __init__(self, *, port: int = 0, journal: Path | None = None) -> None:
        self._script = Script(journal)
        self._socket = socket.create_server(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.openai_url = f"{self.base_url}/v1"
        self._server: uvicorn.Server | None = None
        self._thread = threading.Thread(target=self._serve, name="scripted-model", daemon=True)

    def __enter__(self) -> Self:
        # The socket listens already: a connection that comes before the server runs waits in the backlog.
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        server = self._server
        if server is not None:
            server.should_exit = server.force_exit = True
        self._thread.join(timeout=10)
        self._socket.close()

    def script(self, steps: list[Step | Mapping[str, Any]]) -> None:
        """Replace the script; what is used up is forgotten."""
        self._script.replace(_STEPS.validate_python(steps))

    def requests(self) -> list[Asked]:
        """What was asked so far, oldest first."""
        return list(self._script.requests)

    def forget(self) -> None:
        """Drop the script and the requests."""
        self._script.replace([])
        self._script.requests.clear()

    def _serve(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        config = uvicorn.Config(ModelServer(self._script).app, log_config=None, log_level="critical", lifespan="off")
        self._server = uvicorn.Server(config)
        await self._server.serve([self._socket])
