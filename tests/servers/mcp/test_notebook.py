"""The notebook: what was confirmed is in the file, whoever else writes to it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from interlock_servers.mcp.notebook import Notebook, NotebookError


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "notes.json"
    notebook = Notebook(path)
    assert notebook.read() == []
    notebook.write("Shopping", "milk and bread")
    notebook.write(" Ideas ", "an interlock")
    assert [(n.title, n.text) for n in Notebook(path).read()] == [
        ("Shopping", "milk and bread"),
        ("Ideas", "an interlock"),
    ]
    assert [n.title for n in notebook.read("MILK bread")] == ["Shopping"]
    assert notebook.read("cheese") == []


def test_a_title_stands_for_one_note(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path / "notes.json")
    notebook.write("Shopping", "milk")
    notebook.write("SHOPPING", "bread")
    assert [(n.title, n.text) for n in notebook.read()] == [("SHOPPING", "bread")]


def test_a_note_is_deleted_by_its_title(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path / "notes.json")
    notebook.write("a", "1")
    notebook.write("b", "2")
    assert notebook.delete("A ").text == "1"
    assert [n.title for n in notebook.read()] == ["b"]
    with pytest.raises(NotebookError, match="no note titled “A”"):
        notebook.delete("A")


def test_a_note_needs_a_title(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="needs a title"):
        Notebook(tmp_path / "notes.json").write("  ", "text")


def test_a_write_that_was_cut_short_leaves_the_notes_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    Notebook(path).write("a", "1")
    path.with_suffix(".new").write_text('[{"title": "half')
    assert [n.title for n in Notebook(path).read()] == ["a"]
    Notebook(path).write("b", "2")
    assert [note["title"] for note in json.loads(path.read_text())] == ["a", "b"]


WRITER = """
import sys
from pathlib import Path
from interlock_servers.mcp.notebook import Notebook

for number in range(10):
    Notebook(Path(sys.argv[1])).write(f"{sys.argv[2]}-{number}", "text")
"""


def test_no_note_is_lost_when_several_processes_write(tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(n)]) for n in range(4)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0, 0]
    assert len(Notebook(path).read()) == 40
