"""The people of a simulated hospital: their FHIR R4 resources as the HL7 v2 segments that it would send.

It sends what a hospital's results and encounters interface sends: the person, visits, reports with their
results, single results, allergies and diagnoses. Whatever else its people have is not in this hospital.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec

from broker.domain.identity import NHS_NUMBER_SYSTEM
from broker.domain.json_bytes import lossless_tree
from connectors.hl7v2.escapes import Grammar, encode
from connectors.simulation import World, raw_bytes

Tree: TypeAlias = Mapping[str, Any]
Record: TypeAlias = tuple[str, ...]

_GRAMMAR = Grammar()
_GENDERS = {"male": "M", "female": "F", "other": "O", "unknown": "U"}
_CLASSES = {"AMB": "O", "EMER": "E", "IMP": "I", "PRENC": "P"}
_STATUSES = {
    "final": "F",
    "preliminary": "P",
    "corrected": "C",
    "amended": "C",
    "cancelled": "X",
    "registered": "O",
    "partial": "A",
    "entered-in-error": "D",
}
_SYSTEMS = {
    "http://snomed.info/sct": "SCT",
    "http://loinc.org": "LN",
    "http://unitsofmeasure.org": "UCUM",
    "http://hl7.org/fhir/sid/icd-10": "I10",
}
_SECTIONS = {"laboratory": "LAB", "imaging": "RAD", "vital-signs": "VS"}


@dataclass(frozen=True, slots=True)
class Held:
    """One person here: the PID, and each record as its segments."""

    person: str = field(repr=False)
    records: tuple[Record, ...] = field(repr=False)


def people_of(world: World) -> dict[str, Held]:
    """Everybody, by NHS number."""
    return {number: _held(resources) for number, resources in world.items()}


def _held(resources: Sequence[Tree | bytes]) -> Held:
    trees = [lossless_tree(raw_bytes(resource)) for resource in resources]
    by_reference = {f"{tree['resourceType']}/{tree.get('id')}": tree for tree in trees}
    reported = {one["reference"] for tree in trees for one in tree.get("result") or ()}
    person = next(tree for tree in trees if tree["resourceType"] == "Patient")
    records = [
        record
        for reference, tree in by_reference.items()
        if reference not in reported
        for record in _record(tree, by_reference)
    ]
    return Held(_pid(person), tuple(records))


def _record(tree: Tree, others: Mapping[str, Tree]) -> Iterator[Record]:
    if tree["resourceType"] == "DiagnosticReport":
        results = [others[one["reference"]] for one in tree.get("result") or () if one["reference"] in others]
        yield _report(tree, results)
    elif tree["resourceType"] in _WRITERS:
        yield _WRITERS[tree["resourceType"]](tree)


def _segment(name: str, fields: Mapping[int, str]) -> str:
    """Fields by their numbers; those between are empty."""
    return "|".join([name, *(fields.get(number, "") for number in range(1, max(fields) + 1))])


def _text(value: object) -> str:
    return encode(str(value), _GRAMMAR) if value not in (None, "") else ""


def moment(text: object) -> str:
    """`2026-08-17T09:12:00+01:00` as `20260817091200+0100`; a part of it as the part that it is."""
    day, _, time = str(text or "").partition("T")
    zone = "+0000" if time.endswith("Z") else time[-6:].replace(":", "")
    clock = time.removesuffix("Z").split("+")[0].split("-")[0].replace(":", "")
    return day.replace("-", "") + (clock + zone if time else "")


def coded(concept: Tree | None) -> str:
    """A CodeableConcept as CWE: two codings at most, and its text."""
    concept = concept or {}
    parts = [""] * 9
    for place, coding in zip((0, 3), concept.get("coding") or (), strict=False):
        named = _SYSTEMS.get(coding.get("system", ""), "L")
        parts[place : place + 3] = [_text(coding.get("code")), _text(coding.get("display")), named]
    parts[8] = _text(concept.get("text"))
    return "^".join(parts).rstrip("^")


def _pid(tree: Tree) -> str:
    name: Tree = next(iter(tree.get("name") or ()), {})
    home: Tree = next(iter(tree.get("address") or ()), {})
    given = list(name.get("given") or ())
    names = [
        name.get("family"),
        *(given[:1] or [""]),
        " ".join(given[1:]),
        "",
        *(name.get("prefix") or [""])[:1],
    ]
    address = [*(home.get("line") or [""])[:1], "", home.get("city"), "", home.get("postalCode")]
    return _segment(
        "PID",
        {
            1: "1",
            3: "~".join(_numbers(tree)),
            5: "^".join(map(_text, names)).rstrip("^"),
            7: moment(tree.get("birthDate")),
            8: _GENDERS.get(tree.get("gender", ""), ""),
            11: "^".join(map(_text, address)).rstrip("^"),
        },
    )


def _numbers(tree: Tree) -> Iterator[str]:
    for number in tree.get("identifier") or ():
        if number.get("system") == NHS_NUMBER_SYSTEM:
            yield f"{_text(number['value'])}^^^NHS^NH"
    yield f"{_text(tree.get('id'))}^^^PAS^MR"


def _visit(tree: Tree) -> Record:
    period = tree.get("period") or {}
    kind = next(iter(tree.get("type") or ()), None)
    why = next(iter(tree.get("reasonCode") or ()), None)
    pv1 = {
        1: "1",
        2: _CLASSES.get(tree["class"].get("code", ""), "O"),
        4: coded(kind),
        19: f"{_text(tree.get('id'))}^^^PAS^VN",
        44: moment(period.get("start")),
        45: moment(period.get("end")),
    }
    more = (_segment("PV2", {3: coded(why)}),) if why else ()
    return (_segment("PV1", pv1), *more)


def _report(tree: Tree, results: Sequence[Tree]) -> Record:
    section = _section(tree, "LAB")
    return (_obr(tree, section), *_notes([tree.get("conclusion")]), *_obx_of(results))


def _single(tree: Tree) -> Record:
    """A result without a report: the hospital sends it as a report of one."""
    return (_obr(tree, _section(tree, "")), *_obx_of([tree]))


def _obr(tree: Tree, section: str) -> str:
    first: Tree = next(iter(tree.get("identifier") or ()), {})
    number = first.get("value") or tree.get("id")
    return _segment(
        "OBR",
        {
            1: "1",
            3: f"{_text(number)}^PAS",
            4: coded(tree["code"]),
            7: moment(tree.get("effectiveDateTime")),
            22: moment(tree.get("issued")),
            24: section,
            25: _STATUSES.get(tree.get("status", ""), ""),
        },
    )


def _section(tree: Tree, usual: str) -> str:
    for category in tree.get("category") or ():
        for coding in category.get("coding") or ():
            code = coding.get("code", "")
            return _SECTIONS.get(code, _text(code))
    return usual


def _obx_of(results: Sequence[Tree]) -> Iterator[str]:
    number = 0
    for result in results:
        for part in (result, *(result.get("component") or ())):
            kind, value, units = _value(part)
            if not kind and part is result and result.get("component"):
                continue  # the value is in its components
            number += 1
            yield _obx(number, {**result, **part}, (kind, value, units))
        yield from _notes([note.get("text") for note in result.get("note") or ()])


def _obx(number: int, tree: Tree, value: tuple[str, str, str]) -> str:
    kind, said, units = value
    return _segment(
        "OBX",
        {
            1: str(number),
            2: kind,
            3: coded(tree["code"]),
            5: said,
            6: units,
            7: _normal(tree),
            8: "~".join(coded(one) for one in tree.get("interpretation") or ()),
            11: _STATUSES.get(tree.get("status", ""), "F"),
            14: moment(tree.get("effectiveDateTime")),
        },
    )


def _value(tree: Tree) -> tuple[str, str, str]:
    """Type, value and units of OBX-2, 5 and 6. A number keeps its characters."""
    if quantity := tree.get("valueQuantity"):
        amount = _digits(quantity.get("value"))
        comparator = quantity.get("comparator")
        units = "^".join([_text(quantity.get("code") or quantity.get("unit")), _text(quantity.get("unit"))])
        units += "^UCUM" if quantity.get("code") else ""
        return ("SN", f"{_text(comparator)}^{amount}", units) if comparator else ("NM", amount, units)
    if concept := tree.get("valueCodeableConcept"):
        return "CWE", coded(concept), ""
    if text := tree.get("valueString"):
        return "TX", _text(text), ""
    return "", "", ""


def _digits(value: object) -> str:
    return bytes(value).decode() if isinstance(value, msgspec.Raw) else str(value)


def _normal(tree: Tree) -> str:
    normal: Tree = next(iter(tree.get("referenceRange") or ()), {})
    if normal.get("text"):
        return _text(normal["text"])
    low, high = (_digits((normal.get(end) or {}).get("value", "")) for end in ("low", "high"))
    return f"{low}-{high}" if low and high else f"<{high}" if high else f">{low}" if low else ""


def _notes(texts: Sequence[object]) -> Iterator[str]:
    for number, text in enumerate(filter(None, texts), start=1):
        yield _segment("NTE", {1: str(number), 3: _text(text)})


def _allergy(tree: Tree) -> Record:
    reactions = [
        one for reaction in tree.get("reaction") or () for one in reaction.get("manifestation") or ()
    ]
    said = "~".join(_text(one.get("text") or one["coding"][0].get("display")) for one in reactions)
    al1 = {1: "1", 3: coded(tree.get("code")), 5: said, 6: moment(tree.get("onsetDateTime"))}
    return (_segment("AL1", al1),)


def _diagnosis(tree: Tree) -> Record:
    dg1 = {1: "1", 3: coded(tree.get("code")), 5: moment(tree.get("onsetDateTime")), 6: "F"}
    return (_segment("DG1", dg1),)


_WRITERS: Mapping[str, Callable[[Tree], Record]] = {
    "Encounter": _visit,
    "Observation": _single,
    "AllergyIntolerance": _allergy,
    "Condition": _diagnosis,
}
