"""SCH with its resources (AIS, AIG, AIL, AIP) into an Appointment."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from broker.domain.category import Category
from connectors.hl7v2 import tables
from connectors.hl7v2.datatypes import clinician, concept, entity, extended, place
from connectors.hl7v2.items import Item
from connectors.hl7v2.listing import listed_item
from connectors.hl7v2.moments import instant
from connectors.hl7v2.places import Surroundings, finished, noted, notes_of
from connectors.hl7v2.reading import Value
from connectors.hl7v2.taking import Taking
from connectors.r4 import ListedReason, Tree, as_given

# What the event of the message itself says, where SCH-25 does not.
_EVENTS = {"S12": "booked", "S15": "cancelled", "S17": "entered-in-error", "S26": "noshow"}
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_STARTS_AT, _ENDS_AT = 4, 5


def appointment(item: Item, around: Surroundings) -> Tree:
    """The Appointment; listed where nothing says how it stands, for FHIR has no word for not knowing."""
    sch = Taking(item.head)
    said = sch.segment.first(25).text()
    kind, event = around.message.kind
    status = tables.APPOINTMENT_STATUS.get(
        said.casefold(), "" if said or kind != "SIU" else _EVENTS.get(event, "")
    )
    if not status or not around.subject:
        return listed_item(item, around, Category.APPOINTMENTS, ListedReason.REQUIRED_CODE)
    notes, comments = notes_of(item)
    slots = [Taking(segment) for segment in item.followed_by("TQ1")]
    resources = [_resource(member) for member in item.members]
    tree = {
        "resourceType": "Appointment",
        "id": around.new_id("Appointment", item.written),
        "identifier": [
            *(entity(value, "PLAC") for value in sch.values(1)),
            *(entity(value, "FILL") for value in sch.values(2)),
        ],
        "status": status,
        "serviceType": [service for service, _ in resources if service],
        "reasonCode": [concept(value) for value in sch.values(7)],
        **_times(sch, slots),
        "participant": [_participant({"reference": around.subject}), *(who for _, who in resources if who)],
    }
    made = finished(tree, [sch, *slots, *comments], item, "TQ1")
    apart = [one for member in item.members for one in _not_told(member)]
    return noted(extended(made, *apart), notes)


def _times(sch: Taking, slots: list[Taking]) -> Tree:
    """TQ1 in newer messages, SCH-11 in older ones."""
    if slots:
        return {**instant("start", slots[0].text(7)), **instant("end", slots[0].text(8))}
    older = sch.segment.first(11)
    return {
        **instant("start", older.text(_STARTS_AT)),
        **instant("end", older.text(_ENDS_AT)),
    }


def _participant(actor: Tree) -> Tree:
    """Whether anybody accepted is not said."""
    return {"actor": actor, "_status": {"extension": [{"url": _ABSENT, "valueCode": "unknown"}]}}


_ACTORS: Mapping[str, Callable[[Value], Tree]] = {
    "AIP": clinician,
    "AIL": place,
}


def _resource(item: Item) -> tuple[Tree | None, Tree | None]:
    """A service, or somebody or somewhere that takes part."""
    value = item.head.first(3)
    if item.head.name == "AIS":
        return (concept(value) if value else None), None
    if item.head.name in _ACTORS and value:
        return None, _participant(_ACTORS[item.head.name](value))
    return None, None


def _not_told(item: Item) -> list[Tree]:
    """What a resource's segment says beside who, where or what, and the comments behind it."""
    read = Taking(item.head, 1)
    if item.head.name in {"AIS", *_ACTORS}:
        read.one(3)
    return [*read.rest(), *(as_given(segment.raw) for segment in item.following)]
