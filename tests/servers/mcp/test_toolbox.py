"""The toolbox as a client sees it."""

import json
from pathlib import Path

import httpx
import mcp_types as types
import pytest
from mcp import Client

from interlock_handlers.server_spec import ServerSpec
from interlock_servers.mcp.notebook import Notebook
from interlock_servers.mcp.toolbox import toolbox
from tests.mcp_servers.fixtures import toolbox_http  # noqa: F401 - a fixture

READING = {"current_time", "convert_time", "calculate", "read_notes"}


async def _called(path: Path, tool: str, arguments: dict[str, object]) -> types.CallToolResult:
    async with Client(toolbox(Notebook(path))) as client:
        return await client.call_tool(tool, arguments)


async def test_every_tool_says_what_it_is(tmp_path: Path) -> None:
    async with Client(toolbox(Notebook(tmp_path / "n.json"))) as client:
        tools = (await client.list_tools()).tools
    assert {tool.name for tool in tools} == READING | {"write_note", "delete_note"}
    for tool in tools:
        assert tool.title
        assert tool.description
        assert tool.output_schema
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint == (tool.name in READING)
        for name, field in tool.input_schema["properties"].items():
            assert field.get("description"), f"{tool.name}.{name} is not described"


async def test_notes_are_written_to_the_file(tmp_path: Path) -> None:
    path = tmp_path / "n.json"
    await _called(path, "write_note", {"title": "Shopping", "text": "milk"})
    assert json.loads(path.read_text())[0]["text"] == "milk"
    read = await _called(path, "read_notes", {"query": "milk"})
    assert read.structured_content["result"][0]["title"] == "Shopping"
    await _called(path, "delete_note", {"title": "shopping"})
    assert json.loads(path.read_text()) == []


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("calculate", {"expression": "1 / 0"}, "divides by zero"),
        ("current_time", {"timezone": "Atlantis"}, "is not a time zone"),
        ("delete_note", {"title": "none"}, "no note titled"),
        ("write_note", {"title": "x" * 300, "text": ""}, "at most 200"),
        ("calculate", {}, "Field required"),
    ],
)
async def test_a_mistake_is_explained_to_the_model(
    tmp_path: Path, tool: str, arguments: dict[str, object], says: str
) -> None:
    result = await _called(tmp_path / "n.json", tool, arguments)
    assert result.is_error
    content = result.content[0]
    assert isinstance(content, types.TextContent)
    assert says in content.text


async def test_over_http_it_answers_only_to_its_own_name(toolbox_http: ServerSpec) -> None:  # noqa: F811 - a fixture
    async with httpx.AsyncClient() as client:
        foreign = await client.post(toolbox_http.url, json={}, headers={"host": "evil.example"})
        assert foreign.status_code == 421
        page = {"host": toolbox_http.url.split("/")[2], "origin": "http://evil.example"}
        assert (await client.post(toolbox_http.url, json={}, headers=page)).status_code == 403
