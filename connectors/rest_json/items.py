"""One record of a section into the entry that stands for it: translated, listed, or held back."""

from __future__ import annotations

from typing import Any

from broker.domain.category import DECIDED_BY_CODE
from broker.domain.json_bytes import write_tree
from broker.ports.connector import Entry
from connectors.r4 import ListedReason, Tree, listed, stable_id
from connectors.rest_json.mapping import Item, Restricted, Section
from connectors.rest_json.paths import MISSING, look, text_of
from connectors.rest_json.r4_types import TYPES
from connectors.rest_json.translation import Taken, holds, translate

CATEGORY_SYSTEM = "https://watersmeet.example/fhir/CodeSystem/category"
# It is counted, it makes the answer partial, and not a byte of it leaves the connector.
HELD_BACK = Entry(raw=b"", readable=False)


def is_restricted(record: Tree, restricted: Restricted | None) -> bool:
    """Only a word that the mapping lists as open says that a record is not restricted."""
    if restricted is None:
        return False
    steps = restricted.path.steps
    if "[]" in steps:
        return _any_restricted(record, steps, restricted)
    value = look(record, steps, {})[1]
    if value is MISSING or value is None:
        return not restricted.absent_is_open or _is_of_another_shape(record, steps)
    return text_of(value) not in restricted.open


def _is_of_another_shape(record: Any, steps: tuple[str, ...]) -> bool:
    """Something else stands on the way to the flag: that is no absence, and nobody can read it."""
    for step in steps:
        if not isinstance(record, dict):
            return record is not None
        record = record.get(step)
    return False


def _any_restricted(record: Tree, steps: tuple[str, ...], restricted: Restricted) -> bool:
    """One label that is not open restricts, and so does one that cannot be read."""
    mark = steps.index("[]")
    labels = look(record, steps[:mark], {})[1]
    if labels is MISSING or labels is None or labels == []:
        return not restricted.absent_is_open or _is_of_another_shape(record, steps[:mark])
    if not isinstance(labels, list):
        return True
    return any(text_of(look(one, steps[mark + 1 :], {})[1]) not in restricted.open for one in labels)


def reference_to(local_id: str) -> str:
    """How everything here refers to the person of this local id."""
    return f"Patient/{stable_id('person', local_id)}"


def entry_of(record: Any, section: Section, system: str, local_id: str) -> Entry:
    """What stands for one record of `section`, about the person of `local_id`."""
    if not isinstance(record, dict):
        return Entry(raw=write_tree(record), readable=False)
    if is_restricted(record, section.restricted):
        return HELD_BACK
    item = next((one for one in section.items if holds(record, one.when)), None)
    if item is None:
        kind = ListedReason.UNKNOWN_KIND
        return Entry(raw=_listed(record, section, kind, reference_to(local_id)))
    return Entry(raw=_resource(record, section, item, system, local_id))


def _resource(record: Tree, section: Section, item: Item, system: str, local_id: str) -> bytes:
    # What was asked of the record to know its kind is said by the resource's own type.
    taken: Taken = {path.steps for path, _ in item.when}
    # An item that is shown is an open one: its flag has nothing more to say.
    if section.restricted is not None:
        taken.add(section.restricted.path.steps)
    subject = _subject(record, item, local_id, taken)
    own_id = None
    if item.local_id is not None:
        address, value = look(record, item.local_id.steps, {})
        own_id = text_of(value)
        taken.add(address)
    translated = translate(record, item.members, taken)
    if translated.lacks is not None:
        return _listed(record, section, translated.lacks, subject)
    name = own_id if own_id is not None else write_tree(record)
    tree = {
        "resourceType": item.resource_type,
        "id": stable_id(section.name, item.resource_type, name),
        **translated.members,
        TYPES[item.resource_type].about: {"reference": subject},
    }
    if item.coded_as:
        _move(tree, item)
    if own_id is not None:
        own = {"system": f"{system}/{section.name}", "value": own_id}
        tree["identifier"] = [own, *tree.get("identifier", [])]
    return write_tree(tree)


def _move(tree: Tree, item: Item) -> None:
    """Our code goes first: the partner's own must not move the item elsewhere."""
    coding = {"system": CATEGORY_SYSTEM, "code": item.coded_as}
    if item.resource_type in DECIDED_BY_CODE:
        own = tree.get("code", {})
        tree["code"] = {**own, "coding": [coding, *own.get("coding", [])]}
    else:
        tree["category"] = [{"coding": [coding]}, *tree.get("category", [])]


def _subject(record: Tree, item: Item, local_id: str, taken: Taken) -> str:
    """The person, unless the record itself names somebody else, or nobody where it should: then another
    reference, which right-patient checking sets aside.
    """
    if item.person is None:
        return reference_to(local_id)
    address, value = look(record, item.person.steps, {})
    named = text_of(value)
    taken.add(address)
    return reference_to((named or "").removeprefix("Patient/"))


def _listed(record: Tree, section: Section, reason: ListedReason, subject: str) -> bytes:
    return write_tree(listed(section.category, reason, write_tree(record), subject=subject))
