"""Prescriptions whose Medication did not come along, into one more question for exactly those.

A server may ignore `_include` and say nothing. What is left then is a prescription without its drug.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable

import msgspec

from broker.domain.query import PartnerAsk
from broker.ports.connector import Entry, Pause
from connectors.fhir_r4.manner import Manner
from connectors.fhir_r4.paging import Search
from connectors.fhir_r4.questions import MEDICATION, REFERS_TO_MEDICATION, medications, types_wanted

_IDS_AT_ONCE = 50
_READ_BETWEEN_PAUSES = 500
# The server's own; a whole address may be another server's, where the same id is another drug.
_OWN = re.compile(r"Medication/([A-Za-z0-9._-]{1,64})(?:/_history/.*)?", re.ASCII)


class _Reference(msgspec.Struct, gc=False):
    reference: str = ""


class _Prescription(msgspec.Struct, gc=False):
    resourceType: str = ""  # noqa: N815 - FHIR's own name
    id: str = ""
    medicationReference: _Reference | None = None  # noqa: N815 - as above


_PRESCRIPTION = msgspec.json.Decoder(_Prescription)


class Medications:
    """What the prescriptions of one ask name and what has come, by the server's own ids."""

    def __init__(self, ask: PartnerAsk) -> None:
        """Where no prescription may be shown, none is followed."""
        self._wanted = not REFERS_TO_MEDICATION.isdisjoint(types_wanted(ask))
        self._named: set[str] = set()
        self._came: set[str] = set()

    def note(self, entries: Iterable[Entry]) -> Generator[Pause, None, None]:
        """Take in what came."""
        read = 0
        for entry in entries if self._wanted else ():
            if b'"medicationReference"' in entry.raw or b'"Medication"' in entry.raw:
                self._note(entry.raw)
                read += 1
                if read % _READ_BETWEEN_PAUSES == 0:
                    yield Pause()

    def _note(self, raw: bytes) -> None:
        try:
            read = _PRESCRIPTION.decode(raw)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return
        if read.resourceType == MEDICATION:
            self._came.add(read.id)
        named = _OWN.fullmatch(read.medicationReference.reference) if read.medicationReference else None
        if named is not None:
            self._named.add(named[1])

    @property
    def are_missing(self) -> bool:
        """Something names a drug that has not come."""
        return not self._named <= self._came

    def searches(self, manner: Manner) -> tuple[Search, ...]:
        """Searches for those that are missing; none where the server is registered without Medications."""
        missing = sorted(self._named - self._came) if MEDICATION in manner.types else []
        chunks = [missing[at : at + _IDS_AT_ONCE] for at in range(0, len(missing), _IDS_AT_ONCE)]
        return tuple(Search(medications(chunk, manner)) for chunk in chunks)
