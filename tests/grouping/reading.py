"""The files of labelled pairs into pairs: two items of one person, how they are to be judged, and why.

The YAML is FHIR as it stands, with two tags for what would be long: `!concept` (each part a system's word, a
code and a display, or words alone) and `!quantity` (a number, as written, and its UCUM unit).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.nodes import ScalarNode

from tests.fidelity.reading import Number, Tree

PAIRS = Path(__file__).parent / "pairs"
UCUM = "http://unitsofmeasure.org"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
SYSTEMS = {
    "snomed": "http://snomed.info/sct",
    "dmd": "http://snomed.info/sct",
    "readv2": "http://read.info/readv2",
    "emis": "https://fhir.hl7.org.uk/Id/emis-drug-codes",
    "icd10": "http://hl7.org/fhir/sid/icd-10",
    "loinc": "http://loinc.org",
    "local": "https://trust.example/codes",
    "allergy-clinical": f"{TERMINOLOGY}/allergyintolerance-clinical",
    "allergy-verification": f"{TERMINOLOGY}/allergyintolerance-verification",
    "condition-clinical": f"{TERMINOLOGY}/condition-clinical",
    "condition-verification": f"{TERMINOLOGY}/condition-ver-status",
    "observation-category": f"{TERMINOLOGY}/observation-category",
    "problem-category": f"{TERMINOLOGY}/condition-category",
    "care-plan-category": "https://watersmeet.example/fhir/CodeSystem/care-plan-category",
    "list-empty": f"{TERMINOLOGY}/list-empty-reason",
    "absent-reason": f"{TERMINOLOGY}/data-absent-reason",
}
JUDGEMENTS = frozenset({"one-thing", "apart", "contradiction"})
PLACES = frozenset(
    {"practice", "other-practice", "trust", "other-trust", "community", "clinic", "council"},
)
_ABOUT_A_PAIR = frozenset({"judgement", "because", "kind", "or-said"})
_IN_STU3, _AGAIN = " in STU3", " again"


@dataclass(frozen=True, slots=True)
class Side:
    """One item where it is kept, and what is sent beside it. `again` is a second item of one place."""

    place: str
    again: bool
    stu3: bool
    item: Tree = field(repr=False)
    beside: tuple[Tree, ...] = field(repr=False, default=())


@dataclass(frozen=True, slots=True)
class Pair:
    """Two items and what a clinician would say of them. `or_said` lets a contradiction be said as well."""

    file: str
    about: str
    judgement: str
    because: str
    sides: tuple[Side, Side]
    kind: str = ""
    or_said: bool = False

    @property
    def name(self) -> str:
        """By which a report names it."""
        return f"{self.file}: {self.about}: {self.because}"


class _Constructor(SafeConstructor):
    """Numbers keep their characters, and what looks like a date stays text."""


def _number(_: Any, node: ScalarNode) -> Number:
    return Number(node.value)


def _text(_: Any, node: ScalarNode) -> str:
    return str(node.value)


def concept(written: str) -> Tree:
    """`snomed 195967001 Asthma | Wheezy` to one coding and a text."""
    codings, words = [], []
    for part in written.split(" | "):
        system, _, rest = part.partition(" ")
        code, _, display = rest.partition(" ")
        if system in SYSTEMS:
            coding = {"system": SYSTEMS[system], "code": code, "display": display}
            codings.append({name: value for name, value in coding.items() if value})
        else:
            words.append(part)
    found: dict[str, Any] = {"coding": codings, "text": " ".join(words)}
    return {name: value for name, value in found.items() if value}


def _concept(_: Any, node: ScalarNode) -> Tree:
    return concept(node.value)


def _quantity(_: Any, node: ScalarNode) -> Tree:
    value, _space, unit = node.value.partition(" ")
    return {"value": Number(value), "unit": unit, "system": UCUM, "code": unit}


_Constructor.add_constructor("tag:yaml.org,2002:int", _number)
_Constructor.add_constructor("tag:yaml.org,2002:float", _number)
_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _text)
_Constructor.add_constructor("!concept", _concept)
_Constructor.add_constructor("!quantity", _quantity)


def read_pairs(folder: Path = PAIRS) -> list[Pair]:
    """Every pair of every file. Raises ValueError for one that is not said as a pair must be."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _Constructor
    return [
        _pair(path.name, block, written)
        for path in sorted(folder.glob("*.yaml"))
        for block in yaml.load(path)
        for written in block["pairs"]
    ]


def _pair(file: str, block: Mapping[str, Any], written: Mapping[str, Any]) -> Pair:
    judgement, because = written["judgement"], written["because"]
    sides = tuple(_sides(block, written))
    if judgement not in JUDGEMENTS or (judgement == "contradiction") != ("kind" in written):
        raise ValueError(f"{file}: {because}: one-thing, apart, or a contradiction with its kind")
    if len(sides) != 2 or any(side.place not in PLACES for side in sides):
        raise ValueError(f"{file}: {because}: a pair has two sides, each at one of {sorted(PLACES)}")
    return Pair(
        file,
        block["about"],
        judgement,
        because,
        (sides[0], sides[1]),
        written.get("kind", ""),
        written.get("or-said", False),
    )


def _sides(block: Mapping[str, Any], written: Mapping[str, Any]) -> Iterator[Side]:
    for where, changes in written.items():
        if where in _ABOUT_A_PAIR:
            continue
        stu3 = where.endswith(_IN_STU3)
        place = where.removesuffix(_IN_STU3)
        base = block["base" + _IN_STU3] if stu3 else block["base"]
        given = {**base, **changes}
        beside = given.pop("also", None) or ()
        yield Side(
            place.removesuffix(_AGAIN), place.endswith(_AGAIN), stu3, _about_person(given), tuple(beside)
        )


def _about_person(given: Tree) -> Tree:
    """The item about the person of every pair; a member that is null is left out."""
    whom = "patient" if given["resourceType"] in {"AllergyIntolerance", "Immunization"} else "subject"
    with_person = {whom: {"reference": "Patient/p1"}, **given}
    return {name: value for name, value in with_person.items() if value is not None}
