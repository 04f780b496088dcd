"""Items that were shown to the very versions of them that the server still has (FHIR R4, vread)."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from typing import Any

from broker.domain.json_bytes import UnreadableJson, parse_strict
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import PartnerAsk
from broker.domain.reconstruction import ItemVersion
from broker.ports.connector import (
    Conversation,
    Ending,
    Entry,
    HttpRequest,
    HttpResponse,
    Learned,
    Page,
    Settled,
    Step,
)
from connectors.fhir_r4.lookup import look_up
from connectors.fhir_r4.manner import Manner

_OK, _GONE = 200, frozenset({404, 410})
_AT_ONCE = 4
_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}", re.ASCII)
_ID = re.compile(r"(?!\.\.?$)[A-Za-z0-9._-]{1,64}", re.ASCII)


def versions(ask: PartnerAsk, wanted: Sequence[ItemVersion], manner: Manner) -> Conversation:
    """The Patient that proves whose they are, then each version that is there. What is not is no trouble; any
    other answer is, and makes the whole partial.
    """
    found = yield from look_up(ask, manner)
    if isinstance(found, Ending):
        return found
    yield Learned(found.local)
    yield Page((found.patient, *found.others))
    whole = True
    for few in _few_at_once(tuple(_requests(wanted))):
        whole = (yield from _read(few)) and whole
    whole = whole and all(map(_can_be_named, wanted))
    return Ending(OutcomeLabel.COMPLETE) if whole else Ending(OutcomeLabel.PARTIAL, Cause.STATUS)


def _read(requests: tuple[HttpRequest, ...]) -> Generator[Step, Any, bool]:
    """Whether each of them was answered with a version, or that it is not there."""
    answers: tuple[Settled, ...] = yield requests
    there = [one for one in answers if isinstance(one, HttpResponse) and one.status == _OK]
    if there:
        yield Page(tuple(map(_entry, there)))
    return all(isinstance(one, HttpResponse) and one.status in {_OK, *_GONE} for one in answers)


def _requests(wanted: Sequence[ItemVersion]) -> Iterator[HttpRequest]:
    for one in filter(_can_be_named, wanted):
        path = f"{one.resource_type}/{one.local_id}/_history/{one.version}"
        yield HttpRequest(method="GET", path=path, headers={"Accept": "application/fhir+json"})


def _few_at_once(requests: tuple[HttpRequest, ...]) -> Iterator[tuple[HttpRequest, ...]]:
    return (requests[place : place + _AT_ONCE] for place in range(0, len(requests), _AT_ONCE))


def _can_be_named(one: ItemVersion) -> bool:
    """An id as servers give them: nothing else ever becomes a part of a path."""
    names = _ID.fullmatch(one.local_id) and _ID.fullmatch(one.version)
    return bool(names and _TYPE.fullmatch(one.resource_type))


def _entry(response: HttpResponse) -> Entry:
    raw = response.body.strip()
    try:
        parse_strict(raw)
    except UnreadableJson:
        return Entry(raw=raw, readable=False)
    return Entry(raw=raw)
