"""Which of a server's tools can be offered to a model."""

import mcp_types as types

from interlock_handlers.convert import model_tool
from interlock_handlers.definition import SAMPLING, ToolDefinition, UnusableDefinition, definition_of


def usable_definitions(
    server_id: str, tools: tuple[types.Tool, ...]
) -> tuple[tuple[ToolDefinition, ...], tuple[str, ...]]:
    """The tools that a model can be offered, and for each of the others its name and what is wrong with it."""
    definitions: dict[str, ToolDefinition] = {}
    left_out: list[str] = []
    for tool in tools:
        definition = definition_of(server_id, tool)
        try:
            if tool.name == SAMPLING:
                raise UnusableDefinition("its name is the protocol's, and means something else")
            if tool.name in definitions:
                raise UnusableDefinition("its name is taken by another tool of this server")
            if definition.hash and model_tool(definition):
                definitions[tool.name] = definition
        except UnusableDefinition as error:
            left_out.append(f"{tool.name[:80]} ({error})")
    return tuple(definitions.values()), tuple(left_out)
