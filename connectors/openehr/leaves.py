"""Any canonical JSON tree into its leaves: each value once, with its name and the way to it.

Elements are leaves, and so is every other value that the tree holds anywhere, such as a time, a party's
name or the state of an instruction. Only what describes the writing itself is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.openehr.codes import concept, node_code
from connectors.openehr.shapes import mapping, text, type_of
from connectors.openehr.values import Value, value_of
from connectors.r4 import Tree, as_given

ARCHETYPED_VALUE = "https://watersmeet.example/fhir/StructureDefinition/archetyped-value"
WAY = "https://watersmeet.example/fhir/StructureDefinition/archetyped-way"
_ABSENT_REASON = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_ABSENT_SYSTEM = "http://terminology.hl7.org/CodeSystem/data-absent-reason"

# openEHR terminology, group "null flavours".
_ABSENT: Mapping[str, str] = {
    "271": "unknown",
    "253": "unknown",
    "272": "masked",
    "273": "not-applicable",
}
# These say in which language, alphabet and model something was written, and by what name it is stored.
_OF_THE_WRITING = frozenset(
    {"_type", "archetype_node_id", "archetype_details", "language", "encoding", "territory"}
)
_ARCHETYPE_ID = re.compile(r"openEHR-[A-Za-z0-9_.-]+", re.ASCII)
_IN_COMPONENT = frozenset(
    {
        "valueQuantity",
        "valueCodeableConcept",
        "valueString",
        "valueBoolean",
        "valueInteger",
        "valueRange",
        "valueRatio",
        "valueTime",
        "valueDateTime",
        "valuePeriod",
    }
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value. `node` is the archetype's own id for an element, and empty for any other value."""

    name: Tree = field(repr=False)
    way: tuple[str, ...] = field(repr=False)
    archetype: str
    node: str = ""
    value: Any = field(default=None, repr=False)
    absent: Tree = field(default_factory=dict, repr=False)

    @property
    def words(self) -> str:
        """Its name as it stands in the composition."""
        return text(self.name, "value")

    @property
    def whereabouts(self) -> str:
        """The names of the clusters and headings that it stands under."""
        return " / ".join(filter(None, self.way))

    def read(self) -> Value:
        """Its value as R4 has it."""
        return Value("") if self.value is None else value_of(self.value, self.archetype)

    def component(self) -> Tree | None:
        """A component of an Observation; None when no component may hold such a value."""
        found = self.read()
        if found.member and found.member not in _IN_COMPONENT:
            return None
        beside = [as_given(found.given)] if found.given is not None else []
        if self.whereabouts:
            beside.append({"url": WAY, "valueString": self.whereabouts})
        return {
            **({"extension": beside} if beside else {}),
            "code": node_code(self.archetype, self.node, self.name),
            **({found.member: found.value} if found.member else {}),
            **({"dataAbsentReason": absent_reason(self.absent)} if self.absent else {}),
        }

    def extension(self) -> Tree:
        """The extension that holds a value which R4 has no member for."""
        parts: list[Tree] = [
            {"url": "name", "valueCodeableConcept": node_code(self.archetype, self.node, self.name)}
        ]
        if self.whereabouts:
            parts.append({"url": "way", "valueString": self.whereabouts})
        found = self.read()
        if found.member:
            parts.append({"url": "value", found.member: found.value})
        if found.given is not None:
            parts.append(as_given(found.given))
        if self.absent:
            parts.append({"url": _ABSENT_REASON, "valueCodeableConcept": absent_reason(self.absent)})
        return {"url": ARCHETYPED_VALUE, "extension": parts}


def absent_reason(flavour: Tree) -> Tree:
    """Why there is no value: openEHR's own words and code, with R4's code where one means the same."""
    found = concept(flavour, "")
    code = _ABSENT.get(text(flavour, "defining_code", "code_string"))
    if code:
        found["coding"] = [{"system": _ABSENT_SYSTEM, "code": code}, *found.get("coding", ())]
    return found


def leaves_of(tree: Any, name: str = "", archetype: str = "", way: tuple[str, ...] = ()) -> Iterator[Leaf]:
    """Every leaf of a tree, in its order. `name` is the member that held the tree."""
    if isinstance(tree, list):
        for place, one in enumerate(_told_apart(tree)):
            yield from leaves_of(tree[place], name, archetype, (*way, one) if one else way)
    elif isinstance(tree, dict):
        yield from _of_object(tree, name, archetype, way)
    elif tree is not None and tree != "":
        yield Leaf({"value": name}, way, archetype, value=_plain(tree))


def _of_object(tree: Tree, name: str, archetype: str, way: tuple[str, ...]) -> Iterator[Leaf]:
    kind = type_of(tree)
    if kind == "ELEMENT":
        yield from _of_element(tree, archetype, way)
    elif kind.startswith("DV_"):
        yield Leaf({"value": name}, way, archetype, value=tree)
    else:
        here = archetype_of(tree) or archetype
        further = (
            way if type_of(tree.get("name")) or "archetype_node_id" in tree or not name else (*way, name)
        )
        for member, value in tree.items():
            if member not in _OF_THE_WRITING and not (member == "name" and isinstance(value, dict)):
                yield from leaves_of(value, member, here, further)


def _of_element(tree: Tree, archetype: str, way: tuple[str, ...]) -> Iterator[Leaf]:
    yield Leaf(
        mapping(tree, "name"),
        way,
        archetype,
        text(tree, "archetype_node_id"),
        tree.get("value"),
        mapping(tree, "null_flavour"),
    )
    rest = {name: value for name, value in tree.items() if name not in {"name", "value", "null_flavour"}}
    own = (*way, text(tree, "name", "value"))
    for member, value in rest.items():
        if member not in _OF_THE_WRITING:
            yield from leaves_of(value, member, archetype, own)


def archetype_of(tree: Tree) -> str:
    """The archetype that an object is the root of; empty for a node inside one."""
    named = text(tree, "archetype_details", "archetype_id", "value") or text(tree, "archetype_node_id")
    return named if _ARCHETYPE_ID.fullmatch(named) else ""


def _told_apart(items: list[Any]) -> Iterator[str]:
    """The name of each item that has items of its own, numbered where several have the same."""
    seen: Counter[str] = Counter()
    for item in items:
        words = text(item, "name", "value") if type_of(item) in {"CLUSTER", "SECTION", "ACTIVITY"} else ""
        seen[words] += 1
        yield f"{words} ({seen[words]})" if words and seen[words] > 1 else words


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return {"_type": "DV_BOOLEAN", "value": value}
    return value if isinstance(value, str) else {"_type": "DV_COUNT", "magnitude": value}
