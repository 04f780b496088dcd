"""A time into a member that R4 wants to the second with its zone, and what stands there when it is not."""

from __future__ import annotations

from connectors.openehr.shapes import text
from connectors.openehr.values import date_of
from connectors.r4 import Tree, as_given, is_instant

# An element that holds no value because nobody said it.
NOT_KNOWN: Tree = {
    "extension": [
        {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}
    ]
}


def instant(member: str, value: Tree) -> Tree:
    """The member of a time; whatever is less exact stands as given beside the gap."""
    given = text(value, "value")
    if not given:
        return {}
    if is_about(value):
        return {f"_{member}": {"extension": [as_given(value)]}}
    spelt, as_it_stands = date_of(given)
    if not is_instant(spelt):
        return {f"_{member}": {"extension": [as_given(given)]}}
    beside = {f"_{member}": {"extension": [as_given(as_it_stands)]}} if as_it_stands else {}
    return {member: spelt, **beside}


def is_about(value: Tree) -> bool:
    """Before, after or about that day is not that day."""
    return value.get("magnitude_status") not in {None, "="}
