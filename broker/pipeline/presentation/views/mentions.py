"""Who is named by an item: by a reference to another, or in words alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from broker.domain.item_words import Tree
from broker.pipeline.presentation.views.shapes import word, words

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


# A participant's part stands beside who it is: Encounter.participant.type, CareTeam.participant.role.
_NO_PART = frozenset({"actor", "individual", "party"})
_PARTS = ("type", "role", "function")


def named_in(tree: Tree) -> Iterator[tuple[str, str, str]]:
    """(role, reference, display) of everyone whom an item names, wherever in it that stands. The role is the
    source's own words where it gives any, else what R4 calls the member.
    """
    yield from _walk(tree, "", "")


def _walk(value: Any, member: str, part: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, list):
        for one in value:
            yield from _walk(one, member, part)
    elif isinstance(value, dict):
        reference, display = word(value.get("reference")), word(value.get("display"))
        if member in WHO and (reference or display):
            yield part or _in_words(member), reference, display
        own = _part(value) if member else ""
        for name, inner in value.items():
            if isinstance(inner, (dict, list)) and name not in {"meta", "text", "extension"}:
                yield from _walk(inner, name, own)


def _part(value: Tree) -> str:
    """Of a part of an item, never of the whole: what kind of visit it was is nobody's role."""
    return next(filter(None, (words(value.get(name)) for name in _PARTS)), "")


def _in_words(member: str) -> str:
    """`serviceProvider` as people write it; some of R4's names say no more than that somebody took part."""
    if member in _NO_PART:
        return "participant"
    return "".join(f" {sign.lower()}" if sign.isupper() else sign for sign in member)
