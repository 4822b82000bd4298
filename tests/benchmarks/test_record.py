"""The record's benchmark runs, and every figure of it is one."""

from tests.benchmarks.test_turns import run


def test_the_cost_of_the_record_is_measured_against_a_bare_insert() -> None:
    report = run("record", "--transactions", "16", "--entries", "300")
    assert 0 < report["insert"][0] < report["with_record"][0]
    assert 0 < report["held"][0] < report["with_record"][0]
    assert report["ratio"] == report["with_record"][0] / report["insert"][0]
    assert report["bytes"] > 300 * 200
    assert 0 < report["verify_seconds"] < 10
    assert report["export_seconds"] > 0
