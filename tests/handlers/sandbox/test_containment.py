"""What is said of the kinds of sandbox: to operators, and in the documents."""

from pathlib import Path

import pytest

from interlock_handlers.sandbox.bubblewrap import bubblewrap
from interlock_handlers.sandbox.containment import OPENINGS, Containment
from interlock_handlers.sandbox.sandbox import Sandbox

OPERATING = Path(__file__).parents[3] / "docs" / "operating.md"
WRAPPED = Containment("bubblewrap", program="bwrap", options=frozenset(["--size"]))
COLUMNS = (
    WRAPPED,
    Containment("own_uid", 7, own_network=False, as_root=True),
    Containment("own_uid", 0, own_network=False, as_root=True),
    Containment("limits", 7, own_network=False),
    Containment("limits", 0, own_network=False),
)


@pytest.mark.parametrize("opening", OPENINGS)
def test_the_document_says_what_each_kind_leaves_open(opening: str) -> None:
    answers = ["yes" if opening in column.openings else "no" for column in COLUMNS]
    row = f"| {OPENINGS[opening]} | {' | '.join(answers)} |"  # type: ignore[index]
    # What only root's limits leave open is told below the table.
    assert row in OPERATING.read_text() or opening == "process_count"


def test_a_network_of_its_own_closes_what_is_on_the_network() -> None:
    alone = Containment("own_uid", 0, own_network=True, as_root=True)
    assert COLUMNS[2].openings - alone.openings == {"tcp", "udp", "named_sockets"}


def test_limits_do_not_count_the_processes_of_root() -> None:
    assert "process_count" in Containment("limits", 7, as_root=True).openings
    assert "process_count" not in Containment("limits", 7).openings


def test_the_sentence_says_why_it_is_not_bubblewrap_and_what_that_means() -> None:
    sentence = Containment("limits", 7, own_network=False, because="it is not installed").sentence
    assert "limits and Landlock 7" in sentence
    assert "because it is not installed" in sentence
    assert "fills the disk with many small files" in sentence
    assert "sees which processes run" not in sentence


def test_links_on_the_way_to_a_place_are_made_again(tmp_path: Path) -> None:
    (tmp_path / "real" / "inner").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    argv = bubblewrap(WRAPPED, Sandbox(), [str(tmp_path / "link" / "inner")], [])
    assert _following(argv, "--symlink") == [("real", str(tmp_path / "link"))]
    assert (str(tmp_path / "real" / "inner"),) * 2 in _following(argv, "--ro-bind")


def test_what_is_below_a_place_that_is_there_is_not_put_there_again(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    argv = bubblewrap(WRAPPED, Sandbox(), [str(tmp_path), str(tmp_path / "below")], [])
    assert _following(argv, "--ro-bind") == [(str(tmp_path), str(tmp_path))]


def test_the_network_is_shared_only_where_that_is_asked_for() -> None:
    assert "--unshare-net" in bubblewrap(WRAPPED, Sandbox(), [], [])
    assert "--unshare-net" not in bubblewrap(WRAPPED, Sandbox(network=True), [], [])


def _following(argv: tuple[str, ...], option: str) -> list[tuple[str, str]]:
    return [(argv[at + 1], argv[at + 2]) for at, word in enumerate(argv) if word == option]
