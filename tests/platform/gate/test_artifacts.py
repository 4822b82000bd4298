"""What a tool shows is kept for people, and for nobody else; a browser runs nothing of it."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from interlock_handlers.blocks import LinkBlock, MediaBlock, OmittedBlock, ResourceBlock, TextBlock
from interlock_handlers.result import CallResult
from interlock_platform.gate.artifacts.ranges import Unsatisfiable, part_of
from interlock_platform.gate.artifacts.sorting import TEXT_BYTES, sort_result
from interlock_servers.postgres_access import PostgresAccess
from tests.mcp_servers.fixtures import WholeServers, whole  # noqa: F401 - a fixture
from tests.mcp_servers.whole import BOOK, PIXEL, SOUND
from tests.person import Person
from tests.platform.chat.talking import is_left, time_passes
from tests.platform.place import Place, open_place


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def _place(postgres: PostgresAccess, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    async with open_place(postgres, tmp_path_factory.mktemp("little-room"), artifact_mebibytes=1) as place:
        yield place


async def shown(place: Place, alice: Person, url: str) -> dict[str, Any]:
    """The card of a call of the server's `show`, once it has ended."""
    body = {"name": "Whole", "transport": "http", "url": url, "auth": "none", "scope": "tenant"}
    server = await alice.ok("POST", "/api/servers", body)
    try:
        toolset = (await alice.ok("POST", f"/api/servers/{server['id']}/connect"))["toolset"]["tools"]
        (name,) = [each["name"] for each in toolset if each["name"].endswith("__show")]
        place.model.script([{"after_tool": False, "calls": [{"name": name, "arguments": {}}]}, {"text": "Look."}])
        thread_id = await alice.new_thread()
        await alice.say(thread_id, "Show me")
        await alice.decide(await alice.card(thread_id), "approve")
        return await alice.card(thread_id, "succeeded")
    finally:
        await alice.ok("DELETE", f"/api/servers/{server['id']}")


async def test_what_a_tool_shows_is_there_for_its_person_until_the_thread_is_deleted(
    place: Place,
    alice: Person,
    bob: Person,
    mallory: Person,
    whole: WholeServers,  # noqa: F811
) -> None:
    card = await shown(place, alice, whole.spec("http").url or "")
    image, sound, link, words, data = card["result"]["blocks"]
    assert link == {
        "kind": "resource_link", "uri": BOOK, "name": "one", "title": "The first", "description": None,
        "mime_type": "text/plain", "size": 5,
    }  # fmt: skip
    assert (image["kind"], image["mime_type"], image["size"]) == ("image", "image/png", len(PIXEL))
    drawn = await alice.api("GET", f"/api/artifacts/{image['id']}")
    assert (drawn.content, drawn.headers["content-type"]) == (PIXEL, "image/png")
    assert drawn.headers["content-disposition"] == 'inline; filename="image.png"'
    assert drawn.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert drawn.headers["x-content-type-options"] == "nosniff"
    assert (await alice.api("GET", f"/api/artifacts/{sound['id']}")).content == SOUND
    for block, content in ((words, b"words"), (data, b"\0\1\2")):
        given = await alice.api("GET", f"/api/artifacts/{block['id']}")
        assert (given.content, given.headers["content-type"]) == (content, "application/octet-stream")
        assert given.headers["content-disposition"].startswith("attachment;")
    unknown = await bob.api("GET", f"/api/artifacts/{uuid4()}")
    for other in (bob, mallory):
        refused = await other.api("GET", f"/api/artifacts/{image['id']}")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
        assert refused.json().keys() == unknown.json().keys()
    assert await place.sql("select count(*) from artifacts where call_id = %s", card["id"]) == [(4,)]
    await alice.finished(card["thread_id"], card["run_id"])
    await alice.ok("DELETE", f"/api/threads/{card['thread_id']}")
    assert (await alice.api("GET", f"/api/artifacts/{image['id']}")).status_code == 404
    await time_passes(place, card["thread_id"])
    await place.eventually(lambda: is_left(place, card["thread_id"]), 0)
    assert await place.sql("select count(*) from artifacts where call_id = %s", card["id"]) == [(0,)]


