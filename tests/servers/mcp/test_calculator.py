"""The calculator: what it knows, and that nothing it is given is executed or fills the machine."""

import math
import time

import pytest

from interlock_servers.mcp.calculator import CalculationError, Number, calculate


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("-7 // 2", -4),
        ("7 % 3", 1),
        ("2 ^ 10", 1024),
        ("2 ** -1", 0.5),
        ("10 ÷ 4", 2.5),
        ("3 × 4 − 1", 11),  # noqa: RUF001 - the signs that people type
        ("sqrt(16) + max(1, 2, 3)", 7.0),
        ("round(2.567, 2)", 2.57),
        ("sin(pi / 2)", 1.0),
        (" 1_000 ", 1000),
    ],
)
def test_arithmetic(expression: str, value: Number) -> None:
    assert math.isclose(calculate(expression), value)


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("", "not an arithmetic expression"),
        ("2 +", "not an arithmetic expression"),
        ("1 / 0", "divides by zero"),
        ("sqrt(-1)", "math domain error"),
        ("(-8) ** 0.5", "not a real number"),
        ("x + 1", "“x” is not known"),
        ("__import__('os').system('true')", "Only numbers"),
        ("open('/etc/passwd')", "“open” is not known"),
        ("().__class__", "Only numbers"),
        ("[1 for _ in range(9)]", "Only numbers"),
        ("'a' * 9", "Only numbers"),
        ("True + 1", "Only numbers"),
        ("1 if 2 else 3", "Only numbers"),
        ("round(1, ndigits=1)", "“round” is not known"),
        ("9 ** 9 ** 9 ** 9", "too large"),
        ("10.0 ** 400", "too large"),
        ("1e308 * 10", "not a finite number"),
        ("+" * 400 + "1", "nested too deep"),
        ("1" * 600, "longer than 500"),
        ("sqrt()", "argument"),
    ],
)
def test_what_it_refuses(expression: str, says: str) -> None:
    begun = time.process_time()
    with pytest.raises(CalculationError, match=says):
        calculate(expression)
    assert time.process_time() - begun < 1
