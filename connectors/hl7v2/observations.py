"""OBX with its comments into an Observation, or into a document where it holds one."""

from __future__ import annotations

from broker.domain.category import Category
from connectors.hl7v2 import tables
from connectors.hl7v2.datatypes import clinician, concept, entity, organisation
from connectors.hl7v2.items import Item
from connectors.hl7v2.listing import listed_item
from connectors.hl7v2.moments import date_time, instant
from connectors.hl7v2.places import Surroundings, finished, notes_of
from connectors.hl7v2.taking import Taking
from connectors.hl7v2.values import ATTACHED, IN_LINES, NUMERIC, interpretation, value_of
from connectors.r4 import ListedReason, Tree, as_given

_CATEGORY = f"{tables.TERMINOLOGY}/observation-category"


def observation(item: Item, around: Surroundings, *, category: str, when: Tree, beneath: str = "") -> Tree:
    """One result. `category` is FHIR's; `when` is the moment of its report, for a result that has none;
    `beneath` is the report as it was written: the same words under another report are another result.
    """
    obx = Taking(item.head, 1, 2)
    kind = obx.segment.first(2).text()
    if not obx.segment.first(3) or kind in ATTACHED:
        reason = ListedReason.UNKNOWN_KIND if kind in ATTACHED else ListedReason.REQUIRED_CODE
        return listed_item(item, around, Category.RESULTS, reason)
    notes, comments = notes_of(item)
    tree = {
        "resourceType": "Observation",
        "id": around.new_id("Observation", beneath, item.written),
        "identifier": [entity(value) for value in obx.values(21)],
        **_status(obx),
        "category": [{"coding": [{"system": _CATEGORY, "code": category}]}] if category else None,
        "code": concept(obx.one(3)),
        **around.about(),
        **around.during(),
        **(date_time("effectiveDateTime", obx.text(14)) or when),
        **instant("issued", obx.text(19)),
        "performer": [clinician(value) for value in obx.values(16)]
        + [organisation(value) for value in obx.values(23)],
        **_value(obx, kind),
        "interpretation": [interpretation(value) for value in obx.values(8)],
        "note": notes,
        "bodySite": concept(obx.one(20)) if obx.one(20) else None,
        "method": concept(obx.one(17)) if obx.one(17) else None,
        "referenceRange": [{"text": value.whole} for value in obx.values(7)],
    }
    return finished(tree, [obx, *comments], item)


def _status(obx: Taking) -> Tree:
    """The status that FHIR requires, with the v2 code where it says more or is not known."""
    word = obx.text(11)
    meant, exact = tables.OBSERVATION_STATUS.get(word, ("unknown", not word))
    return {"status": meant, **({} if exact else {"_status": {"extension": [as_given(word)]}})}


def _value(obx: Taking, kind: str) -> Tree:
    """One value; lines of text as one; several values as components that all say the same of what."""
    values, units = obx.values(5), obx.one(6)
    told = not units or (kind in NUMERIC and bool(values))
    apart: Tree = {} if told else {"extension": [as_given(f"OBX-6: {units.raw}")]}
    if kind in IN_LINES and values:
        return {"valueString": "\n".join(value.whole for value in values), **apart}
    if len(values) <= 1:
        return {**(value_of(kind, values[0], units) if values else {}), **apart}
    code = concept(obx.one(3))
    return {"component": [{"code": code, **value_of(kind, value, units)} for value in values], **apart}
