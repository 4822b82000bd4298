"""The points are those of the code, each of them, and in production they do nothing."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

from interlock_platform import faults
from interlock_platform.faults import POINTS, reach
from tests.faults.plans import GETS_THERE, at_point
from tests.faults.turns import KINDS

ROOTS = ("platform", "servers", "handlers", "graphs")
FOLDER = Path(__file__).parents[2]


def test_every_point_is_in_the_code_and_every_place_in_the_code_is_a_point() -> None:
    assert set(places()) == set(POINTS)


def test_there_are_enough_points_and_each_says_what_has_happened_there() -> None:
    assert len(POINTS) >= 24
    assert all(meaning and not meaning.endswith(".") for meaning in POINTS.values())


def test_every_point_is_told_to_whoever_evaluates_and_no_other() -> None:
    page = (FOLDER / "docs" / "faults.md").read_text()
    rows = [line.split("|")[1:3] for line in page.splitlines() if line.startswith("| `")]
    assert {point.strip(" `"): meaning.strip() for point, meaning in rows} == POINTS


def test_reaching_a_point_does_nothing_in_production() -> None:
    assert faults.reach is reach
    (function,) = ast.parse(inspect.getsource(reach)).body
    assert isinstance(function, ast.FunctionDef)
    (docstring,) = function.body
    assert isinstance(docstring, ast.Expr)
    assert isinstance(docstring.value, ast.Constant)


def test_every_point_has_turns_that_get_there() -> None:
    assert set(GETS_THERE) <= {point.partition(".")[0] for point in POINTS}
    for point in POINTS:
        plan = at_point(1, point, 0)
        assert point in {shot.point for shot in plan.shots}
        assert set(plan.kinds) <= set(KINDS)


def test_a_plan_follows_from_its_seed_and_its_number() -> None:
    assert at_point(1, "start.after_commit", 7) == at_point(1, "start.after_commit", 7)
    assert at_point(1, "start.after_commit", 7) != at_point(2, "start.after_commit", 7)


def places() -> Iterator[str]:
    """Named in a call of `reach`, or as the name of a transaction, which has two."""
    for root in ROOTS:
        for path in sorted((FOLDER / root).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    yield from places_of(node.func.attr, node.args)


def places_of(called: str, arguments: list[ast.expr]) -> Iterator[str]:
    named = arguments[1:2] if called in ("transaction", "_held") else arguments[:1] if called == "reach" else []
    for argument in named:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            if called == "reach":
                yield argument.value
            else:
                yield f"{argument.value}.before_commit"
                yield f"{argument.value}.after_commit"
        elif called != "_held":
            # Only what passes a name on may have it in a variable.
            assert ast.unparse(argument) in ("name", "f'{name}.before_commit'", "f'{name}.after_commit'"), (
                f"{called}({', '.join(map(ast.unparse, arguments))})"
            )
