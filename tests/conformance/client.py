"""Our client as the conformance suite drives it: it connects with `MCPHandler`, and uses what it is offered.

By hand: `MCP_CONFORMANCE_SCENARIO=tools_call python -m tests.conformance.client URL`.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from interlock_handlers.elicitation import Elicitation, ElicitationAnswer, InputRequired, Resumption
from interlock_handlers.mcp import MCPHandler
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.result import CallResult
from interlock_handlers.server_errors import LoginRequired, ServerForbids
from interlock_handlers.server_spec import ServerSpec
from tests.conformance.login import AtOnce

SERVER = "conformance"
CALL_SECONDS = 10.0
SUM = {"a": 2, "b": 3}


@dataclass(frozen=True)
class Scenario:
    """What the suite tells a client: where the scenario's server is, what it speaks, and what is handed out."""

    name: str
    url: str
    revision: str
    context: Mapping[str, Any] = field(default_factory=dict)


@cache
def way_out() -> Outbound:
    """One for all: to make one takes long, and scenarios are played at the same time."""
    return Outbound(["127.0.0.1", "localhost"])


async def play(scenario: Scenario) -> None:
    """The scenario from connecting to disconnecting; raises what goes wrong in it."""
    handler = MCPHandler(outbound=way_out())
    try:
        usual = sign_in_and_use_every_tool if scenario.name.startswith("auth/") else use_every_tool
        await PLAYS.get(scenario.name, usual)(handler, scenario)
    finally:
        await handler.aclose()


async def sign_in_and_use_every_tool(handler: MCPHandler, scenario: Scenario) -> None:
    """The same, at a server that wants its user to sign in, perhaps more than once."""
    definitions = await handler.connect(_spec(scenario), AtOnce(scenario.url, way_out(), scenario.context))
    for definition in definitions:
        await _call(handler, definition.name, {})


async def are_not_signed_in(handler: MCPHandler, scenario: Scenario) -> None:
    """A sign-in that must not come about: it is begun, and ends without a token."""
    try:
        await sign_in_and_use_every_tool(handler, scenario)
    except (LoginRequired, ServerForbids):
        return
    raise AssertionError("the sign-in came about")


async def use_every_tool(handler: MCPHandler, scenario: Scenario) -> None:
    """Connect, and call each tool that the handler offers, once."""
    for definition in await handler.connect(_spec(scenario)):
        await _call(handler, definition.name, SUM if "a" in definition.input_schema.get("properties", {}) else {})


async def leave_out(handler: MCPHandler, scenario: Scenario) -> None:
    """A tool whose schema is elsewhere is not offered, and it is said why."""
    assert not await handler.connect(_spec(scenario))
    assert "lookup_user" in (handler.state(SERVER).message or "")


async def make_the_calls_of_the_context(handler: MCPHandler, scenario: Scenario) -> None:
    await handler.connect(_spec(scenario))
    for call in scenario.context["toolCalls"]:
        await _call(handler, call["name"], call["arguments"])


async def echo_the_schema(handler: MCPHandler, scenario: Scenario) -> None:
    """Send a tool's schema back as the handler gave it to us."""
    schemas = {definition.name: definition.input_schema for definition in await handler.connect(_spec(scenario))}
    await _call(handler, "json_schema_echo", {"schema": schemas["json_schema_2020_12_tool"]})


async def answer_and_go_on(handler: MCPHandler, scenario: Scenario) -> None:
    """Answer what a tool wants to know, with another call in between."""
    await handler.connect(_spec(scenario))
    for tool in ("test_mrtr_echo_state", "test_mrtr_no_state"):
        wanted = await handler.call(SERVER, tool, {}, CALL_SECONDS, ask=_fill_in)
        assert isinstance(wanted, InputRequired), f"{tool} wants nothing"
        await _call(handler, "test_mrtr_unrelated", {})
        answers = {request.key: ElicitationAnswer("accept", {"confirmed": True}) for request in wanted.requests}
        resume = Resumption(wanted.request_state, answers)
        await handler.call(SERVER, tool, {}, CALL_SECONDS, ask=_fill_in, resume=resume)
    await _call(handler, "test_mrtr_no_result_type", {})


PLAYS: dict[str, Callable[[MCPHandler, Scenario], Awaitable[None]]] = {
    "auth/resource-mismatch": are_not_signed_in,
    "auth/iss-supported-missing": are_not_signed_in,
    "auth/iss-wrong-issuer": are_not_signed_in,
    "auth/iss-unexpected": are_not_signed_in,
    "auth/iss-normalized": are_not_signed_in,
    "auth/metadata-issuer-mismatch": are_not_signed_in,
    "auth/scope-retry-limit": are_not_signed_in,
    "json-schema-ref-no-deref": leave_out,
    "http-custom-headers": make_the_calls_of_the_context,
    "json-schema-2020-12-preservation": echo_the_schema,
    "sep-2322-client-request-state": answer_and_go_on,
}
"""What is played where it is not `use_every_tool`."""


async def _call(handler: MCPHandler, tool: str, arguments: Mapping[str, Any]) -> CallResult:
    result = await handler.call(SERVER, tool, arguments, CALL_SECONDS, ask=_fill_in)
    assert isinstance(result, CallResult), f"{tool} wants to be told something"
    return result


async def _fill_in(asked: Elicitation) -> ElicitationAnswer:
    """A person who leaves the form as it is shown: every field at its default."""
    assert asked.schema is not None, "an address to visit"
    fields = asked.schema["properties"].items()
    return ElicitationAnswer("accept", {name: field["default"] for name, field in fields if "default" in field})


def _spec(scenario: Scenario) -> ServerSpec:
    return ServerSpec(SERVER, "Conformance", "http", url=scenario.url)


if __name__ == "__main__":
    asyncio.run(
        play(
            Scenario(
                os.environ["MCP_CONFORMANCE_SCENARIO"],
                sys.argv[1],
                os.environ.get("MCP_CONFORMANCE_PROTOCOL_VERSION", ""),
                json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT", "{}")),
            )
        )
    )
