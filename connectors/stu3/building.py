"""The name of an operation in a table to what writes the member of its line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol, TypeAlias

from connectors.stu3 import operations, rules
from connectors.stu3.carrying import Content
from connectors.stu3.shape import Put, Shape
from connectors.stu3.table import Line


class Known(Protocol):
    """The shapes that the tables have so far."""

    def __getitem__(self, path: str, /) -> Shape:
        """The shape of a type or of an element within one. KeyError where no table has it."""
        ...

    def content(self, line: Line, path: str, /) -> Content:
        """What carries the member of `line` where R4 has no place for it. KeyError as above."""
        ...


Build: TypeAlias = Callable[[Known, Line, str], Put]


def _canonical(shapes: Known, line: Line, path: str) -> Put:
    return operations.put_canonical(line.target, path, shapes.content(line, path))


def _concept(_shapes: Known, line: Line, path: str) -> Put:
    return operations.put_concept(line.target, path, line.argument, line.codes or {})


def _dissolve(shapes: Known, _line: Line, path: str) -> Put:
    return operations.dissolve(shapes[path], path)


def _encounter(shapes: Known, line: Line, path: str) -> Put:
    content = shapes.content(line, path)
    plain = rules.put_element(line.target, path, shapes[line.kind], content)
    return operations.put_encounter(plain, path, content)


def _lift(shapes: Known, line: Line, path: str) -> Put:
    main = next(each for each in line.lines if each.name == line.argument)
    shape = shapes[path]
    shape.rules[main.name] = operations.spread(shapes[main.kind], f"{path}.{main.name}")
    if line.many:
        return operations.raised(line.target, rules.put_elements(line.target, path, shape))
    return operations.raised(
        line.target, rules.put_element(line.target, path, shape, shapes.content(line, path))
    )


def _note(_shapes: Known, _line: Line, path: str) -> Put:
    return operations.put_texts("note", path, many=True)


def _reference(_shapes: Known, _line: Line, _path: str) -> Put:
    return operations.put_reference


def _related(shapes: Known, line: Line, path: str) -> Put:
    return operations.put_related(shapes["Reference"], path, shapes.content(line, path))


def _sop(_shapes: Known, line: Line, path: str) -> Put:
    return operations.put_sop(line.target, path)


def _text(_shapes: Known, line: Line, path: str) -> Put:
    return operations.put_texts(line.target, path, many=line.many)


def _uid(_shapes: Known, line: Line, path: str) -> Put:
    return operations.put_uid(line.target, path)


def _wrap(shapes: Known, line: Line, path: str) -> Put:
    convert = shapes[line.kind].convert
    return operations.put_wrapped(line.target, path, line.argument, convert, many=line.many)


OPERATIONS: Mapping[str, Build] = MappingProxyType(
    {
        "canonical": _canonical,
        "concept": _concept,
        "dissolve": _dissolve,
        "encounter": _encounter,
        "lift": _lift,
        "note": _note,
        "reference": _reference,
        "related": _related,
        "sop": _sop,
        "text": _text,
        "uid": _uid,
        "wrap": _wrap,
    }
)
