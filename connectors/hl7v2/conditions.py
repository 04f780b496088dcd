"""DG1, PR1 and RXA into Condition, Procedure and Immunization."""

from __future__ import annotations

from broker.domain.category import Category
from connectors.hl7v2 import tables
from connectors.hl7v2.datatypes import clinician, concept, entity, extended
from connectors.hl7v2.items import Item
from connectors.hl7v2.listing import listed_item
from connectors.hl7v2.moments import date_time
from connectors.hl7v2.places import Surroundings, finished, notes_of
from connectors.hl7v2.reading import Value
from connectors.hl7v2.taking import Taking
from connectors.r4 import ListedReason, Tree, as_given

_DIAGNOSIS = f"{tables.TERMINOLOGY}/condition-category"
_DELETED = "D"
_DELETION = {"system": f"{tables.TERMINOLOGY}/condition-ver-status", "code": "entered-in-error"}


def diagnosis(item: Item, around: Surroundings) -> Tree:
    """DG1, a diagnosis made at a visit."""
    dg1 = Taking(item.head, 1)
    what = _what(dg1, 3, 4)
    if not what:
        return listed_item(item, around, Category.PROBLEMS, ListedReason.REQUIRED_CODE)
    notes, comments = notes_of(item)
    deleted = dg1.segment.first(21).text() == _DELETED
    tree = {
        "resourceType": "Condition",
        "id": around.new_id("Condition", item.written),
        "identifier": [entity(value) for value in dg1.values(20)],
        "verificationStatus": {"coding": [_DELETION]} if deleted else None,
        "category": [{"coding": [{"system": _DIAGNOSIS, "code": "encounter-diagnosis"}]}],
        "code": what,
        **around.about(),
        **around.during(),
        **date_time("onsetDateTime", dg1.text(5)),
        **date_time("recordedDate", dg1.text(19)),
        "asserter": clinician(dg1.one(16)) if dg1.one(16) else None,
        "note": notes,
    }
    return finished(tree, [dg1, *comments], item)


def procedure(item: Item, around: Surroundings) -> Tree:
    """PR1. That it was done to its end is not said."""
    pr1 = Taking(item.head, 1)
    what = _what(pr1, 3, 4)
    if not what:
        return listed_item(item, around, Category.PROCEDURES, ListedReason.REQUIRED_CODE)
    notes, comments = notes_of(item)
    performers = [clinician(value) for number in (11, 8) for value in pr1.values(number)]
    tree = {
        "resourceType": "Procedure",
        "id": around.new_id("Procedure", item.written),
        "status": "unknown",
        "code": what,
        **around.about(),
        **around.during(),
        **date_time("performedDateTime", pr1.text(5)),
        "performer": [{"actor": who} for who in performers],
        "reasonCode": [concept(value) for value in pr1.values(15)],
        "note": notes,
    }
    return finished(tree, [pr1, *comments], item)


def immunisation(item: Item, around: Surroundings) -> Tree:
    """RXA with RXR, of a message about vaccinations."""
    rxa = Taking(item.head, 1, 2)
    word = rxa.segment.first(20).text()
    given = date_time("occurrenceDateTime", rxa.text(3))
    if not rxa.segment.first(5) or "occurrenceDateTime" not in given or word not in _GIVEN:
        return listed_item(item, around, Category.VACCINATIONS, ListedReason.REQUIRED_VALUE)
    notes, comments = notes_of(item)
    routes = [Taking(segment) for segment in item.followed_by("RXR")]
    deleted = rxa.segment.first(21).text() == _DELETED
    tree = {
        "resourceType": "Immunization",
        "id": around.new_id("Immunization", item.written),
        "status": "entered-in-error" if deleted else _GIVEN[word],
        "vaccineCode": concept(rxa.one(5)),
        **around.about("patient"),
        **around.during(),
        **given,
        "lotNumber": rxa.text(15),
        "manufacturer": _maker(rxa.one(17)) if rxa.one(17) else None,
        "site": next((concept(one.one(2)) for one in routes if one.one(2)), None),
        "route": next((concept(one.one(1)) for one in routes if one.one(1)), None),
        "performer": [{"actor": clinician(value)} for value in rxa.values(10)],
        "note": notes,
    }
    read = ["RXR"] if len(routes) == 1 else []
    return finished(tree, [rxa, *routes[: len(read)], *comments], item, *read)


# 0322, completion status. One that is not there is not known to have been given.
_GIVEN = {"CP": "completed", "PA": "completed", "RE": "not-done", "NA": "not-done"}


def _maker(value: Value) -> Tree:
    found = concept(value)
    name = value.text(2) or value.text(1)
    return extended({"display": name}, as_given(value.raw)) if found.get("coding") else {"display": name}


def _what(taking: Taking, coded_at: int, described_at: int) -> Tree:
    """A code, and the words that older messages have in a field of their own."""
    value, words = taking.one(coded_at), taking.segment.first(described_at)
    if value:
        found = concept(value)
        if words and "text" not in found:
            taking.one(described_at)
            found = {**found, "text": words.whole}
        return found
    taking.one(described_at)
    return {"text": words.whole} if words else {}
