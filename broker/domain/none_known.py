"""An item that states that something is not there: "no known allergies", or a list emptied for that reason.

Such a statement is its source's own, about the person. It is not the same as nothing being recorded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from broker.domain.resource import CodeableConcept, Header, Resource, concept_in

_ALLERGY = "AllergyIntolerance"
_SNOMED = "http://snomed.info/sct"
_IPS = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
ANY, DRUG, FOOD, SURROUNDINGS = "any", "medication", "food", "environment"

# What each statement that none is known denies: an AllergyIntolerance.category, or any. SNOMED CT, the
# International Patient Summary's own codes, and words, in small letters, that count where nothing is coded.
DENIED_ALLERGIES: Mapping[tuple[str | None, str], str] = MappingProxyType(
    {
        (_SNOMED, "716186003"): ANY,
        (_SNOMED, "160244002"): ANY,
        (_SNOMED, "409137002"): DRUG,
        (_SNOMED, "429625007"): FOOD,
        (_SNOMED, "428607008"): SURROUNDINGS,
        (_IPS, "no-known-allergies"): ANY,
        (_IPS, "no-known-medication-allergies"): DRUG,
        (_IPS, "no-known-food-allergies"): FOOD,
        (_IPS, "no-known-environmental-allergies"): SURROUNDINGS,
        (None, "no known allergies"): ANY,
        (None, "no known allergy"): ANY,
        (None, "nka"): ANY,
        (None, "no known drug allergies"): DRUG,
        (None, "no known drug allergy"): DRUG,
        (None, "nkda"): DRUG,
    }
)
# What leaves nothing of its category open. "No known food allergy" is a fact like any other: read as "none
# known", it would deny an allergy to penicillin.
_NONE_KNOWN: frozenset[tuple[str | None, str | None]] = frozenset(
    {
        *(said for said, denied in DENIED_ALLERGIES.items() if denied == ANY),
        (_SNOMED, "160245001"),  # no current problems or disability
        *(
            (_IPS, f"no-known-{what}")
            for what in ("medications", "problems", "procedures", "devices", "immunizations")
        ),
    }
)
# GP Connect's lists (Access Record Structured 1.6.2) that hold a whole category: ended allergies do not, nor
# what belongs to one problem or consultation.
_WHOLE_LISTS = frozenset(
    {
        "886921000000105",  # allergies
        "717711000000103",  # problems
        "933361000000108",  # medicines
        "1102181000000102",  # immunisations
        "887191000000108",  # results
        "792931000000107",  # referrals
    }
)
# What may state that none is known, and what stands in its code if it does: nearly no item is looked at.
_KINDS = frozenset(
    {
        *(_ALLERGY, "Condition", "Procedure", "Immunization"),
        *("MedicationStatement", "MedicationRequest", "DeviceUseStatement"),
    }
)
_MAY_STATE = re.compile("|".join(sorted(code or "" for system, code in _NONE_KNOWN if system)).encode())
_MAY_SAY = re.compile(rb"no\s+known|nka", re.IGNORECASE)
_EMPTY_REASON = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
_NOT_STANDING = frozenset({"refuted", "entered-in-error", "inactive", "resolved"})


class _Emptied(msgspec.Struct, gc=False):
    """A list's own word for why it holds nothing (R4 4.0.1: List.emptyReason), and what it would list."""

    code: CodeableConcept | None = None
    emptyReason: CodeableConcept | None = None  # noqa: N815 - FHIR's own name
    entry: list[msgspec.Raw] = []


_EMPTIED = msgspec.json.Decoder(_Emptied)


def says_none_known(resource: Resource) -> bool:
    """Whether this item, or this list, states that nothing of its category is known, and that stands."""
    header, kind = resource.header, resource.header.resourceType
    if kind == "List":
        return b'"nilknown"' in resource.raw and _is_nil_known(resource.raw)
    if kind not in _KINDS:
        return False
    written = b"".join(map(bytes, (header.code, header.vaccineCode, header.medicationCodeableConcept)))
    if _MAY_STATE.search(written) is None and not (kind == _ALLERGY and _MAY_SAY.search(written)):
        return False
    concept = concept_in(written)
    if concept is None or not _denies(kind, concept):
        return False
    return _NOT_STANDING.isdisjoint(_states_of(header))


def _denies(kind: str, concept: CodeableConcept) -> bool:
    """By a code; by words only where there is no code, and only of an allergy."""
    if any(one.code for one in concept.coding):
        return any((one.system, one.code) in _NONE_KNOWN for one in concept.coding)
    said = " ".join((concept.text or "").split()).casefold()
    return kind == _ALLERGY and (None, said) in _NONE_KNOWN


def _states_of(header: Header) -> set[str | None]:
    found: set[str | None] = set()
    for state in (header.status, header.clinicalStatus, header.verificationStatus):
        found |= {one.code for one in state.coding} if isinstance(state, CodeableConcept) else {state}
    return found


def _is_nil_known(raw: bytes) -> bool:
    try:
        read = _EMPTIED.decode(raw)
    except msgspec.DecodeError:
        return False
    if read.entry or read.code is None or read.emptyReason is None:
        return False
    is_whole = any(one.code in _WHOLE_LISTS for one in read.code.coding)
    return is_whole and any(
        (one.system, one.code) == (_EMPTY_REASON, "nilknown") for one in read.emptyReason.coding
    )
