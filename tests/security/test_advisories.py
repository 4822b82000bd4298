"""The table of advisories in docs/security.md is whole, and its tests exist."""

import re
from pathlib import Path

from tests.security.asvs import CHECKOUT
from tests.security.test_asvs import exists

PAGE = (CHECKOUT / "docs" / "security.md").read_text()
IDS = (Path(__file__).parent / "advisories.txt").read_text().splitlines()


def rows() -> dict[str, str]:
    """Advisory -> what the last column says of it."""
    table = PAGE.partition("| advisory |")[2]
    return {cells[0]: cells[2] for cells in re.findall(r"^\| (.+?) \| (.+) \| (.+?) \|$", table, re.MULTILINE)}


def test_every_advisory_is_in_the_table_once_and_no_other() -> None:
    assert [name for name in rows() if not name.startswith("-")] == IDS
    assert len(IDS) == len(set(IDS)) >= 70


def test_each_names_a_test_that_exists_or_says_why_there_is_none() -> None:
    for name, said in rows().items():
        tests = re.findall(r"`([^`]+::test_\w+)`", said)
        assert tests or re.match(r"(not ours|gap): \w", said), name
        assert not [each for each in tests if not exists(f"tests/{each}")], name


def test_every_folder_that_the_threat_model_points_to_is_there() -> None:
    named = re.findall(r"`(tests/[\w./]+)`", PAGE)
    assert named
    assert not [each for each in named if not (CHECKOUT / each).exists()]
