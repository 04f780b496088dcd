"""One resource as a partner sent it: its own bytes, and the thin header that deciding needs.

The header is decoded with msgspec straight from the bytes; everything that it does not name stays
untouched in `raw`. Struct fields keep FHIR's own names (R4 4.0.1), because they *are* the wire names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from broker.domain.category import DECIDED_BY_CODE, FRAME_TYPES, Category
from broker.domain.identity import NHS_NUMBER_SYSTEM

# A member that is not there: msgspec cannot decode an optional Raw, so absence is this very object.
ABSENT = msgspec.Raw()


# Appointment.participant.actor may be any of these besides a Patient (FHIR R4 4.0.1).
_OTHER_ACTOR = re.compile(
    r"(?:^|/)(?:Practitioner|PractitionerRole|RelatedPerson|Device|HealthcareService|Location)/[^/]+(?:/_history/|$)"
)


class Coding(msgspec.Struct, gc=False, frozen=True):
    """FHIR Coding: the two members that identify it, and the words for a reader."""

    system: str | None = None
    code: str | None = None
    display: str | None = None


class CodeableConcept(msgspec.Struct, gc=False, frozen=True):
    """FHIR CodeableConcept."""

    coding: tuple[Coding, ...] = ()
    text: str | None = None


class WireIdentifier(msgspec.Struct, gc=False, frozen=True):
    """FHIR Identifier."""

    system: str | None = None
    value: str | None = None


class Reference(msgspec.Struct, gc=False, frozen=True):
    """FHIR Reference."""

    reference: str | None = None
    identifier: WireIdentifier | None = None
    type: str | None = None


class Participant(msgspec.Struct, gc=False, frozen=True):
    """Appointment.participant: the patient is one of its actors."""

    actor: Reference | None = None


class Quantity(msgspec.Struct, gc=False, frozen=True):
    """FHIR Quantity; `value` keeps the partner's own characters."""

    value: msgspec.Raw = ABSENT
    comparator: str | None = None
    unit: str | None = None
    code: str | None = None


class Period(msgspec.Struct, gc=False, frozen=True):
    """FHIR Period."""

    start: str | None = None
    end: str | None = None


class Meta(msgspec.Struct, gc=False, frozen=True):
    """FHIR Meta."""

    versionId: str | None = None
    lastUpdated: str | None = None
    security: tuple[Coding, ...] = ()
    source: str | msgspec.UnsetType | None = msgspec.UNSET
    tag: list[msgspec.Raw] | msgspec.UnsetType | None = msgspec.UNSET


class Header(msgspec.Struct, gc=False, frozen=True):
    """The members that screening, matching and grouping need, over every R4 type. Absent is None."""

    resourceType: str
    id: str | None = None
    # Set apart from a `null`, which stands in the bytes and would be read beside what we add.
    meta: Meta | msgspec.UnsetType | None = msgspec.UNSET
    identifier: WireIdentifier | list[WireIdentifier] | None = None
    # DocumentReference alone: the document's own, beside those of its entry.
    masterIdentifier: WireIdentifier | None = None
    status: CodeableConcept | str | None = None
    clinicalStatus: CodeableConcept | str | None = None
    verificationStatus: CodeableConcept | str | None = None
    # Decoded only where somebody looks: a record repeats a few of these a thousand times.
    category: msgspec.Raw = ABSENT
    code: msgspec.Raw = ABSENT
    vaccineCode: msgspec.Raw = ABSENT
    medicationCodeableConcept: msgspec.Raw = ABSENT
    securityLabel: msgspec.Raw = ABSENT
    confidentiality: msgspec.Raw = ABSENT
    subject: Reference | list[Reference] | None = None
    patient: Reference | list[Reference] | None = None
    beneficiary: Reference | None = None
    # Task.for; Python cannot name a field `for`.
    for_: Reference | None = msgspec.field(name="for", default=None)
    participant: list[Participant] | None = None
    effectiveDateTime: str | None = None
    effectivePeriod: Period | None = None
    occurrenceDateTime: str | None = None
    performedDateTime: str | None = None
    performedPeriod: Period | None = None
    onsetDateTime: str | None = None
    recordedDate: str | None = None
    authoredOn: str | None = None
    issued: str | None = None
    date: str | None = None
    start: str | None = None
    created: str | None = None
    period: Period | None = None
    birthDate: str | None = None
    contained: list[msgspec.Raw] | None = None
    text: msgspec.Raw = ABSENT
    valueQuantity: msgspec.Raw = ABSENT
    valueString: msgspec.Raw = ABSENT
    valueCodeableConcept: msgspec.Raw = ABSENT


