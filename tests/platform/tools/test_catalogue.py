"""What the catalogue offers, and what it says of a file that is wrong."""

import json
import sys
from pathlib import Path

import pytest

from interlock_handlers.server_spec import ServerSpec
from interlock_platform.tools.catalogue import CatalogueError, load_catalogue, personal
from interlock_platform.tools.entries.entry import Catalogue

BIN = "/bin:/usr/bin"


def written(folder: Path, servers: object) -> Path:
    path = folder / "servers.json"
    path.write_text(json.dumps({"mcpServers": servers}))
    return path


def loaded(folder: Path, servers: object, **environment: str) -> dict[str, ServerSpec]:
    return specs(load_catalogue(written(folder, servers), folder / "data", {"PATH": BIN, **environment}))


def specs(catalogue: Catalogue) -> dict[str, ServerSpec]:
    return {server_id: entry.spec for server_id, entry in catalogue.entries.items()}


def test_without_a_file_there_are_the_servers_that_we_ship(tmp_path: Path) -> None:
    catalogue = specs(load_catalogue(None, tmp_path, {"PATH": BIN}))
    assert list(catalogue) == ["toolbox", "time", "everything", "everything-sse", "github", "deepwiki"]
    toolbox = catalogue["toolbox"]
    assert (toolbox.transport, toolbox.command) == ("stdio", sys.executable)
    assert toolbox.args[:2] == ("-m", "interlock_servers.mcp.toolbox")
    assert [catalogue[name].transport for name in ("time", "everything", "everything-sse")] == ["stdio", "http", "sse"]


def test_each_user_has_a_notebook_of_their_own(tmp_path: Path) -> None:
    toolbox = specs(load_catalogue(None, tmp_path, {"PATH": BIN}))["toolbox"]
    assert personal(toolbox, "acme-alice").args[-1] == f"{tmp_path}/notebooks/acme-alice/notes.json"
    assert personal(toolbox, "acme-alice").sandbox.write == (f"{tmp_path}/notebooks/acme-alice",)
    with pytest.raises(ValueError, match="name of a file"):
        personal(toolbox, "../bob")


def test_the_forms_that_the_ecosystem_knows_are_read(tmp_path: Path) -> None:
    catalogue = loaded(
        tmp_path,
        {
            "local": {"command": "run-it", "args": ["--fast", "${LEVEL:-3}"], "env": {"TOKEN": "${env:TOKEN}"}},
            "remote": {"url": "https://example.org/mcp", "headers": {"Authorization": "Bearer ${TOKEN}"}},
            "typed": {"type": "streamable-http", "url": "https://example.org/mcp", "icon": "x.png", "timeout": 5},
            "older": {"transport": "sse", "url": "https://example.org/sse", "name": "Older", "description": "It is."},
        },
        TOKEN="secret",
    )
    assert catalogue["local"].args == ("--fast", "3")
    assert catalogue["local"].env == {"PATH": BIN, "TOKEN": "secret"}
    assert catalogue["remote"].transport == "http"
    assert catalogue["remote"].headers == {"Authorization": "Bearer secret"}
    assert (catalogue["typed"].transport, catalogue["typed"].timeout_seconds) == ("http", 5)
    assert (catalogue["older"].transport, catalogue["older"].name) == ("sse", "Older")
    assert "secret" not in repr(catalogue)


def test_a_file_overrides_what_we_ship(tmp_path: Path) -> None:
    catalogue = loaded(
        tmp_path,
        {
            "time": {"url": "https://example.org/mcp"},
            "github": {"disabled": True},
            "deepwiki": {"name": "Wiki"},
            "fetch": {"disabled": False},
        },
    )
    assert catalogue["time"].transport == "http"
    assert "github" not in catalogue
    assert (catalogue["deepwiki"].name, catalogue["deepwiki"].url) == ("Wiki", "https://mcp.deepwiki.com/mcp")
    assert catalogue["fetch"].command == "uvx"


