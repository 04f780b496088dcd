"""What a resource contains, each judged as if it stood alone: category, scopes, objections, subject."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from broker.domain.category import SUPPORTING_TYPES, Category, category_of
from broker.domain.decision import Decision
from broker.domain.resource import Header, Reference, Resource, codes_in, subjects_of, telling_element
from broker.domain.sensitivity import SensitivityClass
from broker.pipeline.screening.differing import Known
from broker.pipeline.screening.person import Person
from broker.pipeline.screening.seeing import may_be_seen
from broker.pipeline.screening.sensitive import is_hidden

_HEADER = msgspec.json.Decoder(Header)


@dataclass(frozen=True, slots=True)
class Inside:
    """Which contained resources must go, by their place; and which of these are the person's own Patient.

    `differs` is true when such a Patient, that might be seen, says what the index does not; `place_kept`
    when something that must go is of the whereabouts that are kept from this reader.
    """

    removed: frozenset[int] = frozenset()
    person: frozenset[int] = frozenset()
    differs: bool = False
    place_kept: bool = False


NOTHING_REMOVED = Inside()


def judge_contained(holder: Resource, decision: Decision, person: Person, known: Known) -> Inside | None:
    """None when something inside cannot be read: then nobody can say what the holder shows."""
    try:
        inner = [_resource(holder, bytes(raw)) for raw in holder.header.contained or ()]
    except msgspec.DecodeError:
        return None
    patients = frozenset(
        place
        for place, one in enumerate(inner)
        if one.header.resourceType == "Patient" and person.is_described(one.header)
    )
    inside = frozenset(f"#{inner[place].header.id}" for place in patients)
    removed = frozenset(
        place
        for place, one in enumerate(inner)
        if not (_may_stay(one, decision) and (place in patients or _is_about(one.header, person, inside)))
    )
    differing = frozenset(place for place in patients - removed if known.differs(inner[place].raw))
    if not decision.differences_shown:
        removed |= differing
    if not removed and not differing:
        return NOTHING_REMOVED
    kept_place = decision.hidden_classes.only(SensitivityClass.RESTRICTED_LOCATION)
    place_kept = any(is_hidden(inner[place], kept_place) for place in removed)
    return Inside(removed, patients & removed, bool(differing), place_kept)


def _resource(holder: Resource, raw: bytes) -> Resource:
    header = _HEADER.decode(raw)
    telling = telling_element(header)
    codes = codes_in(telling) if telling else ()
    kind = header.resourceType
    category = Category.UNCLASSIFIED if codes is None else category_of(kind, codes)
    return Resource(holder.partner_id, header, category, raw, f"{holder.local_reference}#{header.id}")


def _may_stay(one: Resource, decision: Decision) -> bool:
    """R4 4.0.1, DomainResource dom-2: what is contained contains nothing itself."""
    if one.header.contained is not None:
        return False
    if one.header.resourceType in SUPPORTING_TYPES:
        return not is_hidden(one, decision.hidden_classes)
    return may_be_seen(one, decision)


def _is_about(header: Header, person: Person, inside: frozenset[str]) -> bool:
    """Whoever it is about is the person; one that names nobody is about whom its holder is about."""
    if header.resourceType == "Patient":
        return False
    return all(_means(subject, person, inside) for subject in subjects_of(header))


def _means(subject: Reference, person: Person, inside: frozenset[str]) -> bool:
    if subject.reference in inside:
        return subject.identifier is None or person.is_meant(Reference(None, subject.identifier))
    return person.is_meant(subject)
