"""An allergy beside a statement that none of its sort is known, wherever the two are said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from broker.domain.resource import ABSENT, Resource, codes_in
from broker.domain.view import Contradiction
from broker.pipeline.merging.candidates import Sides
from broker.pipeline.merging.clash_table import (
    ALLERGY_LISTS,
    ANY,
    DENIALS,
    DENIED,
    NIL_KNOWN,
    OVER,
    REFUTED,
    TAKEN_BACK,
)
from broker.pipeline.merging.content import Contents

_NOT_STANDING = OVER | {REFUTED, TAKEN_BACK}


def denials(found: Sides, items: Sequence[Resource], contents: Contents) -> list[Contradiction]:
    """One contradiction of all that are in it; an allergy that no denial speaks of is not."""
    standing = [index for index in found.allergies if _NOT_STANDING.isdisjoint(contents.of(index).state)]
    denied = {index: _denies(contents, index) for index in standing}
    denied |= {index: ANY for index in found.allergy_lists if _is_nil_known(items[index])}
    denying = {index: word for index, word in denied.items() if word}
    if not denying:
        return []
    allergies = [index for index in standing if index not in denying]
    spoken_of = {
        index: [one for one in denying if _speaks_of(denying[one], _categories(items[index]))]
        for index in allergies
    }
    members = {one for index, those in spoken_of.items() if those for one in (index, *those)}
    return [Contradiction(tuple(sorted(members)), "allergy-and-none-known")] if members else []


def _denies(contents: Contents, index: int) -> str:
    return next((DENIALS[name] for name in contents.of(index).said.names if name in DENIALS), "")


def _speaks_of(denied: str, categories: frozenset[str]) -> bool:
    """An allergy that does not say of what sort it is could be of any."""
    return denied == ANY or not categories or not categories.isdisjoint(DENIED[denied])


def _categories(item: Resource) -> frozenset[str]:
    """AllergyIntolerance.category: a list of codes."""
    if item.header.category is ABSENT:
        return frozenset()
    given: Any = msgspec.json.decode(item.header.category)
    return frozenset(one for one in given if isinstance(one, str)) if isinstance(given, list) else frozenset()


class _EmptyList(msgspec.Struct, gc=False, rename="camel"):
    code: msgspec.Raw = ABSENT
    empty_reason: msgspec.Raw = ABSENT


_LIST = msgspec.json.Decoder(_EmptyList)


def _is_nil_known(item: Resource) -> bool:
    """A list of allergies that is empty because none is known: not one of which nothing is recorded."""
    told = _LIST.decode(item.raw)
    if told.empty_reason is ABSENT or told.code is ABSENT:
        return False
    listed = {code for _, code in ALLERGY_LISTS}
    codes, reasons = codes_in(bytes(told.code)) or (), codes_in(bytes(told.empty_reason)) or ()
    return not listed.isdisjoint(codes) and NIL_KNOWN in reasons
