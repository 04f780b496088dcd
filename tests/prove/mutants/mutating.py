"""A place into its mutants: each the whole program of its file with one node put in another's place."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from tests.prove.mutants.mutations import alternatives
from tests.prove.mutants.places import Place


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault. `nth` tells apart those of one function that read the same; `make` gives the program."""

    place: Place = field(repr=False)
    function: str
    line: int
    was: str
    becomes: str
    nth: int
    make: Callable[[], ast.Module] = field(repr=False, compare=False)

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """What it is known by, also when lines move."""
        return (self.place.name, self.function, self.was, self.becomes, self.nth)

    def __str__(self) -> str:
        """As an editor jumps to it."""
        return f"{self.place.name}:{self.line}: {self.function}: `{self.was}` -> `{self.becomes}`"


@dataclass(frozen=True, slots=True)
class _Spot:
    """A node, whose it is, and where in it."""

    node: ast.AST
    function: str
    owner: ast.AST
    member: str
    at: int | None


def mutants_of(place: Place) -> Iterator[Mutant]:
    """Every mutant, from the first line to the last."""
    tree = ast.parse(place.path.read_text(encoding="utf-8"))
    seen: Counter[tuple[str, str, str]] = Counter()
    for spot in tuple(_spots(tree, "")):
        if place.functions and spot.function not in place.functions:
            continue
        for other in alternatives(spot.node):
            was, becomes = _words(spot.node), _words(other)
            seen[spot.function, was, becomes] += 1
            yield Mutant(
                place=place,
                function=spot.function or "the module",
                line=getattr(spot.node, "lineno", getattr(spot.owner, "lineno", 1)),
                was=was,
                becomes=becomes,
                nth=seen[spot.function, was, becomes],
                make=partial(_replaced, tree, spot, other),
            )


def _words(node: ast.AST) -> str:
    if isinstance(node, ast.comprehension):
        return " ".join(f"if {ast.unparse(one)}" for one in node.ifs) or "no condition"
    if isinstance(node, ast.If):
        return f"if {ast.unparse(node.test)}"
    return ast.unparse(node)


def _spots(node: ast.AST, function: str) -> Iterator[_Spot]:
    """Every node that runs: no annotation, decorator, docstring, or words of an error."""
    for member, value in ast.iter_fields(node):
        if member in {"annotation", "returns", "decorator_list", "bases", "type_params"}:
            continue
        for at, child in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(child, ast.AST) or _is_docstring(child) or isinstance(child, ast.arguments):
                continue
            inner = function
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{function}.{child.name}" if function else child.name
            yield _Spot(child, inner, node, member, at if isinstance(value, list) else None)
            if not isinstance(child, ast.Raise) and not _is_list_of_names(child):
                yield from _spots(child, inner)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_list_of_names(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"


def _replaced(tree: ast.Module, spot: _Spot, other: ast.AST) -> ast.Module:
    """A program of its own: the tree is put back as it was."""
    value = getattr(spot.owner, spot.member)
    ast.copy_location(other, spot.node if hasattr(spot.node, "lineno") else spot.owner)
    if spot.at is None:
        setattr(spot.owner, spot.member, other)
        program = ast.parse(ast.unparse(tree))
        setattr(spot.owner, spot.member, value)
    else:
        value[spot.at] = other
        program = ast.parse(ast.unparse(tree))
        value[spot.at] = spot.node
    return program
