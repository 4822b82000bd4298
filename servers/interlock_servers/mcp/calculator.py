"""Arithmetic on what a model writes, by rules of our own: nothing in an expression is ever executed."""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

Number = int | float

MAX_LENGTH = 500
MAX_DEPTH = 50
MAX_BITS = 4096

CONSTANTS: Mapping[str, Number] = MappingProxyType({"pi": math.pi, "e": math.e, "tau": math.tau})
Function = Callable[..., Any]

FUNCTIONS: Mapping[str, Function] = MappingProxyType[str, Function](
    {
        "abs": abs,
        "round": round,
        "min": min,
        "max": max,
        "sqrt": math.sqrt,
        "exp": math.exp,
        "ln": math.log,
        "log": math.log10,
        "log2": math.log2,
        "sin": math.sin,
        "cos": math.cos,
        "tan": math.tan,
        "floor": math.floor,
        "ceil": math.ceil,
    }
)
UNARY: Mapping[type[ast.unaryop], Callable[[Number], Number]] = MappingProxyType(
    {ast.UAdd: operator.pos, ast.USub: operator.neg}
)
BINARY: Mapping[type[ast.operator], Callable[[Number, Number], Number]] = MappingProxyType(
    {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.Div: operator.truediv,
        ast.FloorDiv: operator.floordiv,
        ast.Mod: operator.mod,
    }
)


class CalculationError(ValueError):
    """The expression has no value; the message says why."""


def calculate(expression: str) -> Number:
    """The value of an arithmetic expression; raises CalculationError."""
    if len(expression) > MAX_LENGTH:
        raise CalculationError(f"The expression is longer than {MAX_LENGTH} characters.")
    text = expression.replace("^", "**").replace("×", "*").replace("÷", "/").replace("−", "-")  # noqa: RUF001
    try:
        value = _value(ast.parse(text.strip(), mode="eval").body, 0)
    except SyntaxError as error:
        raise CalculationError(f"“{expression}” is not an arithmetic expression.") from error
    except ZeroDivisionError as error:
        raise CalculationError("That divides by zero.") from error
    except (OverflowError, MemoryError, RecursionError) as error:
        raise CalculationError("The result is too large.") from error
    except (ValueError, TypeError) as error:
        raise CalculationError(str(error)) from error
    if isinstance(value, float) and not math.isfinite(value):
        raise CalculationError("The result is not a finite number.")
    return value


def _value(node: ast.expr, depth: int) -> Number:
    if depth > MAX_DEPTH:
        raise CalculationError("The expression is nested too deep.")
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return _bounded(number)
        case ast.Name(id=name) if name in CONSTANTS:
            return CONSTANTS[name]
        case ast.UnaryOp(op=sign, operand=operand) if type(sign) in UNARY:
            return UNARY[type(sign)](_value(operand, depth + 1))
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _bounded(_power(_value(left, depth + 1), _value(right, depth + 1)))
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in BINARY:
            return _bounded(BINARY[type(sign)](_value(left, depth + 1), _value(right, depth + 1)))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            return _bounded(FUNCTIONS[name](*(_value(argument, depth + 1) for argument in arguments)))
        case ast.Name(id=name) | ast.Call(func=ast.Name(id=name)):
            known = ", ".join([*CONSTANTS, *FUNCTIONS])
            raise CalculationError(f"“{name}” is not known here. Known are numbers, + - * / // % ** and {known}.")
        case _:
            raise CalculationError("Only numbers, + - * / // % **, parentheses and functions can be used.")


def _power(base: Number, exponent: Number) -> Number:
    # Judged before it is computed: a tower of powers would otherwise fill the memory first.
    if isinstance(base, int) and isinstance(exponent, int) and base.bit_length() * abs(exponent) > MAX_BITS:
        raise CalculationError("The result is too large.")
    result = base**exponent
    if isinstance(result, complex):
        raise CalculationError("The result is not a real number.")
    return result


def _bounded(value: Number) -> Number:
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        raise CalculationError("The result is too large.")
    return value
