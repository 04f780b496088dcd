"""One resource as a partner sent it: its own bytes, and the thin header that deciding needs.

The header is decoded with msgspec straight from the bytes; everything that it does not name stays
untouched in `raw`. Struct fields keep FHIR's own names (R4 4.0.1), because they *are* the wire names.
"""

from __future__ import annotations

import msgspec

from broker.domain.category import Category

# A member that is not there: msgspec cannot decode an optional Raw, so absence is this very object.
ABSENT = msgspec.Raw()


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
    source: str | None = None
    tag: msgspec.Raw = ABSENT


class Header(msgspec.Struct, gc=False, frozen=True):
    """The members that screening, matching and grouping need, over every R4 type. Absent is None."""

    resourceType: str
    id: str | None = None
    meta: Meta | None = None
    identifier: WireIdentifier | list[WireIdentifier] | None = None
    status: CodeableConcept | str | None = None
    clinicalStatus: CodeableConcept | str | None = None
    verificationStatus: CodeableConcept | str | None = None
    category: CodeableConcept | list[CodeableConcept | str] | str | None = None
    code: CodeableConcept | list[CodeableConcept] | str | None = None
    type: CodeableConcept | list[CodeableConcept] | str | None = None
    vaccineCode: CodeableConcept | None = None
    medicationCodeableConcept: CodeableConcept | None = None
    medicationReference: Reference | None = None
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
    doNotPerform: bool = False
    contained: list[msgspec.Raw] | None = None
    text: msgspec.Raw = ABSENT
    valueQuantity: Quantity | None = None
    valueString: str | None = None
    valueCodeableConcept: CodeableConcept | None = None


class Resource(msgspec.Struct, frozen=True, gc=False):
    """A readable resource from one partner. `raw` is exactly what that partner wrote.

    `local_reference` is `Type/id`, as the partner's own references name it. A Struct without collector
    tracking, because a record makes thousands of them.
    """

    partner_id: str
    header: Header
    category: Category
    raw: bytes
    local_reference: str
    full_url: str | None = None

    def __repr__(self) -> str:
        """Type and partner only: nothing of the person reaches a log or a traceback."""
        return f"Resource({self.partner_id}, {self.header.resourceType})"