_CONCEPT = msgspec.json.Decoder(CodeableConcept)
_CONCEPTS = msgspec.json.Decoder(CodeableConcept | list[CodeableConcept | str] | str | None)
_LABELS = msgspec.json.Decoder(list[CodeableConcept])
_WORD = msgspec.json.Decoder(str)
_QUANTITY = msgspec.json.Decoder(Quantity)

# Composition.confidentiality is a code of this system and does not name it (R4 4.0.1).
CONFIDENTIALITY_SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"


def concept_in(raw: bytes) -> CodeableConcept | None:
    """A CodeableConcept; None when it is none. An unusual shape says nothing; it is still carried."""
    try:
        return _CONCEPT.decode(raw)
    except msgspec.DecodeError:
        return None


def is_readable_concept(raw: bytes) -> bool:
    """Whether one or several CodeableConcepts have the shape that `codes_in` can read."""
    try:
        _CONCEPTS.decode(raw)
    except msgspec.DecodeError:
        return False
    return True


def codes_in(raw: bytes) -> tuple[str, ...] | None:
    """Every code of one or several CodeableConcepts; None when the shape hides what they are."""
    try:
        found = _CONCEPTS.decode(raw)
    except msgspec.DecodeError:
        return None
    concepts = found if isinstance(found, list) else [found]
    return tuple(
        coding.code
        for concept in concepts
        if isinstance(concept, CodeableConcept)
        for coding in concept.coding
        if coding.code
    )


def labels_of(header: Header) -> tuple[tuple[str, str], ...] | None:
    """Every security label that the resource bears, by system and code; None when one cannot be read.

    R4 4.0.1: Resource.meta.security, DocumentReference.securityLabel, Composition.confidentiality.
    """
    codings = header.meta.security if isinstance(header.meta, Meta) else ()
    labels = [(one.system or "", one.code or "") for one in codings]
    try:
        if header.securityLabel:
            for concept in _LABELS.decode(header.securityLabel):
                labels += [(one.system or "", one.code or "") for one in concept.coding or (Coding(),)]
        if header.confidentiality:
            labels.append((CONFIDENTIALITY_SYSTEM, _WORD.decode(header.confidentiality)))
    except msgspec.DecodeError:
        return None
    return tuple(labels)


def telling_element(header: Header) -> bytes:
    """The element that tells a resource's category, as written; empty when it is not there."""
    telling = header.code if header.resourceType in DECIDED_BY_CODE else header.category
    return b"" if telling is ABSENT else bytes(telling)


def identifiers_of(header: Header) -> tuple[WireIdentifier, ...]:
    """The resource's own identifiers, whichever shape its type gives them; an absent part is None."""
    if header.identifier is None:
        return ()
    return tuple(header.identifier) if isinstance(header.identifier, list) else (header.identifier,)


def subjects_of(header: Header) -> Iterator[Reference]:
    """Every reference by which a resource says whom it is about, an appointment's actors among them."""
    for subject in (header.subject, header.patient):
        if isinstance(subject, list):
            yield from subject
        elif subject is not None:
            yield subject
    for reference in (header.beneficiary, header.for_):
        if reference is not None:
            yield reference
    for participant in header.participant or ():
        if participant.actor is not None and _is_patient(participant.actor):
            yield participant.actor


def _is_patient(actor: Reference) -> bool:
    """An actor may be a person unless it is plainly something else."""
    if actor.identifier is not None and actor.identifier.system == NHS_NUMBER_SYSTEM:
        return True
    if actor.reference is None:
        return actor.type == "Patient"
    return _OTHER_ACTOR.search(actor.reference) is None


def quantity_in(raw: bytes) -> Quantity | None:
    """A Quantity with its number as written; None when it is none."""
    try:
        return _QUANTITY.decode(raw)
    except msgspec.DecodeError:
        return None


class _Frame(msgspec.Struct, gc=False):
    entry: list[msgspec.Raw] = []


_FRAME = msgspec.json.Decoder(_Frame)


def is_empty_frame(kind: str, raw: bytes) -> bool:
    """A list that holds nothing together. One whose entries cannot be read may hold something."""
    if kind not in FRAME_TYPES:
        return False
    try:
        return not _FRAME.decode(raw).entry
    except msgspec.DecodeError:
        return False


class Resource(msgspec.Struct, frozen=True, gc=False):
    """A readable resource from one partner. `raw` is exactly what that partner wrote.

    Where something had to be cut from what is shown, `raw` is the rest, and `given` what came.
    `local_reference` is `Type/id`, as the partner's own references name it. A Struct without collector
    tracking, because a record makes thousands of them.
    """

    partner_id: str
    header: Header
    category: Category
    raw: bytes
    local_reference: str
    full_url: str | None = None
    given: bytes = b""

    def __repr__(self) -> str:
        """Type and partner only: nothing of the person reaches a log or a traceback."""
        return f"Resource({self.partner_id}, {self.header.resourceType})"
