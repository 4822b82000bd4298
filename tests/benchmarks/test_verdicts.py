"""The benchmark of verdicts runs, and judges by what it says it does."""

from tests.benchmarks.test_turns import run


def test_verdicts_and_whole_calls_are_measured_beside_a_bare_insert() -> None:
    report = run("verdicts", "--verdicts", "20", "--calls", "3", "--rules", "100", "--grants", "300")
    assert (report["rules"], report["grants"]) == (100, 300)
    # A tenth of the rules is of the tenant, and half of those for one server only.
    assert 5 < report["looked_at"] < 50
    assert 0 < report["insert_p50"] <= report["insert_p95"]
    assert 0 < report["verdict_p50"] <= report["verdict_p95"]
    assert 0 < report["call_p50"] <= report["call_p95"]
