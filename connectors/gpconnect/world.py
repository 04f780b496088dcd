"""For the simulator: the people of the world, each at their own practice, as that practice holds them."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from broker.domain.identity import ODS_SYSTEM
from broker.domain.json_bytes import lossless_tree
from connectors.gpconnect.stu3_items import Tree, organisation, patient, practitioner, stu3_of
from connectors.simulation import Manners, World, raw_bytes

USUAL_PRACTICE = "D99901"
_LABORATORY = "laboratory"
# Where an item that is not a list's own entry stands: beside the one that it belongs to.
_BESIDE = frozenset({"MedicationRequest", "Medication"})
_AREAS: Mapping[str, str] = {
    "AllergyIntolerance": "includeAllergies",
    "MedicationStatement": "includeMedication",
    "Encounter": "includeConsultations",
    "Condition": "includeProblems",
    "Immunization": "includeImmunisations",
    "Observation": "includeUncategorisedData",
    "DiagnosticReport": "includeInvestigations",
    "ReferralRequest": "includeReferrals",
    "ProcedureRequest": "includeDiaryEntries",
}


@dataclass(frozen=True, slots=True)
class Person:
    """One person at their practice. `areas` holds each area's own items, with what stands beside them."""

    number: str = field(repr=False)
    ods: str
    patient: Tree = field(repr=False)
    areas: Mapping[str, list[Tree]] = field(repr=False)
    documents: tuple[Tree, ...] = field(repr=False)

    @property
    def local_id(self) -> str:
        """The person's id at the practice."""
        return str(self.patient["id"])

    @property
    def surroundings(self) -> tuple[Tree, ...]:
        """The practice and the general practitioner, whom the Patient refers to."""
        return (organisation(self.ods), *practitioner(self.ods))


class Practices:
    """Everybody, by number and by practice. `answers_for` makes every question be about that person."""

    def __init__(self, world: World, manners: Manners) -> None:
        """`manners` may say at which practice a number is registered (`practices`)."""
        given = manners.get("practices")
        registered = given if isinstance(given, Mapping) else {}
        usual = str(manners.get("practice", USUAL_PRACTICE))
        self._everybody = [
            _person(number, [lossless_tree(raw_bytes(one)) for one in resources], registered, usual)
            for number, resources in world.items()
        ]
        asids = manners.get("asids")
        self._asids = (
            {str(ods): str(asid) for ods, asid in asids.items()} if isinstance(asids, Mapping) else {}
        )
        self.codes = frozenset({usual, *(person.ods for person in self._everybody), *self._asids})
        always = str(manners.get("answers_for", ""))
        self._always = next((person for person in self._everybody if person.number == always), None)

    def by_number(self, number: str, ods: str) -> Person | None:
        """A person of this practice; any practice where `ods` is empty."""
        here = (one for one in self._everybody if one.number == number and ods in {"", one.ods})
        return self._always or next(here, None)

    def by_local_id(self, local_id: str, ods: str) -> Person | None:
        """A person of this practice by their id there."""
        here = (one for one in self._everybody if one.local_id == local_id and ods in {"", one.ods})
        return self._always or next(here, None)

    def documents_of(self, ods: str) -> Iterator[Tree]:
        """Every document that this practice holds."""
        for person in self._everybody:
            if ods in {"", person.ods}:
                yield from person.documents

    def asid_of(self, ods: str) -> str:
        """The practice's ASID: as given, or twelve digits that follow from its code."""
        return self._asids.get(ods) or str(200_000_000_000 + zlib.crc32(ods.encode()))


def _person(number: str, resources: list[Tree], registered: Mapping[Any, Any], usual: str) -> Person:
    first, *rest = resources
    ods = str(registered.get(number) or _practice_named(first) or usual)
    areas: dict[str, list[Tree]] = {}
    documents: list[Tree] = []
    for resource in rest:
        made = stu3_of(resource)
        if made and made[0]["resourceType"] == "DocumentReference":
            documents += made
        elif made:
            areas.setdefault(_area_of(resource, made[0]), []).extend(made)
    return Person(number, ods, patient(first, ods), areas, tuple(documents))


def _area_of(resource: Tree, item: Tree) -> str:
    """A laboratory's result stands with the investigations."""
    categories = resource.get("category") if item["resourceType"] == "Observation" else None
    codes = [coding.get("code") for one in categories or () for coding in one.get("coding", ())]
    return "includeInvestigations" if _LABORATORY in codes else _AREAS[item["resourceType"]]


def own_items(items: Iterable[Tree]) -> list[Tree]:
    """The items that an area's list names."""
    return [item for item in items if item["resourceType"] not in _BESIDE]


def _practice_named(person: Tree) -> str:
    """The ODS code by which a Patient names its practice; empty when it names none."""
    named = [*person.get("generalPractitioner", []), person.get("managingOrganization", {})]
    identifiers = [one.get("identifier", {}) for one in named]
    return next((str(one["value"]) for one in identifiers if one.get("system") == ODS_SYSTEM), "")
