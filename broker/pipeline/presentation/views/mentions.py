"""Who is named by an item: by a reference to another, or in words alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from broker.domain.item_words import Tree
from broker.pipeline.presentation.views.shapes import word

# R4 4.0.1: the members by which clinical resources name who did, does or is responsible for something.
WHO = frozenset(
    {
        *("actor", "asserter", "author", "attester", "authenticator", "careManager", "custodian"),
        *("enterer", "generalPractitioner", "individual", "informationSource", "interpreter"),
        *("managingOrganization", "managingEntity", "manufacturer", "member", "onBehalfOf", "organization"),
        *("owner", "party", "performer", "practitioner", "provider", "recipient", "recorder"),
        *("requester", "responsibleParty", "resultsInterpreter", "serviceProvider", "source", "team"),
        *("assembler", "contributor", "healthcareService", "intendedPerformer", "receiver", "sender"),
    }
)


def named_in(tree: Tree) -> Iterator[tuple[str, str, str]]:
    """(member, reference, display) of everyone whom an item names, wherever in it that stands."""
    yield from _walk(tree, "")


def _walk(value: Any, member: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, list):
        for one in value:
            yield from _walk(one, member)
    elif isinstance(value, dict):
        reference, display = word(value.get("reference")), word(value.get("display"))
        if member in WHO and (reference or display):
            yield member, reference, display
        for name, inner in value.items():
            if isinstance(inner, (dict, list)) and name not in {"meta", "text", "extension"}:
                yield from _walk(inner, name)