@pytest.mark.parametrize(
    ("servers", "says"),
    [
        ({"x": {}}, "either a command or a url"),
        ({"x": {"command": "a", "url": "http://b"}}, "either a command or a url"),
        ({"x": {"command": "a", "type": "sse"}}, "type sse needs a url"),
        ({"x": {"url": "http://b", "type": "stdio"}}, "type stdio needs a command"),
        ({"x": {"url": "http://b", "type": "carrier pigeon"}}, "field “type”"),
        ({"x": {"url": "file:///etc/passwd"}}, "field “url”: must begin with http"),
        ({"x": {"command": "a", "args": "b"}}, "field “args”"),
        ({"x": {"command": "a", "arg": ["b"]}}, "field “arg”"),
        ({"x": {"command": "${TOOL}"}}, "field “command”: the variable TOOL is not set"),
        ({"x": {"command": "a", "env": {"A": "${B}"}}}, "field “env”: the variable B is not set"),
        ({"x": {"url": "http://b", "headers": {"A": "b\r\nC: d"}}}, "field “headers”: 'A' is no header"),
        ({"x": {"url": "http://b", "timeout": 0}}, "field “timeout”"),
        ({"x": {"url": "http://b", "auth": "headers"}}, "auth headers needs headers"),
        ({"x": {"command": "a", "auth": "oauth"}}, "auth belongs to servers with a url"),
        ({"x": {"url": "http://b", "trust": "blind"}}, "field “trust”"),
        ({"x": {"url": "http://b", "categories": [""]}}, "field “categories”"),
    ],
)
def test_a_wrong_entry_is_named_with_its_field(tmp_path: Path, servers: object, says: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        loaded(tmp_path, servers)
    assert f"{tmp_path}/servers.json, server “x”" in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize("server_id", ["my server", "a" * 33, "-x", "", "ä"])
def test_an_id_must_be_good_for_the_name_of_a_tool(tmp_path: Path, server_id: str) -> None:
    with pytest.raises(CatalogueError, match="the id must be"):
        loaded(tmp_path, {server_id: {"command": "a"}})


@pytest.mark.parametrize("text", ["", "{", "[]", '{"servers": {}}', '{"mcpServers": []}', '{"mcpServers": {"x": 1}}'])
def test_a_file_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(text)
    with pytest.raises(CatalogueError, match=r"broken\.json is not a file of"):
        load_catalogue(path, tmp_path, {"PATH": BIN})
    with pytest.raises(CatalogueError, match="cannot be read"):
        load_catalogue(tmp_path / "nowhere.json", tmp_path, {"PATH": BIN})


def test_an_entry_says_what_people_are_told_of_it(tmp_path: Path) -> None:
    described = {"icon": "book", "categories": ["Docs", "Search"], "trust": "trusted", "auth": "oauth"}
    path = written(tmp_path, {"x": {"url": "https://b", **described}, "y": {"url": "https://c", "headers": {"A": "s"}}})
    entries = load_catalogue(path, tmp_path, {"PATH": BIN}).entries
    assert {name: entries["x"].wire()[name] for name in described} == described
    assert (entries["y"].wire()["auth"], entries["y"].trust) == ("headers", "untrusted")
    assert "secret" not in json.dumps(entries["y"].wire())


def test_the_file_says_what_servers_that_others_enter_may_be_at(tmp_path: Path) -> None:
    path = tmp_path / "servers.json"
    path.write_text(json.dumps({"mcpServers": {}, "outbound": {"allow": ["10.1.0.0/16", "git.internal"]}}))
    assert load_catalogue(path, tmp_path, {"PATH": BIN}).allowed == ("10.1.0.0/16", "git.internal")
    path.write_text(json.dumps({"mcpServers": {}, "outbound": {"allow": ["10.1.0.0/99"]}}))
    with pytest.raises(CatalogueError, match=r"field “outbound\.allow”: '10\.1\.0\.0/99' is no network"):
        load_catalogue(path, tmp_path, {"PATH": BIN})
