"""The tables to shapes: each line becomes the function that writes its member."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from connectors.stu3 import rules
from connectors.stu3.building import OPERATIONS
from connectors.stu3.carrying import Content, complex_content, members_content, primitive_content
from connectors.stu3.finishing import FINISHES
from connectors.stu3.primitives import CHECKS, Check
from connectors.stu3.shape import Lined, Put, Required, Shape
from connectors.stu3.table import BACKBONE, CARRIED, SAME_AS, Line, Table

_ANY_NAMED = "Element"
# Of the types, those that can hold modifiers in R4; and the element within a type that cannot.
_HOLD_MODIFIERS = frozenset({"Dosage", "Timing"})
_HOLD_NONE = frozenset({"Timing.repeat"})
# The operations that put a member one level down, and whether R4 has a list there.
_LEVELS: Mapping[str, bool] = MappingProxyType({"within": True, "inside": False})


class Shapes:
    """Every shape by its path: `Coding`, `Encounter.location`."""

    def __init__(self, tables: Iterable[Table], contained: Put) -> None:
        """Read `tables`. A type or an element that no table has raises KeyError with its name.

        `contained` writes the resources that stand inside a resource.
        """
        tables = list(tables)
        self._shapes: dict[str, Shape] = {}
        for table in tables:
            self._declare(table.name, table.lines)
        for table in tables:
            self._fill(table.name, table.lines)
        for name, finish in FINISHES.items():
            if name in self._shapes:
                self._shapes[name].finish = finish
        self.resources = {table.name: table.target for table in tables}
        self._contained = contained

    def __getitem__(self, path: str) -> Shape:
        """The shape of a type or of an element within one."""
        return self._shapes[path]

    def as_resource(self, name: str) -> Shape:
        """The shape of a type that stands by itself: with what every resource has."""
        shape = self._shapes[name]
        shape.rules.update(
            resourceType=_nothing,
            id=_nothing,
            meta=rules.put_element("meta", f"{name}.meta", self["Meta"], members_content({})),
            text=rules.put_element("text", f"{name}.text", self["Narrative"], members_content({})),
            contained=self._contained,
            implicitRules=rules.put_primitive("implicitRules", CHECKS["uri"]),
            language=rules.put_primitive("language", CHECKS["code"]),
            modifierExtension=rules.put_elements("modifierExtension", name, self["Extension"]),
        )
        return shape

    def _declare(self, path: str, lines: list[Line]) -> None:
        self._shapes[path] = Shape(path)
        for line in lines:
            if line.kind == BACKBONE:
                self._declare(f"{path}.{line.name}", line.lines)

    def _fill(self, path: str, lines: list[Line]) -> None:
        shape = self._shapes[path]
        extensions = rules.put_elements("extension", f"{path}.extension", self["Extension"])
        shape.rules.update(id=rules.put_id(path), extension=extensions)
        if path in _HOLD_MODIFIERS or ("." in path and path not in _HOLD_NONE):
            modifiers = rules.put_elements(
                "modifierExtension", f"{path}.modifierExtension", self["Extension"]
            )
            shape.rules["modifierExtension"] = modifiers
        for line in lines:
            if line.kind == BACKBONE:
                self._fill(f"{path}.{line.name}", line.lines)
        shared = _shared_targets(lines)
        for line in lines:
            self._add(shape, line, f"{path}.{line.name}", shared.get(line.name, frozenset()))
        lined = [Lined(line.target) for line in lines if line.many and line.kind in CHECKS]
        shape.last = [*self._required(path, lines), *lined]

    def _add(self, shape: Shape, line: Line, path: str, taken: frozenset[str]) -> None:
        put = self._put(line, path)
        sibling = self._sibling(line, path) if line.kind in CHECKS else None
        if taken and not line.many:
            put = rules.guarded(put, taken, rules.put_carried(path, self.content(line, path)))
            if sibling:
                sibling = rules.guarded(sibling, taken, rules.carry_sibling(path, self[_ANY_NAMED]))
        if line.operation in _LEVELS:
            many = _LEVELS[line.operation]
            put = rules.within(put, line.argument, many=many)
            sibling = rules.within(sibling, line.argument, many=many) if sibling else None
        shape.rules[line.name] = put
        if sibling:
            shape.rules[f"_{line.name}"] = sibling

    def _put(self, line: Line, path: str) -> Put:
        if line.target == CARRIED:
            return rules.put_carried(path, self.content(line, path))
        if line.operation and line.operation not in _LEVELS:
            return self._operation(line, path)
        if line.kind in CHECKS:
            return self._primitive(line, path)
        shape = self._shape_of(line, path)
        if line.many:
            return rules.put_elements(line.target, path, shape)
        return rules.put_element(line.target, path, shape, self.content(line, path))

    def _primitive(self, line: Line, path: str) -> Put:
        if line.many:
            return rules.put_primitives(line.target, _check(line))
        if line.codes is not None:
            return rules.put_code(line.target, path, line.codes)
        return rules.put_primitive(line.target, CHECKS[line.kind])

    def _operation(self, line: Line, path: str) -> Put:
        build = OPERATIONS.get(line.operation)
        if build is None:
            raise ValueError(f"No operation of a table: ~{line.operation} at {path}.")
        return build(self, line, path)

    def _sibling(self, line: Line, path: str) -> Put:
        if line.target == CARRIED or line.operation not in {"", "reference", *_LEVELS}:
            return rules.carry_sibling(path, self[_ANY_NAMED])
        if line.many:
            return rules.put_siblings(line.target, self[_ANY_NAMED])
        return rules.put_sibling(line.target, self[_ANY_NAMED])

    def _shape_of(self, line: Line, path: str) -> Shape:
        if line.kind == BACKBONE:
            return self[path]
        return self[line.kind.removeprefix(SAME_AS)]

    def content(self, line: Line, path: str) -> Content:
        """What carries the member of `line` where R4 has no place for it."""
        if line.kind == BACKBONE:
            return members_content(
                {each.name: self.content(each, f"{path}.{each.name}") for each in line.lines}
            )
        return self._content_of(line.kind)

    def _content_of(self, kind: str) -> Content:
        if kind in CHECKS:
            return primitive_content(kind)
        if kind.startswith(SAME_AS):
            return members_content({})
        return complex_content(kind, self[kind].convert)

    def _required(self, path: str, lines: list[Line]) -> Iterable[Required]:
        for first in lines:
            group = [line for line in lines if line.group and line.group == first.group] or [first]
            # A choice is required once, whichever of its types stands last with the mark.
            if not any(line.required for line in group) or group[0] is not first:
                continue
            yield Required(
                tuple(line.target for line in group),
                is_primitive=first.kind in CHECKS,
                many=first.many,
                shape=self[f"{path}.{first.name}"] if first.kind == BACKBONE else None,
            )


def _shared_targets(lines: list[Line]) -> dict[str, frozenset[str]]:
    """For each line, the names in R4 that another line may have taken from it."""
    counted = Counter(line.target for line in lines)
    shared = {}
    for line in lines:
        group = {each.target for each in lines if line.group and each.group == line.group} - {line.target}
        own = {line.target} if counted[line.target] > 1 and line.target != CARRIED else set()
        shared[line.name] = frozenset(group | {f"_{name}" for name in group} | own)
    return shared


def _check(line: Line) -> Check:
    codes = line.codes
    if codes is None:
        return CHECKS[line.kind]
    return lambda value: type(value) is str and codes.get(value) == value


def _nothing(_value: object, _out: object, _context: object) -> None:
    """The kind and the id are written first, and not as members among others."""
