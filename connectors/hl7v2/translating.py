"""One HL7 v2 message into FHIR R4 resources, its Patient first. Nothing is dropped.

What R4 has a place for is translated; every field beyond that stands as given in an extension of its
resource; every segment that is not translated is listed, whole, in a Basic resource.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping

from broker.domain.json_bytes import write_tree
from connectors.hl7v2.allergies import allergy
from connectors.hl7v2.appointments import appointment
from connectors.hl7v2.conditions import diagnosis, immunisation, procedure
from connectors.hl7v2.encounters import encounter
from connectors.hl7v2.items import Item, items_of
from connectors.hl7v2.listing import listed_item
from connectors.hl7v2.observations import observation
from connectors.hl7v2.patients import patient
from connectors.hl7v2.places import Surroundings
from connectors.hl7v2.reading import UTF_8, Message, read_message
from connectors.hl7v2.reports import report, specimen
from connectors.r4 import ListedReason, Tree

NHS = "NHS"
_RESOURCES_IN_A_SLICE = 16
# Scheduling and referrals (HL7 v2.5.1, 10.3 and 11.3).
_PERSON_LATER = frozenset({"SIU", "REF"})


def translate_message(
    message: bytes, *, charset: str = UTF_8, number_authority: str = NHS
) -> tuple[bytes, ...]:
    """The resources of one message as JSON. Raises NotHl7.

    `charset` is that of a message that declares none; `number_authority` the assigning authority by
    which this partner marks the NHS number.
    """
    read = read_message(message, charset)
    return tuple(write_tree(tree) for tree in translated(read, number_authority) if tree is not None)


def translated(message: Message, number_authority: str = NHS) -> Generator[Tree | None, None, None]:
    """Each resource, and None after each slice of work."""
    around = Surroundings(message, number_authority)
    items = yield from items_of(message.segments)
    made = 0
    for item in _person_first(items, message.kind[0]):
        for tree in _resources(item, around):
            yield tree
            made += 1
            if made % _RESOURCES_IN_A_SLICE == 0:
                yield None


def _person_first(items: list[Item], kind: str) -> list[Item]:
    """In these messages the person stands behind what is about them; everywhere else, before it."""
    if kind not in _PERSON_LATER:
        return items
    at = next((place for place, item in enumerate(items) if item.head.name == "PID"), 0)
    return [*items[at : at + 1], *items[:at], *items[at + 1 :]]


def _resources(item: Item, around: Surroundings) -> Iterator[Tree]:
    name = item.head.name
    if name == "PID":
        around.subject = around.encounter = ""
        tree = patient(item, around)
        around.subject = f"Patient/{tree['id']}"
        yield from [tree] if around.is_new(tree) else []
    elif name == "PV1":
        tree = encounter(item, around)
        around.encounter = f"Encounter/{tree['id']}"
        yield from [tree] if around.is_new(tree) else []
    elif name == "OBR":
        yield from report(item, around)
    elif name == "SPM":
        sample, observed = specimen(item, around, {"category": "", "when": {}})
        yield sample
        yield from observed
    elif name == "OBX":
        yield observation(item, around, category="", when={})
    elif name == "RXA" and _is_vaccine(item, around):
        yield immunisation(item, around)
        for member in item.members:
            yield observation(member, around, category="", when={})
    else:
        yield _one(item, around)


_ALONE: Mapping[str, Callable[[Item, Surroundings], Tree]] = {
    "AL1": allergy,
    "IAM": allergy,
    "DG1": diagnosis,
    "PR1": procedure,
    "SCH": appointment,
}


def _one(item: Item, around: Surroundings) -> Tree:
    translate = _ALONE.get(item.head.name)
    if translate is not None:
        return translate(item, around)
    return listed_item(item, around, None, ListedReason.UNKNOWN_KIND)


def _is_vaccine(item: Item, around: Surroundings) -> bool:
    """In a message about vaccinations, or coded as one: other administrations are medicines."""
    return around.message.kind[0] == "VXU" or item.head.first(5).text(3) == "CVX"
