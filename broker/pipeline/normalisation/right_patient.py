"""Is this about the person who was asked for? Any contradiction, and any lack of proof, says no."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from broker.domain.category import SUPPORTING_TYPES
from broker.domain.identity import NHS_NUMBER_SYSTEM, PatientIdentity
from broker.domain.resource import Header, Reference, Resource, identifiers_of, subjects_of

# Types that describe no person; everything else must name its subject.
_WITHOUT_SUBJECT = SUPPORTING_TYPES | {
    "Medication",
    "Substance",
    "Endpoint",
    "Questionnaire",
    "PlanDefinition",
}


class Proof(enum.Enum):
    """What the Patient resources in one answer prove."""

    RIGHT = "right"
    WRONG = "wrong"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class OwnPatient:
    """The right person's own Patients in one answer, and every way in which it may refer to them."""

    proof: Proof
    numbers: frozenset[str] = field(repr=False, default=frozenset())
    references: frozenset[str] = field(repr=False, default=frozenset())
    patients: frozenset[int] = frozenset()

    def proof_of(self, resource: Resource) -> Proof:
        """RIGHT when the resource is provably this person's or describes nobody, WRONG when it names
        somebody else or hides whom, NONE when it names nobody though its kind should.
        """
        header = resource.header
        if header.resourceType == "Patient":
            return Proof.RIGHT if id(resource) in self.patients else Proof.WRONG
        subject = header.subject
        if type(subject) is Reference and subject.reference in self.references and _alone(subject, header):
            return Proof.RIGHT
        found = False
        for reference in subjects_of(header):
            if not self._names_this_person(reference, header):
                return Proof.WRONG
            found = True
        return Proof.RIGHT if found or header.resourceType in _WITHOUT_SUBJECT else Proof.NONE

    def _names_this_person(self, reference: Reference, header: Header) -> bool:
        identifier = reference.identifier
        if identifier is not None and identifier.system == NHS_NUMBER_SYSTEM:
            if _digits(identifier.value) not in self.numbers:
                return False
            if reference.reference is None:
                return True
        target = reference.reference
        if target is None:
            return False
        return target in self.references or self._contained_names_this_person(target, header)

    def _contained_names_this_person(self, target: str, header: Header) -> bool:
        if not target.startswith("#"):
            return target.partition("/_history/")[0] in self.references
        for raw in header.contained or ():
            try:
                inner = msgspec.json.decode(raw, type=Header)
            except msgspec.DecodeError:
                continue  # whom it names cannot be read, so it names nobody
            if inner.id == target[1:] and inner.resourceType == "Patient":
                return _number_of(inner) in self.numbers
        return False


def _alone(subject: Reference, header: Header) -> bool:
    """The usual item: one plain subject, and no other member that could say otherwise."""
    return (
        subject.identifier is None
        and header.patient is None
        and header.participant is None
        and header.for_ is None
        and header.beneficiary is None
    )


def own_patient(
    resources: Iterable[Resource], patient: PatientIdentity, endpoint: str, *, needs_birth_date: bool
) -> OwnPatient:
    """Find the Patients that are provably `patient`: the number agrees, and the birth date does.

    With `needs_birth_date` a Patient without one proves nothing. Where no Patient is right, the answer
    is WRONG when one contradicts and NONE when there is nothing to go by. It is WRONG too when a Patient
    that contradicts goes by a name of the right one: nobody can say whom that name means.
    """
    numbers = frozenset(number.digits for number in patient.numbers)
    found: dict[Proof, list[Resource]] = {proof: [] for proof in Proof}
    for resource in resources:
        if resource.header.resourceType == "Patient":
            verdict = _verdict(
                resource.header, numbers, patient.birth_date, needs_birth_date=needs_birth_date
            )
            found[verdict].append(resource)
    right, wrong = found[Proof.RIGHT], found[Proof.WRONG]
    references = _all_names(right, endpoint)
    if references & _all_names(wrong, endpoint) or (wrong and not right):
        return OwnPatient(Proof.WRONG)
    if not right:
        return OwnPatient(Proof.NONE)
    return OwnPatient(Proof.RIGHT, numbers, references, frozenset(id(resource) for resource in right))


def _all_names(patients: Iterable[Resource], endpoint: str) -> frozenset[str]:
    return frozenset(name for resource in patients for name in _names_of(resource, endpoint))


def _verdict(header: Header, numbers: frozenset[str], birth_date: str, *, needs_birth_date: bool) -> Proof:
    found = _number_of(header)
    if header.birthDate is not None and header.birthDate != birth_date:
        return Proof.WRONG
    if found is None:
        return Proof.NONE
    if found not in numbers:
        return Proof.WRONG
    if needs_birth_date and header.birthDate is None:
        return Proof.NONE
    return Proof.RIGHT


def _number_of(header: Header) -> str | None:
    """The one NHS number of a Patient; two different ones are no number at all, and contradict."""
    found = {
        _digits(identifier.value)
        for identifier in identifiers_of(header)
        if identifier.system == NHS_NUMBER_SYSTEM
    }
    if not found:
        return None
    return found.pop() if len(found) == 1 else "several"


def _digits(value: str | None) -> str:
    return (value or "").replace(" ", "").replace("-", "")


def _names_of(resource: Resource, endpoint: str) -> Iterator[str]:
    if resource.header.id:
        yield resource.local_reference
        yield f"{endpoint}/{resource.local_reference}"
    if resource.full_url:
        yield resource.full_url
