"""The process that keeps connections: what servers send is read here and nowhere else, and harms only this process."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from interlock_handlers.apart import messages as m
from interlock_handlers.apart.peer import Peer, Refused
from interlock_handlers.apart.said_errors import inside, known, refused
from interlock_handlers.authorization import Authorization
from interlock_handlers.definition import ToolDefinition
from interlock_handlers.during import During
from interlock_handlers.elicitation import Elicitation, ElicitationAnswer
from interlock_handlers.mcp import MCPHandler
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.sampling import Sampled, SamplingRefused, SamplingRequest
from interlock_handlers.server_errors import NotExecuted, OutcomeUnknown, ServerUnavailable
from interlock_handlers.telling import LogLine, Progress

logger = logging.getLogger(__name__)

END_SECONDS = 3.0
"""How long connections have to end well when the process that uses them is gone."""


async def serve(connected: socket.socket) -> None:
    """Keeps connections for whoever is at the other end, until they are gone."""
    reader, writer = await asyncio.open_connection(sock=connected)
    host = Host()
    host.peer = Peer(reader, writer, host.answer, _nothing_is_told)
    await host.peer.run()
    await host.aclose()


def _nothing_is_told(what: str, _body: bytes) -> None:
    logger.error("Nobody tells this process anything, and was told %s", what)


@dataclass(frozen=True)
class FromAfar:
    """Credentials that the process with the vault has."""

    number: int
    peer: Peer = field(compare=False, repr=False)

    async def headers(self) -> Mapping[str, str]:
        return m.HEADERS.unpack(await self._ask("headers", m.HEADERS_WANTED.pack(m.HeadersWanted(self.number))))

    async def refused(self, status: int, challenge: str | None, sent: Mapping[str, str]) -> bool:
        asked = m.CredentialsRefused(self.number, status, challenge, dict(sent))
        return m.YES_OR_NO.unpack(await self._ask("refused", m.CREDENTIALS_REFUSED.pack(asked)))

    async def _ask(self, what: str, body: bytes) -> bytes:
        try:
            return await self.peer.ask(what, body)
        except Refused as error:
            raise known(error) from error


class Host:
    """Answers what is asked of the handlers that it keeps."""

    peer: Peer

    def __init__(self) -> None:
        self._outbound = Outbound()
        self._handlers: dict[int, MCPHandler] = {}
        self._watching: dict[int, asyncio.Task[None]] = {}
        self._told: dict[tuple[int, str], tuple[ToolDefinition, ...]] = {}
        self._answers: dict[str, Callable[[bytes], Awaitable[bytes]]] = {
            "begin": self._begin,
            "connect": self._connect,
            "disconnect": self._disconnect,
            "close": self._close,
            "list_tools": self._list_tools,
            "call": self._call,
            "resources": self._resources,
            "templates": self._templates,
            "read": self._read,
            "complete": self._complete,
            "prompts": self._prompts,
            "prompt": self._prompt,
        }

    async def answer(self, what: str, body: bytes) -> bytes:
        """Raises Refused."""
        try:
            return await self._answers[what](body)
        except (ServerUnavailable, NotExecuted, OutcomeUnknown) as error:
            raise refused(error) from error
        except Exception as error:
            logger.exception("%s could not be done", what)
            raise refused(inside(error)) from error

    async def aclose(self) -> None:
        ends = (self._end(number) for number in list(self._handlers))
        try:
            async with asyncio.timeout(END_SECONDS):
                await asyncio.gather(*ends)
        except TimeoutError:
            logger.warning("Some connections did not end within %g s", END_SECONDS)

    async def _begin(self, body: bytes) -> bytes:
        self._outbound = Outbound(m.BEGIN.unpack(body).allow)
        return m.NOTHING.pack(None)

    async def _connect(self, body: bytes) -> bytes:
        asked = m.CONNECT.unpack(body)
        handler = self._handlers.get(asked.handler)
        if handler is None:
            handler = self._handlers[asked.handler] = MCPHandler(outbound=self._outbound, samples=asked.samples)
            self._watching[asked.handler] = asyncio.create_task(self._watch(asked.handler, handler))
        authorization: Authorization | None = None
        if asked.authorization is not None:
            authorization = FromAfar(asked.authorization, self.peer)
        try:
            return m.DEFINITIONS.pack(await handler.connect(asked.spec, authorization, asked.conduct))
        finally:
            self._tell(m.Of(asked.handler, asked.spec.id))

    async def _disconnect(self, body: bytes) -> bytes:
        of = m.OF.unpack(body)
        if of.handler in self._handlers:
            await self._handlers[of.handler].disconnect(of.server_id)
            self._tell(of)
        return m.NOTHING.pack(None)

    async def _close(self, body: bytes) -> bytes:
        await self._end(m.OF.unpack(body).handler)
        return m.NOTHING.pack(None)

    async def _list_tools(self, body: bytes) -> bytes:
        of = m.OF.unpack(body)
        try:
            return m.DEFINITIONS.pack(await self._handler(of).list_tools(of.server_id))
        finally:
            self._tell(of)

    async def _call(self, body: bytes) -> bytes:
        call = m.CALL.unpack(body)
        during = During(
            ask=partial(self._ask, call.number) if call.asks else None,
            sample=partial(self._sample, call.number) if call.samples else None,
            told=partial(self._tell_of, call.number) if call.tells else None,
        )
        result = await self._handler(call.of).send(call.of.server_id, call.request, call.timeout_seconds, during)
        return m.RESULT.pack(result)

    async def _resources(self, body: bytes) -> bytes:
        of = m.OF.unpack(body)
        return m.LINKS.pack(await self._handler(of).resources(of.server_id))

    async def _templates(self, body: bytes) -> bytes:
        of = m.OF.unpack(body)
        return m.TEMPLATES.pack(await self._handler(of).resource_templates(of.server_id))

    async def _read(self, body: bytes) -> bytes:
        get = m.GET.unpack(body)
        return m.BLOCKS.pack(await self._handler(get.of).read_resource(get.of.server_id, get.name, get.arguments))

    async def _complete(self, body: bytes) -> bytes:
        complete = m.COMPLETE.unpack(body)
        return m.PROPOSALS.pack(await self._handler(complete.of).complete(complete.of.server_id, complete.asked))

    async def _prompts(self, body: bytes) -> bytes:
        of = m.OF.unpack(body)
        return m.PROMPTS.pack(await self._handler(of).prompts(of.server_id))

    async def _prompt(self, body: bytes) -> bytes:
        get = m.GET.unpack(body)
        return m.PROMPT_MESSAGES.pack(await self._handler(get.of).prompt(get.of.server_id, get.name, get.arguments))

    async def _ask(self, call: int, elicitation: Elicitation) -> ElicitationAnswer:
        return m.ANSWER.unpack(await self.peer.ask("ask", m.ASKED.pack(m.Asked(call, elicitation))))

    async def _sample(self, call: int, request: SamplingRequest) -> Sampled:
        try:
            return m.SAMPLED.unpack(await self.peer.ask("sample", m.TO_SAMPLE.pack(m.ToSample(call, request))))
        except Refused as error:
            raise SamplingRefused(str(known(error))) from error

    def _tell_of(self, call: int, said: Progress | LogLine) -> None:
        self.peer.tell("of_call", m.TELLS_OF.pack(m.TellsOf(call, said)))

    async def _watch(self, number: int, handler: MCPHandler) -> None:
        async for change in handler.changes():
            self._tell(m.Of(number, change.server_id), news=True, tools_changed=change.tools_changed)

    def _tell(self, of: m.Of, *, news: bool = False, tools_changed: bool = False) -> None:
        """How the connection stands now, before whoever asked gets the answer."""
        handler = self._handlers.get(of.handler)
        if handler is None:
            return
        state = handler.states().get(of.server_id)
        definitions = handler.definitions(of.server_id)
        known_there = self._told.get((of.handler, of.server_id), ()) == definitions
        self._told[of.handler, of.server_id] = definitions
        stands = m.Stands(of, state, None if known_there else definitions, news, tools_changed)
        self.peer.tell("stands", m.STANDS.pack(stands))

    def _handler(self, of: m.Of) -> MCPHandler:
        handler = self._handlers.get(of.handler)
        if handler is None:
            raise ServerUnavailable(f"The server {of.server_id} is not connected.")
        return handler

    async def _end(self, number: int) -> None:
        handler, watching = self._handlers.pop(number, None), self._watching.pop(number, None)
        self._told = {key: told for key, told in self._told.items() if key[0] != number}
        if handler is not None:
            await handler.aclose()
        if watching is not None:
            await asyncio.gather(watching, return_exceptions=True)
