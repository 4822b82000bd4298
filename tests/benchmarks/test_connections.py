"""The benchmark of connections runs, and its hostile servers are as many as it says."""

from benchmarks.hostile_servers import PLAYS

from tests.benchmarks.test_turns import run


def test_connections_are_measured_alone_and_beside_hostile_servers() -> None:
    report = run("connections", "--connections", "3", "--seconds", "1")
    assert (report["connections"], report["servers"], len(PLAYS)) == (3, 20, 20)
    assert report["connected"] > 0
    assert report["call_p50_alone"] > 0
    assert report["call_p50_hostile"] > 0
    assert report["first_after_kill"] > 0