async def test_parts_are_given_of_what_is_kept_and_nothing_of_it_runs_in_a_browser(
    place: Place,
    alice: Person,
    whole: WholeServers,  # noqa: F811
) -> None:
    card = await shown(place, alice, whole.spec("http").url or "")
    address = f"/api/artifacts/{card['result']['blocks'][0]['id']}"
    part = await alice.http.get(address, headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, PIXEL[2:6])
    assert part.headers["content-range"] == f"bytes 2-5/{len(PIXEL)}"
    assert part.headers["x-content-type-options"] == "nosniff"
    same = {"Range": "bytes=-3", "If-Range": part.headers["etag"]}
    assert (await alice.http.get(address, headers=same)).content == PIXEL[-3:]
    other = await alice.http.get(address, headers={**same, "If-Range": '"other"'})
    assert (other.status_code, other.content) == (200, PIXEL)
    beyond = await alice.http.get(address, headers={"Range": f"bytes={len(PIXEL)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(PIXEL)}")
    for kind in ("text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript", "image/png; x=text/html"):
        await place.sql("update artifacts set mime_type = %s where call_id = %s", kind, card["id"])
        given = await alice.http.get(address)
        assert given.headers["content-type"] == "application/octet-stream"
        assert given.headers["content-disposition"].startswith("attachment;")
        assert given.headers["content-security-policy"] == "default-src 'none'; sandbox"


async def test_what_there_is_no_room_for_is_not_kept_and_a_note_says_so(
    place: Place,
    alice: Person,
    whole: WholeServers,  # noqa: F811
) -> None:
    url = whole.spec("http").url or ""
    before = await shown(place, alice, url)
    await place.sql(
        "update artifacts set data = decode(repeat('00', 1048576), 'hex') where call_id = %s and id = %s",
        before["id"], before["result"]["blocks"][0]["id"],
    )  # fmt: skip
    card = await shown(place, alice, url)
    assert card["state"] == "succeeded"
    image = card["result"]["blocks"][0]
    assert image == {
        "kind": "omitted",
        "note": "image.png (0 KiB) is not kept: your organisation's 1 MiB for such things are used up. "
        "Delete chats that nobody needs.",
    }
    assert await place.sql("select count(*) from artifacts where call_id = %s", card["id"]) == [(0,)]
    await place.sql("delete from artifacts")


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        (None, None), ("bytes=0-0", (0, 0)), ("bytes=5-", (5, 9)), ("bytes=-4", (6, 9)), ("bytes=-40", (0, 9)),
        ("bytes=2-99", (2, 9)), ("bytes=5-2", None), ("bytes=-", None), ("bytes=0-1,3-4", None), ("lines=1-2", None),
        ("bytes=10-", Unsatisfiable), ("bytes=-0", Unsatisfiable),
    ],
)  # fmt: skip
def test_a_part_is_what_http_says_it_is(asked: str | None, part: object) -> None:
    if part is Unsatisfiable:
        with pytest.raises(Unsatisfiable):
            part_of(asked, 10)
    else:
        assert part_of(asked, 10) == part


def test_a_long_text_is_kept_whole_and_shown_in_part() -> None:
    text = "é" * TEXT_BYTES
    result, kept = sort_result(CallResult(text, None, False, (TextBlock(text),)))
    (one,) = kept
    assert one.data.decode() == text
    assert result["blocks"] == [
        {"kind": "text", "id": str(one.id), "mime_type": "text/plain", "name": "result.txt", "size": TEXT_BYTES * 2}
    ]
    beginning, note = result["text"].split("\n")
    assert beginning == text[: TEXT_BYTES // 2]
    assert note == "[Cut here: this is the beginning of 512 KiB; people have all of it.]"


def test_what_has_no_bytes_is_shown_without_an_address_of_ours() -> None:
    image = MediaBlock("image", "image/png", b"1")
    blocks = (TextBlock("a"), LinkBlock("x://y", "y"), OmittedBlock("Too large."), image)
    result, kept = sort_result(CallResult("a", {"n": 1}, True, blocks))
    assert (result["text"], result["structured"], result["is_error"]) == ("a", {"n": 1}, True)
    assert [(block["kind"], "id" in block) for block in result["blocks"]] == [
        ("resource_link", False), ("omitted", False), ("image", True),
    ]  # fmt: skip
    assert [each.data for each in kept] == [b"1"]


@pytest.mark.parametrize(
    ("uri", "mime_type", "name"),
    [
        ("file:///home/a/report.pdf?x=/y.exe#z", "application/pdf", "report.pdf"),
        ("book://1", "text/plain", "1.txt"),
        ('x://a/".html\r\nX-Evil: 1', "text/html", "html_X-Evil_1.html"),
        ("x://a/..", None, "file.bin"),
        ("x://a/\u202egpj.exe", None, "gpj.exe"),
        (f"x://{'n' * 300}", "image/png", f"{'n' * 80}.png"),
    ],
)
def test_names_of_files_are_safe_in_a_header_and_on_a_disk(uri: str, mime_type: str | None, name: str) -> None:
    _, (kept,) = sort_result(CallResult("", None, False, (ResourceBlock(uri, mime_type, data=b"1"),)))
    assert kept.name == name
