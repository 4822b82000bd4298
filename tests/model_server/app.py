"""The HTTP application: three providers' endpoints, and the script."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.model_server import anthropic_wire, bedrock_wire, openai_wire
from tests.model_server.asked import Asked, Protocol, asked_of_anthropic, asked_of_bedrock, asked_of_openai
from tests.model_server.script import Script
from tests.model_server.step import Step

Frames = Callable[[Step, Asked, int], Iterator[bytes]]
_STEPS = TypeAdapter(list[Step])


@dataclass(frozen=True)
class Wire:
    """How one provider speaks."""

    media_type: str
    whole: Callable[[Step, Asked, int], dict[str, Any]]
    begin: Frames
    stream: Frames
    finish: Frames
    error_in_stream: Callable[[Step], bytes]
    error: Callable[[Step], tuple[dict[str, Any], dict[str, str]]]


WIRES: Mapping[Protocol, Wire] = {
    "openai": Wire(openai_wire.MEDIA_TYPE, openai_wire.whole, openai_wire.begin, openai_wire.stream, openai_wire.finish,
                   openai_wire.error_in_stream, openai_wire.error),
    "bedrock": Wire(bedrock_wire.MEDIA_TYPE, bedrock_wire.whole, bedrock_wire.begin, bedrock_wire.stream,
                    bedrock_wire.finish, bedrock_wire.error_in_stream, bedrock_wire.error),
    "anthropic": Wire(anthropic_wire.MEDIA_TYPE, anthropic_wire.whole, anthropic_wire.begin, anthropic_wire.stream,
                      anthropic_wire.finish, anthropic_wire.error_in_stream, anthropic_wire.error),
}  # fmt: skip


class ConnectionDropped(Exception):
    """Raised in the middle of a response, so that the server closes the connection without ending it."""


class ModelServer:
    """The endpoints over one script."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._released = asyncio.Event()
        self.app = Starlette(
            routes=[
                Route("/v1/chat/completions", self._openai, methods=["POST"]),
                Route("/v1/messages", self._anthropic, methods=["POST"]),
                Route("/model/{model:path}/converse", self._converse, methods=["POST"]),
                Route("/model/{model:path}/converse-stream", self._converse_stream, methods=["POST"]),
                Route("/script", self._set_script, methods=["POST"]),
                Route("/requests", self._list_requests, methods=["GET"]),
                Route("/release", self._release, methods=["POST"]),
            ]
        )

    async def _openai(self, request: Request) -> Response:
        return await self._answer(asked_of_openai(await request.json(), request.headers), request)

    async def _anthropic(self, request: Request) -> Response:
        return await self._answer(asked_of_anthropic(await request.json(), request.headers), request)

    async def _converse(self, request: Request) -> Response:
        body = await request.json()
        return await self._answer(asked_of_bedrock(request.path_params["model"], False, body, request.headers), request)

    async def _converse_stream(self, request: Request) -> Response:
        body = await request.json()
        return await self._answer(asked_of_bedrock(request.path_params["model"], True, body, request.headers), request)

    async def _set_script(self, request: Request) -> Response:
        self._script.replace(_STEPS.validate_python(await request.json()))
        return Response(status_code=204)

    async def _list_requests(self, request: Request) -> Response:
        return JSONResponse([asked.model_dump(mode="json") for asked in self._script.requests])

    async def _release(self, request: Request) -> Response:
        self._released.set()
        self._released = asyncio.Event()
        return Response(status_code=204)

    async def _answer(self, asked: Asked, request: Request) -> Response:
        # Whoever sees the request recorded may release it, however far its answer has come.
        released = self._released
        self._script.record(asked)
        number = len(self._script.requests)
        step, wire = self._script.answer(asked), WIRES[asked.protocol]
        if step.status is not None:
            body, headers = wire.error(step)
            if step.retry_after is not None:
                headers["retry-after"] = str(step.retry_after)
            return JSONResponse(body, step.status, headers)
        if step.hang_after == 0:
            await _hang(request, released)
        if asked.stream:
            return StreamingResponse(
                self._frames(step, asked, number, wire, request, released), media_type=wire.media_type
            )
        return JSONResponse(wire.whole(step, asked, number))

    async def _frames(
        self, step: Step, asked: Asked, number: int, wire: Wire, request: Request, released: asyncio.Event
    ) -> AsyncIterator[bytes]:
        for frame in wire.begin(step, asked, number):
            yield frame
        sent = 0
        for frame in wire.stream(step, asked, number):
            if sent == step.cut_after or sent == step.hang_after:
                break
            if step.seconds_per_piece:
                await asyncio.sleep(step.seconds_per_piece)
            yield frame
            sent += 1
        if sent == step.hang_after:
            await _hang(request, released)
        if step.cut_after is None:
            for frame in wire.finish(step, asked, number):
                yield frame
        elif step.cut == "error":
            yield wire.error_in_stream(step)
        elif step.cut == "reset":
            raise ConnectionDropped


async def _hang(request: Request, released: asyncio.Event) -> None:
    """Until somebody releases what hangs, or the client has gone."""
    ends = {asyncio.ensure_future(_disconnected(request)), asyncio.ensure_future(released.wait())}
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    for end in ends:
        end.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
