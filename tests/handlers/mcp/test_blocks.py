"""What people are shown of what a server gives, and its bounds."""

import base64

import mcp_types as types
import pytest

from interlock_handlers.blocks import MAX_BLOCKS, MAX_BYTES, Block, Blocks, OmittedBlock, TextBlock


def shown(*content: types.ContentBlock) -> tuple[Block, ...]:
    blocks = Blocks()
    for block in content:
        blocks.add(block)
    return blocks.kept


def image(data: bytes, mime_type: str = "image/png") -> types.ImageContent:
    return types.ImageContent(data=base64.b64encode(data).decode(), mime_type=mime_type)


@pytest.mark.parametrize("mime_type", ["text/html", "audio/wav", "image", "image/png\nx: y", ""])
def test_an_image_that_is_called_something_else_is_not_kept(mime_type: str) -> None:
    assert shown(image(b"x", mime_type)) == (OmittedBlock("What the server gave as image is none."),)


def test_what_is_not_base64_is_not_kept() -> None:
    [broken] = shown(types.AudioContent(data="not base64", mime_type="audio/wav"))
    resource = types.BlobResourceContents(uri="a://b", blob="neither")
    [other] = shown(types.EmbeddedResource(resource=resource))
    assert (broken.kind, other.kind) == ("omitted", "omitted")


def test_what_is_too_large_is_left_out_and_the_rest_is_kept() -> None:
    blocks = shown(image(bytes(MAX_BYTES - 5)), types.TextContent(text="six..."), types.TextContent(text="five."))
    assert [block.kind for block in blocks] == ["image", "omitted", "text"]


def test_what_is_too_many_is_left_out_and_counted() -> None:
    blocks = shown(*(types.TextContent(text=str(number)) for number in range(MAX_BLOCKS + 7)))
    assert blocks[-2] == TextBlock(str(MAX_BLOCKS - 1))
    assert blocks[-1] == OmittedBlock(f"7 more are left out: an answer has at most {MAX_BLOCKS} parts.")


def test_nothing_is_kept_that_a_database_refuses() -> None:
    [link] = shown(types.ResourceLink(uri="a://\0" + "b" * 5000, name="n\ud800", size=-1, mime_type="Text/Plain; q=1"))
    assert link.kind == "resource_link"
    assert (len(link.uri), link.name, link.size, link.mime_type) == (2000, "n?", None, "text/plain")
    assert "\0" not in link.uri
