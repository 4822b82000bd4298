"""The small mistakes that can be made in a module, one at a time."""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

OPPOSITES: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A module with one mistake in it."""

    line: int
    was: str
    now: str
    tree: ast.Module

    def __str__(self) -> str:
        return f"{self.line}: {self.was}  ->  {self.now}"


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its lines; types, docstrings, assertions and logging are left alone."""
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    for place, node in enumerate(_nodes(tree)):
        for mutate in _mutations(node):
            changed = copy.deepcopy(tree)
            twin = _nodes(changed)[place]
            was, line = ast.unparse(twin), getattr(twin, "lineno", 0)
            new = mutate(twin)
            _replace(changed, twin, new)
            ast.fix_missing_locations(changed)
            if (text := ast.unparse(changed)) not in seen:
                seen.add(text)
                yield Mutant(line, _short(was), _short(ast.unparse(new)), changed)


def _nodes(tree: ast.Module) -> list[ast.expr | ast.stmt]:
    found: list[ast.expr | ast.stmt] = []

    def walk(node: ast.AST) -> None:
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "bases"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if not isinstance(child, ast.AST) or _is_left_alone(child):
                    continue
                if isinstance(child, ast.expr | ast.stmt):
                    found.append(child)
                if not isinstance(child, ast.JoinedStr):
                    walk(child)

    walk(tree)
    return found


def _is_left_alone(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Assert() | ast.Import() | ast.ImportFrom() | ast.Global():
            return True
        case ast.Assign(value=ast.Subscript(value=ast.Name(id="Literal"))):
            return True
        case ast.Subscript(value=ast.Name(id="Literal" | "Annotated" | "TypeVar" | "Callable")):
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="logger")))):
            return True
        case ast.Call(func=ast.Name(id="cast")):
            return True
    return False


Mutation = Callable[[Any], ast.expr | ast.stmt]


def _mutations(node: ast.expr | ast.stmt) -> Iterator[Mutation]:
    match node:
        case ast.Compare(ops=ops):
            yield from (_of(_other_comparison, n) for n in range(len(ops)))
        case ast.BoolOp(values=values):
            yield _other_operator
            yield from (_of(_without_value, n) for n in range(len(values)))
        case ast.BinOp(op=op) if type(op) in OPPOSITES:
            yield _other_operator
        case ast.UnaryOp(op=ast.Not()):
            yield _operand
        case ast.Constant(value=bool()):
            yield lambda node: ast.Constant(not node.value)
        case ast.Constant(value=int() | float()):
            yield lambda node: ast.Constant(node.value + 1)
        case ast.Constant(value=str() as text) if text:
            yield lambda node: ast.Constant(f"XX{node.value}")
        case ast.JoinedStr():
            yield lambda _: ast.Constant("XX")
        case ast.If() | ast.While() | ast.IfExp():
            yield _negated
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield lambda _: ast.Return(ast.Constant(None))
        case ast.Assign(value=value) if not _is_none(value) and not isinstance(value, ast.Constant):
            yield _assigns_none
        case ast.Expr(value=ast.Call() | ast.Await()):
            yield lambda _: ast.Pass()
        case ast.Continue():
            yield lambda _: ast.Break()
        case ast.Break():
            yield lambda _: ast.Continue()
        case ast.Raise():
            yield lambda _: ast.Pass()
        case ast.Call(args=args, keywords=keywords):
            yield from (_of(_without_keyword, n) for n in range(len(keywords)))
            if isinstance(node.func, ast.Name) and node.func.id in ("any", "all", "min", "max"):
                yield _other_function
            yield from (_of(_none_for_argument, n) for n, arg in enumerate(args) if _may_be_none(arg))
        case ast.ListComp() | ast.GeneratorExp() | ast.SetComp() | ast.DictComp():
            for n, each in enumerate(node.generators):
                if each.ifs:
                    yield _of(_without_condition, n)


def _of(mutate: Callable[..., ast.expr | ast.stmt], number: int) -> Mutation:
    return lambda node: mutate(node, number)


def _other_comparison(node: ast.Compare, number: int) -> ast.expr:
    other: Any = OPPOSITES[type(node.ops[number])]()
    node.ops[number] = other
    return node


def _other_operator(node: ast.BoolOp | ast.BinOp) -> ast.expr:
    other: Any = OPPOSITES[type(node.op)]()
    node.op = other
    return node


def _without_value(node: ast.BoolOp, number: int) -> ast.expr:
    del node.values[number]
    return node if len(node.values) > 1 else node.values[0]


def _operand(node: ast.UnaryOp) -> ast.expr:
    return node.operand


def _negated(node: ast.If | ast.While | ast.IfExp) -> ast.expr | ast.stmt:
    node.test = ast.UnaryOp(ast.Not(), node.test)
    return node


def _assigns_none(node: ast.Assign) -> ast.stmt:
    if isinstance(node.targets[0], ast.Tuple):
        return node
    node.value = ast.Constant(None)
    return node


def _without_keyword(node: ast.Call, number: int) -> ast.expr:
    del node.keywords[number]
    return node


def _none_for_argument(node: ast.Call, number: int) -> ast.expr:
    node.args[number] = ast.Constant(None)
    return node


def _without_condition(node: ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp, number: int) -> ast.expr:
    node.generators[number].ifs = []
    return node


def _other_function(node: ast.Call) -> ast.expr:
    assert isinstance(node.func, ast.Name)
    node.func.id = {"any": "all", "all": "any", "min": "max", "max": "min"}[node.func.id]
    return node


def _may_be_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Name | ast.Attribute) and not (isinstance(node, ast.Name) and node.id == "session")


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _replace(tree: ast.Module, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
                return
            if isinstance(value, list) and any(each is old for each in value):
                value[:] = [new if each is old else each for each in value]
                return


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 90 else f"{line[:87]}..."
