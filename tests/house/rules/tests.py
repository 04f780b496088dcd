"""What a test must be: run always, told in one sentence, without waiting for the clock."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.rules.sizes import Function, functions
from tests.house.tree import Offence, Tree

SKIPS = {"skip", "skipif", "xfail", "importorskip"}
# Material that cannot be shipped may be missing on a developer's machine; under CI that fails.
SKIPS_ALLOWED_IN = {"tests/support/real_data.py"}


def tests_of(module: ast.Module) -> Iterator[Function]:
    """Every test function and method."""
    return (function for function in functions(module) if function.name.startswith("test_"))


def skipped_tests(tree: Tree) -> Iterator[Offence]:
    """Skips and expected failures outside the one place for missing material."""
    for path, module in tree.python("tests"):
        for node in ast.walk(module) if path not in SKIPS_ALLOWED_IN else ():
            if isinstance(node, ast.Attribute) and node.attr in SKIPS and _of_pytest(node.value):
                yield Offence(path, node.lineno, f"`{node.attr}`: a test runs and passes, or is taken out.")


def _of_pytest(node: ast.expr) -> bool:
    inner = node.value if isinstance(node, ast.Attribute) and node.attr == "mark" else node
    return isinstance(inner, ast.Name) and inner.id in {"pytest", "unittest"}


def sleeping_tests(tree: Tree) -> Iterator[Offence]:
    """Waiting for a time; `asyncio.sleep(0)` only lets others run, a variable is a stub's own delay."""
    for path, module in tree.python("tests"):
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and _sleeps(node):
                yield Offence(path, node.lineno, "sleeps. Wait for the event that you mean.")


def _sleeps(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    waits_for = call.args[0] if call.args else None
    if name == "asyncio.sleep":
        return isinstance(waits_for, ast.Constant) and waits_for.value != 0
    return name == "time.sleep"


def untold_tests(tree: Tree) -> Iterator[Offence]:
    """Tests without a docstring."""
    for path, module in tree.python("tests"):
        for test in tests_of(module):
            if not ast.get_docstring(test):
                yield Offence(path, test.lineno, f"`{test.name}` needs a sentence that states the behaviour.")


def unasserting_tests(tree: Tree) -> Iterator[Offence]:
    """Tests in which nothing is asserted, expected to raise, or handed to something that asserts."""
    for path, module in tree.python("tests"):
        for test in tests_of(module):
            if not any(_asserts(node) for node in ast.walk(test)):
                yield Offence(path, test.lineno, f"`{test.name}` asserts nothing.")


def _asserts(node: ast.AST) -> bool:
    if isinstance(node, ast.With | ast.AsyncWith):
        entered = " ".join(ast.unparse(item.context_expr) for item in node.items)
        return "raises" in entered or "loop_watch" in entered  # both fail by themselves
    return isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and "assert" in ast.unparse(node.func))
