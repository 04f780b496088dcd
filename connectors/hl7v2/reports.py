"""ORC, OBR and SPM with the results beneath them into ServiceRequest, DiagnosticReport and Specimen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.hl7v2 import tables
from connectors.hl7v2.datatypes import clinician, compact, concept, entity, extended
from connectors.hl7v2.items import Item
from connectors.hl7v2.listing import listed_item
from connectors.hl7v2.moments import date_time, instant, period
from connectors.hl7v2.observations import observation
from connectors.hl7v2.places import Surroundings, finished, noted, notes_of
from connectors.hl7v2.reading import Value
from connectors.hl7v2.taking import Taking
from connectors.hl7v2.values import quantity
from connectors.r4 import ListedReason, Tree, as_given

# SNOMED CT: laboratory procedure, imaging. They tell of what category an order is.
_SCT = "http://snomed.info/sct"
_LABORATORY = {"system": _SCT, "code": "108252007", "display": "Laboratory procedure"}
_IMAGING = {"system": _SCT, "code": "363679005", "display": "Imaging"}


def report(item: Item, around: Surroundings) -> Iterator[Tree]:
    """The order, the specimens and the results, each as a resource of its own, and the report over them.

    One at a time: a report may hold more than anybody has room for.
    """
    obr = Taking(item.head, 1)
    if not obr.segment.first(4):
        yield listed_item(item, around, None, ListedReason.REQUIRED_CODE)
        return
    section = obr.segment.first(24).text()
    category = "vital-signs" if section == tables.VITAL_SIGNS else tables.SECTIONS.get(section, "laboratory")
    order = _order(item, around, category) if item.order else None
    if order:
        yield order
    when = _when(obr)
    # A result that has no moment of its own has that of its report (HL7 v2.5.1, 7.4.2.14).
    own: Tree = {"category": category, "when": when, "beneath": _own_words(item)}
    results, specimens = [], []
    for member in item.members:
        if member.head.name == "SPM":
            sample, observed = specimen(member, around, own)
            specimens.append(_reference(sample))
            yield sample
            yield from observed
            continue
        made = observation(member, around, **own)
        if made["resourceType"] == "Observation":
            results.append(_reference(made))
        yield made
    yield _report(item, around, obr, _Parts(order, specimens, results, when))


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a report refers to, and when it is of."""

    order: Tree | None
    specimens: list[Tree]
    results: list[Tree]
    when: Tree


def _own_words(item: Item) -> str:
    return "\n".join(segment.raw for segment in (item.head, *item.following))


def _report(item: Item, around: Surroundings, obr: Taking, parts: _Parts) -> Tree:
    notes, comments = notes_of(item)
    tree = {
        "resourceType": "DiagnosticReport",
        "id": around.new_id("DiagnosticReport", item.written),
        "identifier": [
            *(entity(value, "PLAC") for value in obr.values(2)),
            *(entity(value, "FILL") for value in obr.values(3)),
        ],
        "basedOn": [_reference(parts.order)] if parts.order else None,
        **_status(obr),
        "category": [concept(value, system=tables.table("0074")) for value in obr.values(24)],
        "code": concept(obr.one(4)),
        **around.about(),
        **around.during(),
        **parts.when,
        **instant("issued", obr.text(22)),
        "resultsInterpreter": [_interpreter(value) for value in obr.values(32)],
        "specimen": parts.specimens,
        "result": parts.results,
    }
    return noted(finished(tree, [obr, *comments], item), notes)


def _status(obr: Taking) -> Tree:
    word = obr.text(25)
    meant, exact = tables.REPORT_STATUS.get(word, ("unknown", not word))
    return {"status": meant, **({} if exact else {"_status": {"extension": [as_given(word)]}})}


def _when(obr: Taking) -> Tree:
    """A moment, or the period of a collection that took its time."""
    start, end = obr.text(7), obr.text(8)
    if end:
        return period("effectivePeriod", start, end)
    return date_time("effectiveDateTime", start)


def _interpreter(value: Value) -> Tree:
    """NDL: the person in its first component, as subcomponents."""
    who = clinician(value.within(1))
    name = " ".join(text for text in (value.text(1, 6), value.text(1, 3), value.text(1, 2)) if text)
    who = compact({**who, "display": name or who.get("display")})
    more = value.says_more_than(frozenset(), frozenset({1}))
    return extended(who, as_given(value.raw)) if more or not who else who


def _reference(tree: Tree) -> Tree:
    return {"reference": f"{tree['resourceType']}/{tree['id']}"}


def _order(item: Item, around: Surroundings, category: str) -> Tree:
    """ORC into a ServiceRequest; who ordered and why stands in OBR as well, and stays there as given."""
    order = item.order or item
    orc = Taking(order.head)
    notes, comments = notes_of(order)
    word = orc.text(5)
    meant, exact = tables.ORDER_STATUS.get(word, ("unknown", not word))
    coding = {"laboratory": _LABORATORY, "imaging": _IMAGING}.get(category)
    tree = {
        "resourceType": "ServiceRequest",
        "id": around.new_id("ServiceRequest", order.written, item.head.raw),
        "identifier": [
            *(entity(value, "PLAC") for value in orc.values(2)),
            *(entity(value, "FILL") for value in orc.values(3)),
        ],
        "requisition": entity(orc.one(4), "PGN") if orc.one(4) else None,
        "status": meant,
        **({} if exact else {"_status": {"extension": [as_given(word)]}}),
        "intent": "order",
        "category": [{"coding": [coding]}] if coding else None,
        "code": concept(item.head.first(4)),
        **around.about(),
        **around.during(),
        **date_time("authoredOn", orc.text(9)),
        "requester": clinician(orc.one(12)) if orc.one(12) else None,
        "note": notes,
    }
    return finished(tree, [orc, *comments], order)


def specimen(item: Item, around: Surroundings, own: Tree) -> tuple[Tree, Iterator[Tree]]:
    """SPM, and what was observed of the specimen itself."""
    spm = Taking(item.head, 1)
    notes, comments = notes_of(item)
    amount = spm.one(12)
    start, end = spm.one(17).text(1), spm.one(17).text(2)
    when = period("collectedPeriod", start, end) if end else date_time("collectedDateTime", start)
    tree = {
        "resourceType": "Specimen",
        "id": around.new_id("Specimen", str(own.get("beneath", "")), item.written),
        "identifier": [one for value in spm.values(2) for one in _pair(value)],
        "type": concept(spm.one(4)) if spm.one(4) else None,
        **around.about(),
        **date_time("receivedTime", spm.text(18)),
        "collection": compact(
            {
                **when,
                "quantity": quantity(amount.text(1), amount.within(2)) if amount else None,
                "method": concept(spm.one(7)) if spm.one(7) else None,
                "bodySite": concept(spm.one(8)) if spm.one(8) else None,
            }
        ),
        "condition": [concept(value, system=tables.table("0493")) for value in spm.values(24)],
        "note": notes + [{"text": value.whole} for value in spm.values(14)],
    }
    sample = finished(tree, [spm, *comments], item)
    return sample, _observed(item, around, own, sample)


def _observed(item: Item, around: Surroundings, own: Tree, sample: Tree) -> Iterator[Tree]:
    for member in item.members:
        one = observation(member, around, **own)
        yield {**one, "specimen": _reference(sample)} if one["resourceType"] == "Observation" else one


def _pair(value: Value) -> list[Tree]:
    """EIP: the placer's number and the filler's, each an EI of subcomponents."""
    kinds = ((1, "PGN"), (2, "FGN"))
    return [entity(value.within(number), kind) for number, kind in kinds if value.part(number)]
