"""An MCP tool definition as a model's tool."""

import unicodedata
from typing import Any

from interlock_handlers.definition import ToolDefinition
from interlock_handlers.schema import inlined

MAX_DESCRIPTION = 1024


def model_tool(definition: ToolDefinition) -> dict[str, Any]:
    """The tool as every chat model's `bind_tools` takes it; raises UnusableDefinition."""
    schema = inlined(definition.input_schema)
    schema["type"] = "object"
    schema.setdefault("properties", {})
    return {
        "type": "function",
        "function": {
            "name": definition.qualified_name,
            "description": description_for_model(definition),
            "parameters": schema,
        },
    }


def description_for_model(definition: ToolDefinition) -> str:
    """What the server says the tool does, without characters that a person reading it would not see."""
    said = definition.description or definition.title or definition.name
    text = "".join(c for c in said if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cn")).strip()
    return text if len(text) <= MAX_DESCRIPTION else f"{text[: MAX_DESCRIPTION - 1]}…"
