"""Released items to those that could be one thing with another, or a side of a contradiction.

One look at each header and none at the bytes: most items of a record are like no other.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field

from broker.domain.category import Category
from broker.domain.identity import NHS_NUMBER_SYSTEM
from broker.domain.resource import ABSENT, Header, Resource, identifiers_of
from broker.pipeline.merging.clash_table import DECIDING, PLANNING
from broker.pipeline.merging.concepts import Concepts
from broker.pipeline.merging.decisions import decided_by
from broker.pipeline.merging.kin import Meetings
from broker.pipeline.merging.rows import ROWS, Row, When
from broker.pipeline.merging.table import UNGROUPED

ITEMS_IN_A_SLICE = 250
_NO_DATE: When = (None,)
_ALLERGY, _LIST = "AllergyIntolerance", "List"


@dataclass(slots=True)
class Sides:
    """Indexes into the view's items that a contradiction could have a side in, in the order of the plan."""

    allergies: list[int] = field(default_factory=list)
    allergy_lists: list[int] = field(default_factory=list)
    problems: list[int] = field(default_factory=list)
    medicines: list[int] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    decisions: list[int] = field(default_factory=list)
    plans: list[int] = field(default_factory=list)

    @property
    def by_kind(self) -> dict[str, list[int]]:
        """The kinds that are of one side each."""
        return {
            _ALLERGY: self.allergies,
            "Condition": self.problems,
            "MedicationRequest": self.medicines,
            "MedicationStatement": self.medicines,
            "Patient": self.people,
            **dict.fromkeys(PLANNING, self.plans),
        }


@dataclass(slots=True)
class Candidates:
    """Sets of indexes of which only some may be one: `numbered` share an identifier, `dated` a kind and a
    date, as far as the header tells.
    """

    numbered: Meetings = field(default_factory=Meetings)
    dated: Meetings = field(default_factory=Meetings)
    sides: Sides = field(default_factory=Sides)


def candidates(items: Sequence[Resource], concepts: Concepts) -> Generator[None, None, Candidates]:
    """Everything else is in no group, and in no contradiction."""
    found = Candidates()
    by_kind = found.sides.by_kind
    for index, resource in enumerate(items):
        header = resource.header
        kind = header.resourceType
        if kind not in UNGROUPED:
            for identifier in identifiers(header):
                found.numbered.add((kind, *identifier), index)
            row = ROWS.get(kind)
            if row is not None:
                _add_dated(found.dated, row, header, index)
        if kind in by_kind:
            by_kind[kind].append(index)
        elif kind in DECIDING and decided_by(header, concepts):
            found.sides.decisions.append(index)
        elif kind == _LIST and resource.category is Category.ALLERGIES:
            found.sides.allergy_lists.append(index)
        if index % ITEMS_IN_A_SLICE == ITEMS_IN_A_SLICE - 1:
            yield
    return found


def identifiers(header: Header) -> Sequence[tuple[str, str]]:
    """The business identifiers of an item, by system and value. The person's number is none."""
    given = header.identifier
    if given is None and header.masterIdentifier is None:
        return ()
    several = given if isinstance(given, list) else identifiers_of(header)
    if header.masterIdentifier is not None:
        several = (*several, header.masterIdentifier)
    return [
        (one.system, one.value)
        for one in several
        if one.system and one.value and one.system != NHS_NUMBER_SYSTEM
    ]


def _add_dated(dated: Meetings, row: Row, header: Header, index: int) -> None:
    """Kinds of which the header tells no date meet by the kind alone: a record holds few of them."""
    if not row.date_names:
        dated.add(row.rule.kind, index)
        return
    when = row.when(header)
    if when is not None:
        dated.add((row.rule.kind, when), index)
    elif row.rule.undated:
        dated.add((row.rule.kind, _NO_DATE), index)


def of_one_name(
    dated: Iterable[list[int]], items: Sequence[Resource], concepts: Concepts
) -> Generator[None, None, list[list[int]]]:
    """Those that met by their date, parted by what they are where the header tells that too."""
    found: list[list[int]] = []
    worked = 0
    for members in dated:
        name_of = ROWS[items[members[0]].header.resourceType].code_name
        named = Meetings()
        for index in members if name_of else ():
            written = getattr(items[index].header, name_of)
            for name in concepts.of(bytes(written)).names if written is not ABSENT else ():
                named.add(name, index)
            worked += 1
            if worked % ITEMS_IN_A_SLICE == 0:
                yield
        found += named.several() if name_of else [members]
    return found
