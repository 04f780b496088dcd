"""What of each kind of resource is compared before two items are called likely duplicates.

The rules are this table and nothing else. Names are elements of FHIR R4 (4.0.1); `x[x]` is every choice of
type, a dot leads inside, `else` begins what is compared only where nothing before it is there, and `+` joins
what says one thing together. `extension` with a word is the extension whose address has that word.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


class WithinOne(enum.StrEnum):
    """When two items of one source can be one thing said twice, though nothing but their likeness says so."""

    ALWAYS = "always"
    AT_ONE_MOMENT = "at one moment"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupingRule:
    """One kind. Items are alike where all of it holds; one identifier alone makes them one thing.

    `code`: what it is, by the first of these that says it. `date`: when, the first that is there, at its own
    precision. `state`, `value`, `dose` and `same` are equal, absence among them. `apart`: where both say it,
    it is equal. `wording`: the same, and one of it must be said; under one identifier it is free.
    `undated`: two without a date can be alike. `moment`: a day is not enough. `identifier_of`: what its
    business identifier names. `likens` is False where only an identifier groups.
    """

    kind: str
    code: str
    date: str
    state: str = "status"
    value: str = ""
    dose: str = ""
    same: str = ""
    apart: str = ""
    wording: str = ""
    within_one: WithinOne = WithinOne.AT_ONE_MOMENT
    undated: bool = False
    moment: bool = False
    identifier_of: str = "the item"
    likens: bool = True


OF_THE_ITEM, OF_SEVERAL = "the item", "the item, or the request or sample of several"
_STANDS = "clinicalStatus, verificationStatus"

RULES = (
    GroupingRule(
        kind="AllergyIntolerance",
        code="code",
        date="onsetDateTime, recordedDate",
        state=_STANDS,
        apart="criticality, reaction, onsetAge, onsetPeriod, onsetRange, onsetString",
        within_one=WithinOne.ALWAYS,
        undated=True,
    ),
    GroupingRule(
        kind="Condition",
        code="code",
        date="onsetDateTime, recordedDate",
        state=_STANDS,
        apart="bodySite, severity, stage, abatement[x], onsetAge, onsetPeriod, onsetRange, onsetString",
        within_one=WithinOne.ALWAYS,
        undated=True,
    ),
    GroupingRule(
        kind="MedicationRequest",
        code="medicationCodeableConcept, medicationReference",
        date="authoredOn",
        dose="dosageInstruction",
        same="intent, doNotPerform",
        apart="dispenseRequest, courseOfTherapyType",
    ),
    GroupingRule(
        kind="MedicationStatement",
        code="medicationCodeableConcept, medicationReference",
        date="effectiveDateTime, effectivePeriod",
        dose="dosage",
        apart="statusReason",
        undated=True,
    ),
    GroupingRule(
        kind="MedicationDispense",
        code="medicationCodeableConcept, medicationReference",
        date="whenHandedOver, whenPrepared",
        dose="dosageInstruction",
        apart="quantity, daysSupply",
    ),
    GroupingRule(
        kind="MedicationAdministration",
        code="medicationCodeableConcept, medicationReference",
        date="effectiveDateTime, effectivePeriod",
        dose="dosage",
        apart="statusReason",
    ),
    GroupingRule(
        kind="Immunization",
        code="vaccineCode + extension VaccinationProcedure",
        date="occurrenceDateTime",
        apart="doseQuantity, protocolApplied, lotNumber, site, route, statusReason, isSubpotent",
    ),
    GroupingRule(
        kind="Observation",
        code="code",
        date="effectiveDateTime, effectivePeriod",
        value="value[x], component, dataAbsentReason, else words of note",
        apart="bodySite, method",
        within_one=WithinOne.ALWAYS,
        identifier_of=OF_SEVERAL,
    ),
    GroupingRule(
        kind="DiagnosticReport",
        code="code",
        date="effectiveDateTime, effectivePeriod, issued",
        value="conclusion, conclusionCode",
        within_one=WithinOne.NEVER,
        identifier_of=OF_SEVERAL,
    ),
    GroupingRule(
        kind="ImagingStudy",
        code="procedureCode",
        date="started",
        apart="modality, description, numberOfSeries, numberOfInstances",
        within_one=WithinOne.NEVER,
        identifier_of=OF_SEVERAL,
    ),
    GroupingRule(
        kind="Procedure",
        code="code",
        date="performedDateTime, performedPeriod",
        apart="bodySite, outcome, statusReason, performedString, performedAge, performedRange",
    ),
    GroupingRule(
        kind="Encounter",
        code="type",
        date="period",
        apart="class, serviceType, reasonCode",
        moment=True,
    ),
    GroupingRule(
        kind="Appointment",
        code="serviceType, appointmentType, description",
        date="start",
        apart="end, specialty, reasonCode",
        moment=True,
    ),
    GroupingRule(
        kind="ServiceRequest",
        code="code, orderDetail, reasonCode",
        date="authoredOn",
        same="intent, doNotPerform",
        apart="occurrence[x], bodySite, priority, quantity[x], reasonCode",
        identifier_of=OF_SEVERAL,
    ),
    GroupingRule(
        kind="CarePlan",
        code="title, category",
        date="period, created",
        same="intent",
        apart="description, activity",
        within_one=WithinOne.NEVER,
    ),
    GroupingRule(
        kind="Flag", code="code", date="period", within_one=WithinOne.ALWAYS, undated=True, apart="category"
    ),
    GroupingRule(
        kind="Goal",
        code="description",
        date="startDate",
        state="lifecycleStatus, achievementStatus",
        apart="target",
        within_one=WithinOne.NEVER,
    ),
    GroupingRule(
        kind="DocumentReference",
        code="type",
        date="content.attachment.creation, date",
        state="status, docStatus",
        apart="context.period",
        wording="author, description, content.attachment.title",
    ),
    GroupingRule(kind="Composition", code="type", date="date", apart="title", within_one=WithinOne.NEVER),
)
# Every kind that is not spoken of: one business identifier groups it, likeness never does.
OTHERWISE = GroupingRule(
    kind="any other",
    code="code, type",
    date="date, period, authoredOn",
    likens=False,
    within_one=WithinOne.NEVER,
)
# Who and where, what lends another item its name, and what holds items together: no facts to be grouped.
UNGROUPED = frozenset(
    {
        "Patient",
        "RelatedPerson",
        "Practitioner",
        "PractitionerRole",
        "Organization",
        "Location",
        "HealthcareService",
        "Device",
        "Medication",
        "List",
        "DetectedIssue",
    }
)
BY_KIND: Mapping[str, GroupingRule] = MappingProxyType({rule.kind: rule for rule in RULES})
# GP Connect fixes this verification status on every allergy: it says nothing (Structured 1.6.2).
SAYS_NOTHING = frozenset({"unconfirmed"})
