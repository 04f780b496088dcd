"""What a search by NHS number found at a practice, into the one person; or why not.

The guide gives an empty Bundle for anybody who is not an active, regular patient there, and for a
sensitive one. The index names this practice as theirs, so an empty search is "not available", as
PATIENT_NOT_FOUND is, and never "no record": that would let a "none recorded" stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from broker.domain.identity import NHS_NUMBER_SYSTEM, PatientIdentity
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import Ending, Entry

_LOCAL_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)
_ONLY_DOTS = frozenset({".", ".."})
_SPACES = str.maketrans("", "", " -")


class _Identifier(msgspec.Struct, gc=False):
    system: str | None = None
    value: str | None = None


class _Patient(msgspec.Struct, gc=False):
    resourceType: str = ""  # noqa: N815 - FHIR's own name
    id: str = ""
    identifier: list[_Identifier] = []

    @property
    def numbers(self) -> frozenset[str]:
        return frozenset(
            (one.value or "").translate(_SPACES) for one in self.identifier if one.system == NHS_NUMBER_SYSTEM
        )


_PATIENT = msgspec.json.Decoder(_Patient)


@dataclass(frozen=True, slots=True)
class Found:
    """The person at this practice."""

    local_id: str = field(repr=False)
    patient: bytes = field(repr=False)


def only_one(entries: Sequence[Entry], person: PatientIdentity) -> Found | Ending:
    """The Patient that itself holds the number. The first of several is never taken."""
    if not entries:
        return Ending(OutcomeLabel.NOT_AVAILABLE)
    if not all(entry.readable for entry in entries):
        return Ending(OutcomeLabel.INVALID, Cause.MALFORMED)
    numbers = frozenset(number.digits for number in person.numbers | {person.number})
    patients = [(patient, entry.raw) for entry in entries if (patient := _read(entry.raw)) is not None]
    holders = [(patient, raw) for patient, raw in patients if patient.numbers and patient.numbers <= numbers]
    if not holders:
        return Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.WRONG_PATIENT)
    if len({patient.id for patient, _ in holders}) > 1:
        return Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.SEVERAL_MATCHES)
    patient, raw = holders[0]
    if not _LOCAL_ID.fullmatch(patient.id) or patient.id in _ONLY_DOTS:
        return Ending(OutcomeLabel.INVALID, Cause.MALFORMED)
    return Found(patient.id, raw)


def is_patient(raw: bytes) -> bool:
    """True for a Patient, whoever it is."""
    return b'"Patient"' in raw and _read(raw) is not None


def _read(raw: bytes) -> _Patient | None:
    """None for any other resource, and for a Patient whose shape hides who it is."""
    try:
        patient = _PATIENT.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    return patient if patient.resourceType == "Patient" else None
