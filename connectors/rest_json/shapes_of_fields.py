"""R4's members that a mapping may write as JSON Schema: every dotted name of a type, with what it takes."""

from __future__ import annotations

from collections.abc import Iterator

from broker.ports import shapes
from broker.ports.shapes import Shape
from connectors.rest_json.dates import DATE_FORMS, TIME_FORMS
from connectors.rest_json.paths import NAME_PATTERN, STEPS_MAX
from connectors.rest_json.r4_types import TYPES
from connectors.rest_json.reading_fields import IN_WORDS, KINDS_OF_TIME, TOKEN_PATTERN
from connectors.rest_json.targets import Kind, Members, Target
from connectors.rest_json.units import UNITS

_TABLED = frozenset({Kind.CODE, Kind.CONCEPT, Kind.BOOLEAN})
_PATH = rf"{NAME_PATTERN.pattern}(?:\.{NAME_PATTERN.pattern}){{0,{STEPS_MAX - 1}}}"


def fields_name(resource_type: str) -> str:
    """The name of the definition that holds a type's fields."""
    return f"fields-of-{resource_type}"


def definitions() -> dict[str, Shape]:
    """The fields of every type, and each kind of value once."""
    leaves: dict[str, Shape] = {}
    fields = {fields_name(kind): _fields(kind, leaves) for kind in TYPES}
    return {**fields, **dict(sorted(leaves.items()))}


def _fields(resource_type: str, leaves: dict[str, Shape]) -> Shape:
    properties: dict[str, Shape] = {}
    for name, target in _dotted(TYPES[resource_type].members):
        leaf = _leaf_name(target)
        leaves.setdefault(leaf, _leaf(target))
        properties[f"{name}?"] = shapes.shared(leaf)
    required = [name for name, target in TYPES[resource_type].members.items() if target.required]
    rules = [_some_of(name, properties) for name in required]
    if resource_type == "Patient":  # it proves the person (broker.ports.connector)
        rules.append({"required": ["birthDate"]})
    return shapes.section(
        f"Members of {resource_type}, each `from` the record or `fixed`.", properties, *rules
    )


def _some_of(member: str, properties: dict[str, Shape]) -> Shape:
    """The member as one value, or any part of it."""
    names = [name.removesuffix("?") for name in properties]
    return {"anyOf": [{"required": [one]} for one in names if one.split(".")[0] == member]}


def _dotted(members: Members, before: str = "") -> Iterator[tuple[str, Target]]:
    for name, target in members.items():
        if target.kind is not Kind.GROUP:
            yield f"{before}{name}", target
        yield from _dotted(target.members, f"{before}{name}.")


def _leaf_name(target: Target) -> str:
    parts = [target.kind.value.replace(" ", "-"), *(["repeats"] if target.repeats else [])]
    return "-".join((*parts, *(sorted(target.codes) if target.kind is Kind.CODE else ())))


def _leaf(target: Target) -> Shape:
    members: dict[str, Shape] = {
        "from?": shapes.text("Where in the record its value is.", _PATH),
        "when?": shapes.shared("when"),
    }
    if target.repeats:
        members["from_all?"] = shapes.words("Several places.", shapes.text("One path.", _PATH), least=1)
    if (fixed := _fixed(target)) is not None:
        members["fixed?"] = fixed
    if target.kind in _TABLED:
        members["table?"] = shapes.text("A table of this file, or `same` for R4's own words.", None, "same")
    members.update(_form(target))
    return shapes.section(f"One {target.kind.value}.", members, *_rules(target))


def _rules(target: Target) -> Iterator[Shape]:
    yield {"oneOf": [{"required": [name]} for name in ("from", "from_all", "fixed")]}
    if target.kind is Kind.CODE:
        yield {"anyOf": [{"required": ["table"]}, {"required": ["fixed"]}]}


def _fixed(target: Target) -> Shape | None:
    if target.kind is Kind.CODE:
        return shapes.word("A code of R4's own list.", target.codes)
    if target.kind in {Kind.TOKEN, Kind.URI}:
        return shapes.text("The same in every item.", TOKEN_PATTERN)
    return shapes.text("The same in every item.") if target.kind in IN_WORDS else None


def _form(target: Target) -> dict[str, Shape]:
    if target.kind is Kind.QUANTITY:
        return {"unit": shapes.word("The unit of every value.", UNITS)}
    if target.kind is Kind.DATE:
        return {"form?": shapes.word("How the partner writes it; `date` when left out.", DATE_FORMS)}
    if target.kind in KINDS_OF_TIME:
        return {"form?": shapes.word("How the partner writes it; `date-time` when left out.", TIME_FORMS)}
    return {}
