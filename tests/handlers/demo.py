"""The demo model asked something over the tools that the toolbox, mcp-server-time and server-everything declare."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage

from interlock_handlers.demo_model import DemoModel

DECLARED: dict[str, list[dict[str, Any]]] = json.loads((Path(__file__).parent / "declared_tools.json").read_text())
TODAY = date(2026, 11, 21)  # a Saturday


def offered(*servers: str) -> list[dict[str, Any]]:
    return [
        {
            "type": "function",
            "function": {
                "name": f"{server}__{tool['name']}",
                "description": tool["description"],
                "parameters": tool["input_schema"],
            },
        }
        for server in servers
        for tool in DECLARED[server]
    ]


ALL = offered("toolbox", "time", "everything")


async def ask(messages: str | Sequence[BaseMessage], tools: list[dict[str, Any]] = ALL) -> AIMessageChunk:
    model = DemoModel(seconds_per_word=0, today=lambda: TODAY)
    runnable = model.bind_tools(tools) if tools else model
    given = [HumanMessage(messages)] if isinstance(messages, str) else list(messages)
    chunks = [chunk async for chunk in runnable.astream(given) if isinstance(chunk, AIMessageChunk)]
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole = whole + chunk
    return whole


def calls_of(message: AIMessage) -> list[tuple[str, dict[str, Any]]]:
    return [(call["name"], call["args"]) for call in message.tool_calls]


def zone(name: str) -> tuple[str, dict[str, Any]]:
    return ("toolbox__current_time", {"timezone": name})


def convert(time: str, source: str, target: str) -> tuple[str, dict[str, Any]]:
    return ("toolbox__convert_time", {"time": time, "from_timezone": source, "to_timezone": target})


def calculate(expression: str) -> tuple[str, dict[str, Any]]:
    return ("toolbox__calculate", {"expression": expression})


def note(title: str, text: str) -> tuple[str, dict[str, Any]]:
    return ("toolbox__write_note", {"title": title, "text": text})
