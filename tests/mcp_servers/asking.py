"""An MCP server that wants to be told things before its tools go on.

    python -m tests.mcp_servers.asking --journal FILE [--older] [--sign-in FILE [--calls-only]]
        [--http PORT | --sse PORT]

Over the protocol of today it answers `input_required`; with `--older` it speaks no later one than 2025-11-25, and asks
while the call is under way. Its journal is that of `journal.py`: "received" each time that a tool begins, "done" when
it has come to its end. With `--sign-in` it answers 401 until that file is there, or (`--calls-only`) does so to calls.
"""

import json
from pathlib import Path
from typing import Any

import anyio
import mcp_types as types
from mcp import MCPError
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.request_state import RequestStateSecurity
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.mcp_servers.journal import Journal
from tests.mcp_servers.serving import parser, serve

Asked = types.ElicitRequestFormParams | types.ElicitRequestURLParams


def form(message: str, required: list[str], **fields: dict[str, Any]) -> types.ElicitRequestFormParams:
    schema = {"type": "object", "properties": fields, "required": required}
    return types.ElicitRequestFormParams(message=message, requested_schema=schema)


def visit(url: str) -> types.ElicitRequestURLParams:
    return types.ElicitRequestURLParams(message="Please go there.", url=url, elicitation_id="e-1")


QUESTIONS: dict[str, Asked] = {
    "seats": form(
        "How many seats?", ["seats"],
        seats={"type": "integer", "title": "Seats", "minimum": 1, "maximum": 9},
        where={"type": "string", "title": "Where", "enum": ["aisle", "window"]},
    ),
    "name": form("In whose name?", ["name"], name={"type": "string", "title": "Name", "maxLength": 40}),
    "secret": form("Sign in first.", ["password"], password={"type": "string", "title": "Your password"}),
    "nested": form("Fill this in.", [], person={"type": "object", "properties": {"name": {"type": "string"}}}),
    "long": form("x" * 4001, []),
    "visit": visit("https://example.org/pay?order=7&sum=12"),
    "script": visit("javascript:alert(1)"),
    "lookalike": visit("https://ex\u0430mple.org/sign-in"),
}  # fmt: skip


def asking_server(journal: Journal, *, older: bool) -> MCPServer:
    # A key of its own would end with the process, and a call goes on after the server was started again.
    security = RequestStateSecurity(keys=["a key that is kept over restarts, for tests"], ttl=3600)
    middleware = [no_later_than_2025] if older else []
    server: MCPServer = MCPServer(
        "asking", version="1.0.0", log_level="WARNING", request_state_security=security, middleware=middleware
    )

    @server.tool(title="Book", description="Book, after asking.")
    async def book(
        value: str, context: Context, ask: list[str], rounds: int = 1
    ) -> types.CallToolResult | types.InputRequiredResult:
        """Asks for all of `ask` at once, and that in each of the rounds."""
        arguments = {"value": value, "ask": ask, "rounds": rounds}
        journal.write("received", "book", arguments)
        rounds = rounds if ask else 0
        if not older:
            heard = json.loads(context.request_state or "[]")
            responses = context.input_responses or {}
            if responses:
                heard.append({key: _told(response) for key, response in responses.items()})
            if len(heard) < rounds:
                requests: types.InputRequests = {key: types.ElicitRequest(params=QUESTIONS[key]) for key in ask}
                return types.InputRequiredResult(input_requests=requests, request_state=json.dumps(heard))
        else:
            heard = [await _ask_at_once(context, ask) for _ in range(rounds)]
        journal.write("done", "book", arguments)
        return _said(heard)

    @server.tool(title="Later", description="Say to ask again, a few times.")
    async def later(value: str, times: int, context: Context) -> types.CallToolResult | types.InputRequiredResult:
        so_far = int(context.request_state or "0")
        journal.write("received", "later", {"value": value})
        if so_far < times:
            return types.InputRequiredResult(request_state=str(so_far + 1))
        return _said(so_far)

    @server.tool(title="Sample", description="Ask for what no client gives.")
    async def sample(context: Context) -> types.CallToolResult | types.InputRequiredResult:
        content = types.SamplingMessage(role="user", content=types.TextContent(text="hello"))
        params = types.CreateMessageRequestParams(messages=[content], max_tokens=1)
        return types.InputRequiredResult(input_requests={"m": types.CreateMessageRequest(params=params)})

    visited: set[str] = set()

    @server.tool(title="Visit first", description="Refuse until an address was visited.")
    async def visit_first(value: str) -> str:
        journal.write("received", "visit_first", {"value": value})
        if value not in visited:
            visited.add(value)
            data = types.ElicitationRequiredErrorData(elicitations=[_visit("visit")])
            wanted = data.model_dump(by_alias=True, mode="json", exclude_none=True)
            raise MCPError(types.URL_ELICITATION_REQUIRED, "Go there first.", wanted)
        return "visited"

    return server


def _visit(name: str) -> types.ElicitRequestURLParams:
    asked = QUESTIONS[name]
    assert isinstance(asked, types.ElicitRequestURLParams)
    return asked


async def _ask_at_once(context: Context, names: list[str]) -> dict[str, Any]:
    told: dict[str, Any] = {}

    async def ask(name: str) -> None:
        asked, request_id = QUESTIONS[name], context.request_id
        if isinstance(asked, types.ElicitRequestURLParams):
            told[name] = _told(await context.session.elicit_url(asked.message, asked.url, "e-1", request_id))
        else:
            told[name] = _told(await context.session.elicit_form(asked.message, asked.requested_schema, request_id))

    async with anyio.create_task_group() as asking:
        for name in names:
            asking.start_soon(ask, name)
    return told


def _told(response: types.InputResponse) -> dict[str, Any]:
    assert isinstance(response, types.ElicitResult)
    return {"action": response.action, "content": response.content}


def _said(what: Any) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=json.dumps(what, sort_keys=True))])


async def no_later_than_2025(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    if ctx.method == "server/discover":
        raise MCPError(types.METHOD_NOT_FOUND, "Method not found")
    return await call_next(ctx)


def signing_in(app: ASGIApp, signed_in: Path, *, calls_only: bool) -> ASGIApp:
    """The application behind a door that opens when the file is there."""

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        is_call = (b"mcp-method", b"tools/call") in scope.get("headers", ())
        if scope["type"] == "http" and not signed_in.exists() and (is_call or not calls_only):
            refusal = PlainTextResponse("Sign in.", 401, {"WWW-Authenticate": "Bearer"})
            await refusal(scope, receive, send)
        else:
            await app(scope, receive, send)

    return door


def main() -> None:
    asked = parser()
    asked.add_argument("--sign-in", type=Path)
    asked.add_argument("--calls-only", action="store_true")
    options = asked.parse_args()

    def behind(app: ASGIApp) -> ASGIApp:
        return signing_in(app, options.sign_in, calls_only=options.calls_only) if options.sign_in else app

    serve(asking_server(Journal(options.journal), older=options.older), options, behind)


if __name__ == "__main__":
    main()
