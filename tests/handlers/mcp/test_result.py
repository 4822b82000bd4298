"""What the model and the ledger get of a tool's answer."""

import json

import mcp_types as types

from interlock_handlers.limits import RESULT_TEXT_BYTES
from interlock_handlers.result import call_result


def text(*parts: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=part) for part in parts])


def test_texts_are_joined_and_errors_are_marked() -> None:
    assert call_result(text("one", "two")).text == "one\ntwo"
    failed = types.CallToolResult(content=[types.TextContent(type="text", text="no")], is_error=True)
    assert call_result(failed).is_error


def test_what_is_not_text_is_noted() -> None:
    result = call_result(
        types.CallToolResult(
            content=[
                types.ImageContent(type="image", data="AAAA" * 1000, mime_type="image/png"),
                types.AudioContent(type="audio", data="AAAA", mime_type="audio/wav"),
                types.ResourceLink(type="resource_link", name="report", uri="file:///report"),
                types.EmbeddedResource(
                    type="resource", resource=types.TextResourceContents(uri="note://1", text="inside")
                ),
                types.EmbeddedResource(
                    type="resource", resource=types.BlobResourceContents(uri="blob://1", blob="AAAA")
                ),
            ]
        )
    )
    assert [block.kind for block in result.blocks] == ["image", "audio", "resource_link", "resource", "resource"]
    assert "[The tool returned an image (image/png, 2.9 KiB).]" in result.text
    assert "note://1:\ninside" in result.text
    assert "AAAA" not in result.text


def test_structured_content_alone_is_the_text_too() -> None:
    result = call_result(types.CallToolResult(content=[], structured_content={"result": []}))
    assert (result.text, result.structured) == ('{"result": []}', {"result": []})


def test_a_long_text_is_cut_with_a_note() -> None:
    result = call_result(text("ä" * RESULT_TEXT_BYTES))
    assert len(result.text.encode()) < RESULT_TEXT_BYTES + 100
    assert result.text.endswith("[Cut here: the tool returned 2.0 MiB of text.]")
    large = types.CallToolResult(content=[], structured_content={"x": "y" * RESULT_TEXT_BYTES})
    assert call_result(large).structured is None


def test_nothing_is_left_that_a_database_refuses() -> None:
    odd = {"a\0": ["\0", float("nan"), float("inf"), "\ud800", 1.5, True, None]}
    result = call_result(types.CallToolResult(content=text("\0\ud800").content, structured_content=odd))
    assert result.text == "\ufffd?"
    assert result.structured == {"a\ufffd": ["\ufffd", None, None, "?", 1.5, True, None]}
    json.dumps(result.structured, allow_nan=False).encode()
