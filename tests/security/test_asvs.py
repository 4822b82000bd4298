"""The map of the standard is whole, and leads to what there is."""

import ast
from functools import cache
from pathlib import Path

from tests.security.asvs import CHECKOUT, PAGE, of_the_standard, page, requirements


@cache
def functions_of(path: Path) -> frozenset[str]:
    """The names of the test functions of a file; none if there is no such file."""
    if not path.is_file():
        return frozenset()
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.parse(path.read_text()).body if isinstance(node, functions))


def exists(node_id: str) -> bool:
    """Whether there is such a test, whatever its parameters are."""
    path, _, name = node_id.partition("::")
    return name.partition("[")[0] in functions_of(CHECKOUT / path)


def test_every_requirement_is_there_once_and_no_other() -> None:
    found = requirements()
    assert [each.id for each in found] == list(of_the_standard())
    assert {each.id: each.level for each in found} == of_the_standard()
    assert len(found) == 253


def test_every_test_and_every_document_that_is_named_exists() -> None:
    missing = []
    for each in requirements():
        for name in each.shown_by:
            there = exists(name) if each.state == "test" else (CHECKOUT / name).is_file()
            if not there:
                missing.append(f"{each.id}: {name}")
    assert missing == []


def test_each_says_what_shows_it_or_why_nothing_does() -> None:
    assert not [e.id for e in requirements() if e.state in ("test", "document") and not e.shown_by]
    assert not [e.id for e in requirements() if e.state in ("n/a", "gap") and (e.shown_by or not e.why)]


def test_the_page_is_what_is_made_of_it() -> None:
    assert PAGE.read_text() == page()
