"""What is said in two places is soon said in two ways."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.rules.sizes import Function, code_lines, functions
from tests.house.tree import Offence, Tree

# Two lines alike may be chance: a property, a one-line stub. Three are the same thought.
REPEATED_LINES_MIN = 3


def repeated_functions(tree: Tree) -> Iterator[Offence]:
    """Functions that take and do exactly what another does, whatever either is called."""
    first: dict[str, str] = {}
    for path, module in tree.python():
        source = tree.text(path).splitlines()
        for function in functions(module):
            if code_lines(function, source) < REPEATED_LINES_MIN:
                continue
            told = _what_it_does(function)
            if told in first:
                problem = f"`{function.name}` does the same as {first[told]}. Keep one and use it in both."
                yield Offence(path, function.lineno, problem)
            else:
                first[told] = f"{path}:{function.lineno}"


def repeated_sentences(tree: Tree) -> Iterator[Offence]:
    """Tests whose sentence another test has: one of them says nothing new, or not what it shows."""
    first: dict[str, str] = {}
    for path, module in tree.python("tests"):
        for test in functions(module):
            sentence = ast.get_docstring(test) if test.name.startswith("test_") else None
            if sentence is None:
                continue
            if sentence in first:
                problem = f"`{test.name}` has the sentence of {first[sentence]}. Say what it alone shows."
                yield Offence(path, test.lineno, problem)
            else:
                first[sentence] = f"{path}:{test.lineno}"


def _what_it_does(function: Function) -> str:
    """Arguments, decorators and statements, without name, docstring or place."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    parts: list[ast.AST] = [function.args, *function.decorator_list, *body]
    return type(function).__name__ + "\n".join(ast.dump(part) for part in parts)
