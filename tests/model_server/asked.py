"""A request to a model, whatever the protocol that it came by."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel

Protocol = Literal["openai", "bedrock", "anthropic"]


class Said(BaseModel):
    """One message of a request; a tool's result is a message of the role `tool`."""

    role: str
    text: str = ""
    calls: list[dict[str, Any]] = []
    tool_call_id: str | None = None


class Asked(BaseModel):
    """What a model was asked."""

    protocol: Protocol
    model: str
    stream: bool
    messages: list[Said]
    tools: list[str]
    headers: dict[str, str]
    body: dict[str, Any]

    def last_of_person(self) -> str:
        return next((said.text for said in reversed(self.messages) if said.role == "user"), "")

    def ends_in_tool_result(self) -> bool:
        return bool(self.messages) and self.messages[-1].role == "tool"


def asked_of_openai(body: Mapping[str, Any], headers: Mapping[str, str]) -> Asked:
    messages = [
        Said(
            role=message["role"],
            text=_text(message.get("content")),
            calls=[
                {"id": call["id"], "name": call["function"]["name"], "arguments": call["function"]["arguments"]}
                for call in message.get("tool_calls") or ()
            ],
            tool_call_id=message.get("tool_call_id"),
        )
        for message in body["messages"]
    ]
    tools = [tool["function"]["name"] for tool in body.get("tools") or ()]
    stream = bool(body.get("stream"))
    return Asked(protocol="openai", model=body["model"], stream=stream, messages=messages, tools=tools,
                 headers=dict(headers), body=dict(body))  # fmt: skip


def asked_of_bedrock(model: str, stream: bool, body: Mapping[str, Any], headers: Mapping[str, str]) -> Asked:
    system = [Said(role="system", text=block["text"]) for block in body.get("system") or () if "text" in block]
    messages = [said for entry in body["messages"] for said in _said_to_bedrock(entry["role"], entry["content"])]
    tools = [tool["toolSpec"]["name"] for tool in (body.get("toolConfig") or {}).get("tools", ()) if "toolSpec" in tool]
    return Asked(protocol="bedrock", model=model, stream=stream, messages=system + messages, tools=tools,
                 headers=dict(headers), body=dict(body))  # fmt: skip


def asked_of_anthropic(body: Mapping[str, Any], headers: Mapping[str, str]) -> Asked:
    system = [Said(role="system", text=_text(body["system"]))] if body.get("system") else []
    messages = [
        said for message in body["messages"] for said in _said_to_anthropic(message["role"], message["content"])
    ]
    tools = [tool["name"] for tool in body.get("tools") or ()]
    return Asked(protocol="anthropic", model=body["model"], stream=bool(body.get("stream")), messages=system + messages,
                 tools=tools, headers=dict(headers), body=dict(body))  # fmt: skip


def _said_to_bedrock(role: str, blocks: Sequence[Mapping[str, Any]]) -> Iterator[Said]:
    text = "".join(block["text"] for block in blocks if "text" in block)
    calls = [
        {"id": block["toolUse"]["toolUseId"], "name": block["toolUse"]["name"], "arguments": block["toolUse"]["input"]}
        for block in blocks
        if "toolUse" in block
    ]
    results = [block["toolResult"] for block in blocks if "toolResult" in block]
    for result in results:
        yield Said(role="tool", text=_text(result["content"]), tool_call_id=result["toolUseId"])
    if text or calls or not results:
        yield Said(role=role, text=text, calls=calls)


def _said_to_anthropic(role: str, content: str | Sequence[Mapping[str, Any]]) -> Iterator[Said]:
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    results = [block for block in blocks if block["type"] == "tool_result"]
    for result in results:
        yield Said(role="tool", text=_text(result.get("content")), tool_call_id=result["tool_use_id"])
    text = "".join(block["text"] for block in blocks if block["type"] == "text")
    calls = [
        {"id": block["id"], "name": block["name"], "arguments": block["input"]}
        for block in blocks
        if block["type"] == "tool_use"
    ]
    if text or calls or not results:
        yield Said(role=role, text=text, calls=calls)


def _text(content: Any) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    return "".join(block if isinstance(block, str) else str(block.get("text", "")) for block in content)
