"""How long a function and a file may be."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.tree import Offence, Tree

FUNCTION_LINES_MAX = 40
FUNCTION_LINES_USUAL = 30
USUAL_SHARE_MIN = 0.9
FILE_LINES_MAX = 300

# A table or catalogue may be longer. Each is named here with its reason.
CATALOGUES: dict[str, str] = {
    "tests/support/policy_mistakes.py": "one mistake after the other, each with the sentence that it gets",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(module: ast.Module) -> Iterator[Function]:
    """Every function and method."""
    return (node for node in ast.walk(module) if isinstance(node, Function))


def code_lines(function: Function, source: list[str]) -> int:
    """Lines that hold code: no docstring, blank or comment."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if not body:
        return 1
    spans = [(function.lineno, max(function.lineno, body[0].lineno - 1)), (body[0].lineno, _end(body[-1]))]
    docstring = (
        range(function.body[0].lineno, _end(function.body[0]) + 1) if body is not function.body else ()
    )
    numbers = {number for start, end in spans for number in range(start, end + 1)} - set(docstring)
    return sum(1 for number in numbers if _is_code(source[number - 1]))


def _end(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _is_code(line: str) -> bool:
    stripped = line.strip()
    return bool(stripped) and not stripped.startswith("#")


def long_functions(tree: Tree) -> Iterator[Offence]:
    """Functions over the hard limit."""
    for path, module in tree.python():
        source = tree.text(path).splitlines()
        for function in functions(module):
            lines = code_lines(function, source)
            if lines > FUNCTION_LINES_MAX:
                problem = (
                    f"`{function.name}` has {lines} lines of code (limit {FUNCTION_LINES_MAX}). Split it."
                )
                yield Offence(path, function.lineno, problem)


def usual_share(tree: Tree) -> float:
    """The share of functions within the usual length; 1.0 when there is none."""
    lengths = [
        code_lines(function, tree.text(path).splitlines())
        for path, module in tree.python()
        for function in functions(module)
    ]
    return sum(length <= FUNCTION_LINES_USUAL for length in lengths) / len(lengths) if lengths else 1.0


def long_files(tree: Tree) -> Iterator[Offence]:
    """Python files over the limit that are not in the list of catalogues."""
    for path in tree.under(ending=".py"):
        lines = len(tree.text(path).splitlines())
        if lines > FILE_LINES_MAX and path not in CATALOGUES:
            yield Offence(
                path, 1, f"has {lines} lines (limit {FILE_LINES_MAX}). Give each idea its own file."
            )
