"""The partner's own Patients to every way in which its resources may mean the person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from broker.domain.identity import NHS_NUMBER_SYSTEM
from broker.domain.resource import Header, Reference, Resource, identifiers_of


@dataclass(frozen=True, slots=True)
class Person:
    """Made from Patients that are proved already. `own_name` is `Patient/<id>` of the first; "" of none."""

    own_name: str = field(repr=False, default="")
    names: frozenset[str] = field(repr=False, default=frozenset())
    numbers: frozenset[str] = field(repr=False, default=frozenset())
    birth_dates: frozenset[str] = field(repr=False, default=frozenset())

    @classmethod
    def of(cls, patients: Iterable[Resource]) -> Person:
        """What the Patients of one partner's answer say."""
        known = list(patients)
        urls = {patient.full_url for patient in known if patient.full_url}
        return cls(
            own_name=known[0].local_reference if known else "",
            names=frozenset(urls | {patient.local_reference for patient in known}),
            numbers=frozenset().union(*(_numbers(patient.header) for patient in known)),
            birth_dates=frozenset(
                patient.header.birthDate for patient in known if patient.header.birthDate is not None
            ),
        )

    def is_named(self, reference: str) -> bool:
        """True when a reference is the person's own Patient; on another server the same id is another."""
        return reference.partition("/_history/")[0] in self.names

    def is_meant(self, reference: Reference) -> bool:
        """True when nothing in a reference could mean somebody else, and something means the person."""
        identifier = reference.identifier
        numbered = identifier is not None and identifier.system == NHS_NUMBER_SYSTEM
        if numbered and identifier is not None and _digits(identifier.value) not in self.numbers:
            return False
        return self.is_named(reference.reference) if reference.reference is not None else numbered

    def is_described(self, header: Header) -> bool:
        """True for a Patient with the person's number and no other, and no other birth date."""
        found = _numbers(header)
        return bool(found) and found <= self.numbers and self._may_be_born(header.birthDate)

    def _may_be_born(self, birth_date: str | None) -> bool:
        return birth_date is None or not self.birth_dates or birth_date in self.birth_dates


def _numbers(header: Header) -> frozenset[str]:
    return frozenset(
        _digits(identifier.value)
        for identifier in identifiers_of(header)
        if identifier.system == NHS_NUMBER_SYSTEM
    )


def _digits(value: str | None) -> str:
    return (value or "").replace(" ", "").replace("-", "")
