"""One node of a program into the nodes that could stand there by mistake."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Sub: ast.Add,
    ast.Add: ast.Sub,
}
_NAMES = {"any": "all", "all": "any", "max": "min", "min": "max"}
_TRUE, _FALSE = ast.Constant(value=True), ast.Constant(value=False)


def alternatives(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in its place; nothing for what cannot be mistaken."""
    if isinstance(node, ast.Compare):
        yield from _of_comparison(node)
    elif isinstance(node, ast.BoolOp):
        yield from _of_conditions(node)
    elif isinstance(node, ast.BinOp):
        yield from _of_operation(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.Constant):
        yield from _of_constant(node)
    elif isinstance(node, ast.Name) and node.id in _NAMES and isinstance(node.ctx, ast.Load):
        yield ast.Name(id=_NAMES[node.id], ctx=ast.Load())
    else:
        yield from _of_statement(node)


def _of_comparison(node: ast.Compare) -> Iterator[ast.AST]:
    for place, operator in enumerate(node.ops):
        for other in _COMPARISONS.get(type(operator), ()):
            operators = [other() if at == place else each for at, each in enumerate(node.ops)]
            yield ast.Compare(left=node.left, ops=operators, comparators=node.comparators)


def _of_conditions(node: ast.BoolOp) -> Iterator[ast.AST]:
    """The other word between them, and each condition left out."""
    yield ast.BoolOp(op=ast.Or() if isinstance(node.op, ast.And) else ast.And(), values=node.values)
    for place in range(len(node.values)):
        kept = [value for at, value in enumerate(node.values) if at != place]
        yield kept[0] if len(kept) == 1 else ast.BoolOp(op=node.op, values=kept)


def _of_operation(node: ast.BinOp) -> Iterator[ast.AST]:
    other = _OPERATORS.get(type(node.op))
    if other is not None:
        yield ast.BinOp(left=node.left, op=other(), right=node.right)
        yield node.left
    if isinstance(node.op, ast.BitAnd | ast.BitOr):
        yield node.right


def _of_constant(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(value=not node.value)
    elif isinstance(node.value, int):
        yield ast.Constant(value=node.value + 1)
    elif isinstance(node.value, str):
        yield ast.Constant(value=f"{node.value}-")


def _of_statement(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.If | ast.IfExp):
        for always in (_TRUE, _FALSE):
            yield _with(node, test=always)
    elif isinstance(node, ast.comprehension):
        for place in range(len(node.ifs)):
            yield _with(node, ifs=[each for at, each in enumerate(node.ifs) if at != place])
    elif isinstance(node, ast.Return) and node.value is not None:
        if not isinstance(node.value, ast.Constant):  # a constant has faults of its own
            yield _with(node, value=ast.Constant(value=None))
    elif isinstance(node, ast.Raise | ast.AugAssign | ast.Continue | ast.Break | ast.Expr):
        yield ast.Pass()


def _with(node: ast.AST, **changes: object) -> ast.AST:
    fields = {name: getattr(node, name) for name in node._fields}
    return type(node)(**{**fields, **changes})
