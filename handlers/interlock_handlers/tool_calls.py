"""The calls of a model's message, with arguments that are whole."""

import json

from langchain_core.messages import AIMessage, AIMessageChunk, InvalidToolCall, ToolCall
from langchain_core.messages.tool import invalid_tool_call, tool_call


def read_calls(message: AIMessage) -> tuple[list[ToolCall], list[InvalidToolCall]]:
    """The calls whose arguments are a JSON object, and those whose are not.

    LangChain completes the arguments of a streamed call where they break off (`{"text": "hal` becomes a whole object),
    so a call that was cut short would look like one that was meant. Here they are read as they came.
    """
    if not isinstance(message, AIMessageChunk) or not message.tool_call_chunks:
        return list(message.tool_calls), list(message.invalid_tool_calls)
    calls: list[ToolCall] = []
    broken: list[InvalidToolCall] = []
    for chunk in message.tool_call_chunks:
        written = chunk["args"] or "{}"
        try:
            arguments = json.loads(written)
            error = None if isinstance(arguments, dict) else "they are no JSON object"
        except ValueError as why:
            arguments, error = {}, f"they are no JSON ({why})"
        if error is None and chunk["name"]:
            calls.append(tool_call(name=chunk["name"], args=arguments, id=chunk["id"]))
        else:
            why_not = error or "the call has no name"
            broken.append(invalid_tool_call(name=chunk["name"], args=written, id=chunk["id"], error=why_not))
    return calls, broken
