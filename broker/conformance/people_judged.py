"""What came for one test person, held against what the list says of them, into findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from broker.conformance.asking import Asked
from broker.conformance.findings import Finding
from broker.conformance.people import Standing
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.registration import PartnerRegistration
from broker.ports.connector import Ending

SLOW_S = 3.0
_PATIENT = "Patient"
_UNSURE = Ending(OutcomeLabel.NOT_AVAILABLE, Cause.NO_PROOF)
_SAYS_UNKNOWN = frozenset({OutcomeLabel.NO_RECORD, OutcomeLabel.NOT_AVAILABLE})


class _Name(msgspec.Struct, gc=False):
    family: str | None = None


class _Person(msgspec.Struct, gc=False):
    name: list[_Name] = []


_PERSON = msgspec.json.Decoder(_Person)


def judge_person(
    asked: Asked, registration: PartnerRegistration, deadline_s: float, *, locates: bool = False
) -> Iterator[Finding]:
    """Every finding about one question, in the order of the steps. A partner that `locates` keeps pointers
    and no people: of somebody unknown it can only say that there are none.
    """
    yield from _ending(asked)
    if asked.normalised.quarantined and asked.ending.label is not OutcomeLabel.IDENTITY_MISMATCH:
        yield Finding("foreign-items", times=asked.normalised.quarantined)
    if asked.normalised.unreadable:
        yield Finding("unreadable", times=asked.normalised.unreadable)
    yield from _speed(asked, deadline_s)
    if asked.person.standing is Standing.KNOWN:
        yield from _known(asked, registration)
    elif asked.person.standing is Standing.EMPTY:
        yield from _empty(asked)
    else:
        yield from _unknown(asked, locates=locates)


def _ending(asked: Asked) -> Iterator[Finding]:
    """The way in which the answer ended, where it did not end well for its own sake."""
    cause = asked.ending.cause
    if asked.person.standing is Standing.UNKNOWN and asked.ending == _UNSURE:
        return  # a partner that cannot search by number says rightly that it cannot be sure
    if cause is not Cause.NONE and cause is not Cause.UNREADABLE_ENTRIES:
        yield Finding(f"answer-{cause}", f"a person who is {asked.person.standing} there")


def _speed(asked: Asked, deadline_s: float) -> Iterator[Finding]:
    if asked.slowest_s >= deadline_s:
        yield Finding("too-slow")
    elif asked.slowest_s >= SLOW_S:
        yield Finding("slow")


def _known(asked: Asked, registration: PartnerRegistration) -> Iterator[Finding]:
    if asked.ending.label in _SAYS_UNKNOWN:
        yield Finding("known-not-found")
        return
    if asked.ending.label not in {OutcomeLabel.COMPLETE, OutcomeLabel.PARTIAL}:
        return
    counted = Counter(item.category for item in asked.items)
    for category, least in asked.person.holds.items():
        if counted[category] < least:
            yield Finding("fewer-than-listed", str(category))
    for category in sorted(counted.keys() - registration.supplies):
        if any(item.category is category and item.header.resourceType != _PATIENT for item in asked.items):
            yield Finding("not-supplied", str(category), counted[category])
    yield from _demographics(asked)
    if asked.person.sensitive and not _is_labelled(asked):
        yield Finding("label-missing")


def _is_labelled(asked: Asked) -> bool:
    metas = (item.header.meta for item in asked.items if item.header.resourceType != _PATIENT)
    return any(meta.security for meta in metas if meta)


def _demographics(asked: Asked) -> Iterator[Finding]:
    for patient in (item for item in asked.items if item.header.resourceType == _PATIENT):
        if patient.header.birthDate is None:
            yield Finding("birth-date-missing")
        families = {name.family.casefold() for name in _names(patient.raw) if name.family}
        wanted = asked.person.identity.family.casefold()
        if wanted and families and wanted not in families:
            yield Finding("name-differs")


def _names(raw: bytes) -> list[_Name]:
    try:
        return _PERSON.decode(raw).name
    except msgspec.DecodeError:
        return []  # a name of another shape is found by the structure check


def _empty(asked: Asked) -> Iterator[Finding]:
    if asked.ending.label is not OutcomeLabel.COMPLETE:
        yield Finding("empty-not-whole", str(asked.ending.label))
    items = sum(1 for item in asked.items if item.header.resourceType != _PATIENT)
    if items:
        yield Finding("empty-has-items", times=items)


def _unknown(asked: Asked, *, locates: bool) -> Iterator[Finding]:
    told = _SAYS_UNKNOWN | ({OutcomeLabel.COMPLETE} if locates else set())
    if asked.items or asked.ending.label is OutcomeLabel.IDENTITY_MISMATCH:
        yield Finding("unknown-found")
    elif asked.ending.label not in told:
        yield Finding("unknown-not-told", str(asked.ending.label))
