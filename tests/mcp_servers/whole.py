"""An MCP server that uses all of the protocol: it tells, logs, shows, gives to read, and has things written.

    python -m tests.mcp_servers.whole [--journal FILE] [--older] [--http PORT | --sse PORT]

With `--older` it speaks no later protocol than 2025-11-25. Its journal is that of `journal.py`: "received", "done" and
"cancelled" for `wait`.
"""

import base64
import warnings
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import anyio
import mcp_types as types
from mcp import MCPError
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from tests.mcp_servers.asking import no_later_than_2025
from tests.mcp_servers.journal import Journal
from tests.mcp_servers.serving import parser, serve

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SOUND = b"RIFF\x24\x00\x00\x00WAVE"
BOOK = "book://one"
PICTURE = "book://picture"


def whole_server(journal: Journal, *, older: bool) -> MCPServer:
    middleware = [no_later_than_2025] if older else []
    server: MCPServer = MCPServer("whole", version="1.0.0", log_level="WARNING", middleware=middleware)

    @server.tool(description="Tell how far it is, and log a line, so many times.")
    async def tell(times: int, context: Context) -> str:
        for number in range(1, times + 1):
            await context.report_progress(number, times, f"step {number}")
            with warnings.catch_warnings(action="ignore"):
                await context.info({"step": number}, logger_name="steps")
        return "told"

    @server.tool(description="Wait until it is cancelled.")
    async def wait(value: str) -> str:
        journal.write("received", "wait", {"value": value})
        try:
            await anyio.sleep(60)
        except anyio.get_cancelled_exc_class():
            journal.write("cancelled", "wait", {"value": value})
            raise
        return "waited"

    @server.tool(description="Show one of each kind.")
    async def show() -> types.CallToolResult:
        content: list[types.ContentBlock] = [
            types.TextContent(text="a text"),
            types.ImageContent(data=base64.b64encode(PIXEL).decode(), mime_type="image/png"),
            types.AudioContent(data=base64.b64encode(SOUND).decode(), mime_type="audio/wav"),
            types.ResourceLink(uri=BOOK, name="one", title="The first", mime_type="text/plain", size=5),
            types.EmbeddedResource(resource=types.TextResourceContents(uri=BOOK, text="words", mime_type="text/plain")),
            types.EmbeddedResource(resource=types.BlobResourceContents(uri=PICTURE, blob="AAEC")),
        ]
        return types.CallToolResult(content=content, structured_content={"kinds": 6})

    @server.tool(description="Have something written by the model of whoever calls, so many times.")
    async def write(
        times: int, context: Context, tokens: int = 100, picture: bool = False
    ) -> types.CallToolResult | types.InputRequiredResult:
        if older:
            wants = [_wanted(number, tokens, picture=picture) for number in range(times)]
            return _said([(await _sampled(context, each)).content for each in wants])
        so_far = int(context.request_state or "0")
        responses = context.input_responses or {}
        if so_far < times:
            wanted = types.CreateMessageRequest(params=_wanted(so_far, tokens, picture=picture))
            return types.InputRequiredResult(input_requests={"w": wanted}, request_state=str(so_far + 1))
        return _said([response.content for response in responses.values() if isinstance(response, Sampling)])

    @server.tool(description="Ask which folders there are.")
    async def roots(context: Context) -> types.CallToolResult | types.InputRequiredResult:
        if older:
            with warnings.catch_warnings(action="ignore"):
                return _said(len((await _or_why(context.session.list_roots())).roots))
        return types.InputRequiredResult(input_requests={"r": types.ListRootsRequest()})

    for number in range(3):
        details: dict[str, Any] = {
            "name": f"book {number}",
            "title": f"Book {number}",
            "description": "A book.",
            "mime_type": "text/plain",
        }
        server.resource(f"book://{number}", **details)(_text(f"the text of book {number}"))
    server.resource(PICTURE, name="picture", mime_type="image/png")(lambda: PIXEL)

    @server.resource("page://{number}", name="page", description="One page.", mime_type="text/plain")
    async def page(number: str) -> str:
        return f"page {number}"

    @server.completion()  # type: ignore[no-untyped-call, untyped-decorator]  # the SDK gives it no types
    async def proposals(
        ref: types.PromptReference | types.ResourceTemplateReference,
        argument: types.CompletionArgument,
        context: types.CompletionContext | None,
    ) -> types.Completion:
        known = {"number": ["7", "70", "8"], "mood": ["kindly", "coldly"]}.get(argument.name, [])
        return types.Completion(values=[value for value in known if value.startswith(argument.value)])

    @server.prompt(title="Greet", description="Greet somebody.")
    async def greet(name: str, mood: str = "kindly") -> str:
        return f"Greet {name} {mood}."

    return server


def _text(text: str) -> Callable[[], str]:
    return lambda: text


Sampling = types.CreateMessageResult
T = TypeVar("T")


def _wanted(number: int, tokens: int, *, picture: bool) -> types.CreateMessageRequestParams:
    content: list[types.SamplingMessageContentBlock] = [types.TextContent(text=f"Write line {number}.")]
    if picture:
        content.append(types.ImageContent(data=base64.b64encode(PIXEL).decode(), mime_type="image/png"))
    return types.CreateMessageRequestParams(
        messages=[types.SamplingMessage(role="user", content=content)],
        max_tokens=tokens,
        system_prompt="Be short.",
        temperature=0.5,
        stop_sequences=["THE END"],
        include_context="thisServer",
    )


async def _sampled(context: Context, wanted: types.CreateMessageRequestParams) -> types.CreateMessageResult:
    with warnings.catch_warnings(action="ignore"):
        return await _or_why(
            context.session.create_message(
                wanted.messages,
                max_tokens=wanted.max_tokens,
                system_prompt=wanted.system_prompt,
                stop_sequences=wanted.stop_sequences,
                related_request_id=context.request_id,
            )
        )


async def _or_why(answer: Awaitable[T]) -> T:
    """The client's answer, or its refusal as the tool's own error."""
    try:
        return await answer
    except MCPError as error:
        raise ToolError(error.message) from error


def _said(what: Any) -> types.CallToolResult:
    texts = [item.text for item in what] if isinstance(what, list) else [str(what)]
    return types.CallToolResult(content=[types.TextContent(text=" ".join(texts))])


def main() -> None:
    options = parser().parse_args()
    serve(whole_server(Journal(options.journal), older=options.older), options)


if __name__ == "__main__":
    main()
