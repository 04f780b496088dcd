"""AL1 and IAM into AllergyIntolerance."""

from __future__ import annotations

from collections.abc import Mapping

from broker.domain.category import Category
from connectors.hl7v2 import tables
from connectors.hl7v2.datatypes import coded, concept, entity
from connectors.hl7v2.items import Item
from connectors.hl7v2.listing import listed_item
from connectors.hl7v2.moments import date_time
from connectors.hl7v2.places import Surroundings, finished, notes_of
from connectors.hl7v2.taking import Taking
from connectors.r4 import ListedReason, Tree

_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_UNSAID: Tree = {"extension": [{"url": _ABSENT, "valueCode": "unknown"}]}
_DETAILED = "IAM"
_DELETED, _WRONG = "D", "entered-in-error"
# 0438, by verification and whether it still holds. Doubt, suspicion and pending have no code of FHIR's.
_STANDING: Mapping[str, tuple[str, str]] = {
    "C": ("confirmed", ""),
    "I": ("confirmed", "inactive"),
    "U": ("unconfirmed", ""),
    "E": (_WRONG, ""),
}


def allergy(item: Item, around: Surroundings) -> Tree:
    """The AllergyIntolerance; listed where nothing says to what."""
    given = Taking(item.head, 1)
    if not given.segment.first(3):
        return listed_item(item, around, Category.ALLERGIES, ListedReason.REQUIRED_CODE)
    notes, comments = notes_of(item)
    reactions = [{"text": value.whole} for value in given.values(5)]
    severity = coded("severity", given.text(4), tables.ALLERGY_SEVERITY) if reactions else {}
    tree = {
        "resourceType": "AllergyIntolerance",
        "id": around.new_id("AllergyIntolerance", item.written),
        **_standing(given),
        **_category(given),
        "code": concept(given.one(3)),
        **around.about("patient"),
        **around.during(),
        **_times(given),
        "note": notes,
        "reaction": [{"manifestation": reactions, **severity}] if reactions else None,
    }
    return finished(tree, [given, *comments], item)


def _standing(given: Taking) -> Tree:
    """Whether it still holds is not said by AL1, so the status that FHIR requires is marked as absent."""
    if given.segment.name != _DETAILED:
        return {"clinicalStatus": _UNSAID}
    verified, holds = _STANDING.get(given.segment.first(17).text(), ("", ""))
    if given.segment.first(6).text() == _DELETED:
        verified = _WRONG
    elif verified:
        given.text(17)
    coded_holds = _coding("allergyintolerance-clinical", holds) if holds else _UNSAID
    return {
        "identifier": [entity(value) for value in given.values(7)],
        # R4, ait-2: what was entered in error has no clinical status.
        "clinicalStatus": None if verified == _WRONG else coded_holds,
        "verificationStatus": _coding("allergyintolerance-verification", verified) if verified else None,
    }


def _category(given: Taking) -> Tree:
    meant, exact = tables.ALLERGEN.get(given.segment.first(2).text(), ("", False))
    if exact:
        given.text(2)
    return {"category": [meant]} if meant else {}


def _times(given: Taking) -> Tree:
    if given.segment.name != _DETAILED:
        return date_time("onsetDateTime", given.text(6))
    return {**date_time("onsetDateTime", given.text(11)), **date_time("recordedDate", given.text(13))}


def _coding(system: str, code: str) -> Tree:
    return {"coding": [{"system": f"{tables.TERMINOLOGY}/{system}", "code": code}]}
