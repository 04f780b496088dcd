"""One part of an entry, with its composition, into what its archetype and its elements say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.openehr.codes import ARCHETYPE, concept
from connectors.openehr.frame import Frame
from connectors.openehr.instants import is_about
from connectors.openehr.leaves import Leaf
from connectors.openehr.sections import COMPOSITION, Section
from connectors.openehr.shapes import mappings, text
from connectors.openehr.values import date_of
from connectors.r4 import Tree, as_given

# Where an archetype keeps what the entry is about (Clinical Knowledge Manager): its concept, without the
# version, into the node. A specialised node, as in `at0002.1`, is that node.
_MAIN: Mapping[str, str] = {
    "EVALUATION.adverse_reaction_risk": "at0002",
    "EVALUATION.adverse_reaction": "at0002",
    "EVALUATION.problem_diagnosis": "at0002",
    "EVALUATION.health_risk": "at0002",
    "EVALUATION.goal": "at0002",
    "EVALUATION.medication_summary": "at0002",
    "INSTRUCTION.medication_order": "at0070",
    "INSTRUCTION.service_request": "at0121",
    "ACTION.medication": "at0020",
    "ACTION.procedure": "at0002",
}
# A composition's own elements stand in its context.
_IN_CONTEXT = frozenset({("composition", "context"), ("composition", "context", "other_context")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What becomes one resource: an entry, or one event or activity of it, within its composition. `way` is
    the headings that it stands under.
    """

    section: Section
    tree: Tree = field(repr=False)
    archetype: str
    leaves: tuple[Leaf, ...] = field(repr=False)
    frame: Frame = field(repr=False)
    way: tuple[str, ...] = field(default=(), repr=False)

    @property
    def concept(self) -> str:
        """The archetype without its model and version, such as `EVALUATION.goal`."""
        return concept_of(self.archetype)

    @property
    def code(self) -> Tree:
        """What the entry is called, and the archetype that says what such an entry is."""
        own = {"system": ARCHETYPE, "code": self.archetype} if self.archetype else {}
        found = concept(self.tree.get("name"), self.archetype)
        return {**found, "coding": [*found.get("coding", ()), own]} if own else found

    def about(self) -> Tree:
        """What the entry is about, where its archetype says so; else what it is called."""
        value = self.at(_MAIN)
        return concept(value, self.archetype) if value else self.code

    def at(self, nodes: Mapping[str, str]) -> Tree:
        """The value of the element whose node the archetype names; empty when there is none."""
        for leaf in self.leaves:
            node = nodes.get(concept_of(leaf.archetype))
            if node and leaf.node.partition(".")[0] == node and isinstance(leaf.value, dict):
                return leaf.value
        return {}

    def said(self, names: frozenset[str]) -> Tree:
        """What the part says of itself in an element of one of these names, in small letters. Empty when no
        element has such a name, or when two of them differ.
        """
        values = [leaf.value for leaf in self.own() if leaf.words.strip().casefold() in names]
        first = values[0] if values else None
        return first if isinstance(first, dict) and all(value == first for value in values) else {}

    def own(self) -> tuple[Leaf, ...]:
        """The elements that stand in it under no cluster: a cluster's are about something else."""
        if self.section.rm_class == COMPOSITION:
            leaves, ways = self.frame.leaves, _IN_CONTEXT
        else:
            leaves, ways = self.leaves, self._ways()
        return tuple(
            leaf for leaf in leaves if leaf.node and leaf.archetype == self.archetype and leaf.way in ways
        )

    def _ways(self) -> frozenset[tuple[str, ...]]:
        """What is asked for is the one activity of an instruction; a plan's activities are steps of it."""
        activities = mappings(self.tree, "activities") if self.section.kind != "CarePlan" else []
        named = (
            {(*self.way, text(one, "name", "value")) for one in activities} if len(activities) == 1 else ()
        )
        return frozenset({self.way, *named})

    def dated(self, member: str, nodes: Mapping[str, str]) -> Tree:
        """A date of the entry's own, where its archetype has one."""
        value = self.at(nodes)
        if is_about(value):
            return {f"_{member}": {"extension": [as_given(value)]}}
        return dated(member, text(value, "value"))


def concept_of(archetype: str) -> str:
    """An archetype's class and concept: without model, specialisation and version."""
    return archetype.removeprefix("openEHR-EHR-").rpartition(".v")[0].partition("-")[0]


def dated(member: str, given: str) -> Tree:
    """A date member; where R4 cannot hold it, the text as given beside the gap."""
    if not given:
        return {}
    spelt, as_it_stands = date_of(given)
    beside = {f"_{member}": {"extension": [as_given(as_it_stands)]}} if as_it_stands else {}
    return {member: spelt, **beside} if spelt else beside
