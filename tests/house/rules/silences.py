"""A rule that is switched off, and an error that is dropped, must say why."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from tests.house.tree import Offence, Tree

_NOQA = re.compile(r"#\s*(ruff:\s*)?noqa\b")
_NOQA_WITH_REASON = re.compile(r"#\s*(ruff:\s*)?noqa: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)*\s.*[a-z]{3}")
_TYPE_IGNORE = re.compile(r"#\s*type:\s*ignore")
_TYPE_IGNORE_WITH_REASON = re.compile(r"#\s*type: ignore\[[a-z, -]+\]\s.*[a-z]{3}")
_RULE_LINE = re.compile(r'^\s*"[A-Z]+[0-9]*",|^"[^"]+" = \["[A-Z]')
_RUFF_TABLE = "[tool.ruff"
_EVERYTHING = {"Exception", "BaseException"}


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Each comment with its line; none from a file that does not parse."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
    except (tokenize.TokenError, SyntaxError):
        return


def unexplained_suppressions(tree: Tree) -> Iterator[Offence]:
    """`noqa` and `type: ignore` without a code or a reason."""
    for path in tree.under(ending=".py"):
        for line, comment in comments(tree.text(path)):
            if _NOQA.search(comment) and not _NOQA_WITH_REASON.search(comment):
                yield Offence(path, line, "needs a code and a reason: `# noqa: CODE - why`.")
            if _TYPE_IGNORE.search(comment) and not _TYPE_IGNORE_WITH_REASON.search(comment):
                yield Offence(path, line, "needs a code and a reason: `# type: ignore[code] # why`.")


def unexplained_rules(tree: Tree) -> Iterator[Offence]:
    """Lint rules that pyproject.toml switches off without a comment on their line."""
    table = ""
    for number, line in tree.lines("pyproject.toml") if "pyproject.toml" in tree.paths else ():
        table = line if line.startswith("[") else table
        if table.startswith(_RUFF_TABLE) and _RULE_LINE.match(line) and "# " not in line:
            yield Offence("pyproject.toml", number, "switches a rule off. Say why in a comment on its line.")


def dropped_errors(tree: Tree) -> Iterator[Offence]:
    """Handlers that catch everything and do nothing."""
    problem = "drops every error. Catch the one that you mean, or turn it into an outcome."
    for path, module in tree.python():
        for node in ast.walk(module):
            if (isinstance(node, ast.ExceptHandler) and _drops_all(node)) or _suppresses_all(node):
                yield Offence(path, getattr(node, "lineno", 1), problem)


def _drops_all(handler: ast.ExceptHandler) -> bool:
    catches_all = handler.type is None or bool(_names(handler.type) & _EVERYTHING)
    return catches_all and all(_does_nothing(statement) for statement in handler.body)


def _does_nothing(statement: ast.stmt) -> bool:
    is_literal = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Pass | ast.Continue) or is_literal


def _suppresses_all(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or "suppress" not in _names(node.func):
        return False
    return any(_names(argument) & _EVERYTHING for argument in node.args)


def _names(node: ast.expr) -> set[str]:
    """The last part of each dotted name in an expression."""
    found = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    return found | {inner.attr for inner in ast.walk(node) if isinstance(inner, ast.Attribute)}
