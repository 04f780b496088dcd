"""Our tables of search parameters against those of R4 itself, as another maker publishes them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from broker.domain.category import SUPPORTING_TYPES
from broker.domain.include_parameters import INCLUDE_PARAMETERS, names_person
from broker.domain.search_parameters import SEARCH_PARAMETERS, SearchParameter
from broker.http.routes import EVERYTHING_TYPES, SEARCHABLE_TYPES
from tests.support.real_servers import ENVIRONMENTS

pytestmark = pytest.mark.real
DEFINITIONS = ENVIRONMENTS / "medplum" / "node_modules" / "@medplum" / "definitions" / "dist" / "fhir" / "r4"
# References to any type at all: of these `_include` follows none.
ANY_TYPE_FROM = 16
# Where our row names one choice of a type, and R4 writes the choice as a cast.
CASTS = {
    "startDate": "start as date",
    "target.dueDate": "target.due as date",
    "medicationCodeableConcept": "medication as CodeableConcept",
    "relatesTo.targetReference": "relatesTo.target as Reference",
    "medicationReference": "medication as Reference",
    "valueCodeableConcept": "value as CodeableConcept",
    "valueDateTime": "value as dateTime",
    "valuePeriod": "value as Period",
}


@dataclass(frozen=True, slots=True)
class Published:
    """One parameter of one type as R4 has it."""

    search_type: str
    elements: frozenset[str]
    targets: frozenset[str]


def _resources(name: str) -> Iterator[dict[str, Any]]:
    return (entry["resource"] for entry in json.loads((DEFINITIONS / name).read_text())["entry"])


def _elements(expression: str, kind: str) -> frozenset[str]:
    """The paths of one type, without what R4 says of the type of what stands there, but for a cast."""
    own = (part.strip(" ()") for part in expression.split("|"))
    plain = (part.removeprefix(f"{kind}.") for part in own if part.startswith(f"{kind}."))
    return frozenset(re.sub(r"\.where\(.*$|\.as\(.*$", "", part) for part in plain)


@pytest.fixture(scope="module")
def published() -> Mapping[tuple[str, str], Published]:
    """Every parameter of R4 4.0.1, by type and name."""
    return {
        (kind, one["code"]): Published(
            one["type"], _elements(one["expression"], kind), frozenset(one.get("target", ()))
        )
        for one in _resources("search-parameters.json")
        for kind in one["base"]
        if "expression" in one
    }


def _written(row: SearchParameter) -> frozenset[str]:
    """Our elements as R4 writes them."""
    return frozenset(CASTS.get(element, element).removesuffix("[x]") for element in row.elements)


def test_every_parameter_of_ours_looks_where_r4_has_it_look(
    published: Mapping[tuple[str, str], Published],
) -> None:
    """By name, by search type and by element; of a cast, the cast."""
    for kind, rows in SEARCH_PARAMETERS.items():
        for name, row in rows.items():
            theirs = published[kind, name]
            assert (row.search_type, _written(row)) == (theirs.search_type, theirs.elements), (kind, name)


def test_every_include_of_ours_follows_what_r4_has_it_follow(
    published: Mapping[tuple[str, str], Published],
) -> None:
    """The same references, to those of their targets that this record may hold; and none is left out."""
    held = (EVERYTHING_TYPES | SUPPORTING_TYPES) - {"Patient"}
    theirs = {
        (kind, name): (one.elements, one.targets & held)
        for (kind, name), one in published.items()
        if kind in SEARCHABLE_TYPES and one.search_type == "reference"
        if one.targets & held and len(one.targets) < ANY_TYPE_FROM and not names_person(kind, name)
    }
    ours = {
        (kind, name): (frozenset(CASTS.get(element, element) for element in row.elements), row.targets)
        for kind, rows in INCLUDE_PARAMETERS.items()
        for name, row in rows.items()
    }
    assert ours == theirs


def _systems() -> Mapping[str, frozenset[str]]:
    """The code systems of each value set that lists them plainly, without versions."""
    return {
        one["url"]: frozenset(part["system"] for part in one["compose"]["include"] if "system" in part)
        for one in _resources("valuesets.json")
        if one["resourceType"] == "ValueSet" and "compose" in one
    }


def test_every_plain_code_is_of_the_system_that_r4_binds_it_to() -> None:
    """Of a value set of several systems, one of them; an element that is no plain code is bound to none."""
    systems = _systems()
    bound = {
        element["path"]: systems.get(element["binding"]["valueSet"].partition("|")[0], frozenset())
        for one in _resources("profiles-resources.json")
        if one["resourceType"] == "StructureDefinition"
        for element in one["snapshot"]["element"]
        if [kind["code"] for kind in element.get("type", ())] == ["code"] and "binding" in element
    }
    for kind, rows in SEARCH_PARAMETERS.items():
        for name, row in rows.items():
            theirs = frozenset[str]().union(*(bound.get(f"{kind}.{one}", ()) for one in row.elements))
            assert (row.system in theirs) if theirs else not row.system, (kind, name)
