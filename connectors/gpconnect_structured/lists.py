"""The lists of a structured record into what they say of it: what is missing, and what is left out.

The primary lists are the practice's word for each area. Only a list that is there says anything, and an
empty one only with the reason that nothing is recorded.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence

import msgspec

from broker.domain.outcome import Cause
from broker.domain.references import plain_name
from broker.ports.connector import Pause
from connectors.gpconnect.areas import NO_CONTENT_RECORDED, Area

_RESOURCES_BETWEEN_PAUSES = 1_000
_MAY_BE_LIST = b'"List"'
_BY_WARNING: Mapping[str, Cause] = {
    "confidential-items": Cause.CONFIDENTIAL_ITEMS,
    "data-in-transit": Cause.DATA_IN_TRANSIT,
    "data-awaiting-filing": Cause.DATA_AWAITING_FILING,
}


class _Coding(msgspec.Struct, gc=False):
    code: str | None = None


class _Concept(msgspec.Struct, gc=False):
    coding: list[_Coding] = []

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(coding.code for coding in self.coding if coding.code)


class _Named(msgspec.Struct, gc=False):
    resourceType: str = ""  # noqa: N815 - FHIR's own name
    id: str = ""


class _Item(msgspec.Struct, gc=False):
    reference: str = ""


class _Entry(msgspec.Struct, gc=False):
    item: _Item | None = None

    @property
    def names(self) -> str:
        """What it holds, by the name that it has in the answer; `#id` for what stands in the list itself."""
        reference = self.item.reference if self.item else ""
        return plain_name(reference) or reference


class _List(msgspec.Struct, gc=False):
    resourceType: str = ""  # noqa: N815 - FHIR's own name
    code: _Concept | None = None
    contained: list[_Named] = []
    entry: list[_Entry] = []
    emptyReason: _Concept | None = None  # noqa: N815 - FHIR's own name

    @property
    def says_why_it_is_empty(self) -> bool:
        return self.emptyReason is not None and NO_CONTENT_RECORDED in self.emptyReason.codes


_LIST = msgspec.json.Decoder(_List)
_NAMED = msgspec.json.Decoder(_Named)


def doubts_of_lists(
    raws: Sequence[bytes], areas: Iterable[Area]
) -> Generator[Pause, None, tuple[Cause, ...]]:
    """An area without its list was not given; an empty list without its reason may have been emptied; what
    a list holds and the answer lacks is missing.
    """
    codes = [code for area in areas for code in area.lists]
    wanted = [code.encode() for code in codes]
    lists: list[_List] = []
    there: set[str] = set()
    for count, raw in enumerate(raws, start=1):
        there.add(_name_of(raw))
        if _MAY_BE_LIST in raw and any(code in raw for code in wanted):
            lists += _read(raw)
        if count % _RESOURCES_BETWEEN_PAUSES == 0:
            yield Pause()
    return tuple(doubt for code in codes for doubt in _doubts_of_one(_of_code(lists, code), there))


def _of_code(lists: Iterable[_List], code: str) -> list[_List]:
    return [one for one in lists if one.code is not None and code in one.code.codes]


def doubts_of_warnings(codes: Iterable[str]) -> Iterator[Cause]:
    """A warning that the guide does not name is a warning still."""
    return (_BY_WARNING.get(code, Cause.PARTNER_WARNING) for code in codes)


def _doubts_of_one(held: Sequence[_List], there: set[str]) -> Iterator[Cause]:
    if not held:
        yield Cause.NOT_OFFERED
    for one in held:
        if not one.entry and not one.says_why_it_is_empty:
            yield Cause.NOT_OFFERED if one.emptyReason else Cause.PARTNER_WARNING
        known = there | {f"#{contained.id}" for contained in one.contained}
        if any(entry.names not in known for entry in one.entry):
            yield Cause.FEWER_THAN_TOTAL


def _name_of(raw: bytes) -> str:
    try:
        named = _NAMED.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return ""
    return f"{named.resourceType}/{named.id}"


def _read(raw: bytes) -> list[_List]:
    """Nothing for any other resource, and for a list whose shape hides what it says."""
    try:
        read = _LIST.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return []
    return [read] if read.resourceType == "List" else []
