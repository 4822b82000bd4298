"""An MCP tool definition as a model's tool."""

from typing import Any

from interlock_handlers.definition import ToolDefinition
from interlock_handlers.schema import inlined
from interlock_handlers.visible import visible

MAX_DESCRIPTION = 1024


def model_tool(definition: ToolDefinition) -> dict[str, Any]:
    """The tool as every chat model's `bind_tools` takes it; raises UnusableDefinition."""
    schema = readable(inlined(definition.input_schema))
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
    return shortened(definition.description or definition.title or definition.name)


def readable(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its descriptions as people see them; names and values stay what the server understands."""
    return {key: _readable(key, value) for key, value in schema.items()}


def _readable(key: str, value: Any) -> Any:
    if key in ("description", "title") and isinstance(value, str):
        return shortened(value)
    if key in ("properties", "patternProperties") and isinstance(value, dict):
        # Here the keys are names that the tool chose, not keywords.
        return {name: readable(each) if isinstance(each, dict) else each for name, each in value.items()}
    if key in ("default", "examples", "enum", "const"):
        return value
    if isinstance(value, dict):
        return readable(value)
    if isinstance(value, list):
        return [readable(each) if isinstance(each, dict) else each for each in value]
    return value


def shortened(text: str) -> str:
    """As much as every provider takes of a description, without what a person would not see."""
    text = visible(text).strip()
    return text if len(text) <= MAX_DESCRIPTION else f"{text[: MAX_DESCRIPTION - 1]}…"
