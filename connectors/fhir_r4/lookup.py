"""An NHS number into the partner's own Patient: exactly one, or a refusal to choose."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from broker.domain.identity import NHS_NUMBER_SYSTEM
from broker.domain.json_bytes import UnreadableJson, parse_strict
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import LocalIdentity, PartnerAsk
from broker.ports.connector import Ending, Entry, Pause, Requests
from connectors.fhir_r4.manner import Manner
from connectors.fhir_r4.outcomes import person_unknown
from connectors.fhir_r4.paging import Budget, Search, next_round
from connectors.fhir_r4.questions import find_patient

# FHIR's id alphabet and the underscore that some servers use; never a path of its own.
_LOCAL_ID = re.compile(r"(?!\.\.?$)[A-Za-z0-9._-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Found:
    """The one Patient, and whatever else the server answered: foreign, and for others to set aside.

    `warned` is True when the server said that its search may not have been whole.
    """

    local: LocalIdentity
    patient: Entry
    others: tuple[Entry, ...] = field(default=(), repr=False)
    warned: bool = False


def look_up(ask: PartnerAsk, manner: Manner) -> Generator[Requests | Pause, Any, Found | Ending]:
    """Find the person there. An Ending says why not: unknown, several, someone else, or no answer.

    A server that ignores the parameter answers with everybody: only a Patient that itself holds the
    number counts, and the first of several is never taken.
    """
    search, budget = Search(find_patient(ask, manner)), Budget.of(ask.limits)
    entries: list[Entry] = []
    while search.label is None:
        entries += yield from next_round((search,), budget, manner)
    if search.first is not None and person_unknown(search.first):
        return Ending(OutcomeLabel.NO_RECORD)
    if search.failed:
        return Ending(*search.refusal)
    if search.cause not in {Cause.NONE, Cause.PARTNER_WARNING}:
        # An answer that is not whole may lack the second match, so what it holds proves nobody.
        return Ending(OutcomeLabel.INVALID, search.cause)
    found = _only_one(entries, {number.digits for number in ask.patient.numbers | {ask.patient.number}})
    return found if search.cause is Cause.NONE else _warned(found)


def _warned(found: Found | Ending) -> Found | Ending:
    """A partner that doubts its own search may hold what it did not find."""
    if isinstance(found, Found):
        return replace(found, warned=True)
    if found.label is OutcomeLabel.NO_RECORD:
        return Ending(OutcomeLabel.NOT_AVAILABLE, Cause.PARTNER_WARNING)
    return found


def _only_one(entries: list[Entry], digits: set[str]) -> Found | Ending:
    if not entries:
        return Ending(OutcomeLabel.NO_RECORD)
    holders = {entry: local_id for entry in entries if (local_id := _id_of_holder(entry, digits)) is not None}
    if len(set(holders.values())) > 1:
        return Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.SEVERAL_MATCHES)
    if not holders:
        return _nobody(entries)
    patient, local_id = next(iter(holders.items()))
    if not _LOCAL_ID.fullmatch(local_id):
        return Ending(OutcomeLabel.INVALID, Cause.MALFORMED)
    local = LocalIdentity(local_id=local_id, patient=patient.raw)
    return Found(local, patient, tuple(entry for entry in entries if entry is not patient))


def _nobody(entries: list[Entry]) -> Ending:
    if not all(entry.readable for entry in entries):
        return Ending(OutcomeLabel.INVALID, Cause.MALFORMED)
    return Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.WRONG_PATIENT)


def _id_of_holder(entry: Entry, digits: set[str]) -> str | None:
    """The Patient's id when its identifiers hold one of the numbers; None for anything else."""
    try:
        patient = parse_strict(entry.raw) if entry.readable else None
    except UnreadableJson:
        return None
    if not isinstance(patient, dict) or patient.get("resourceType") != "Patient":
        return None
    local_id = patient.get("id")
    return local_id if isinstance(local_id, str) and digits & set(_numbers(patient)) else None


def _numbers(patient: dict[str, Any]) -> Iterable[str]:
    identifiers = patient.get("identifier")
    for identifier in identifiers if isinstance(identifiers, list) else ():
        if isinstance(identifier, dict) and identifier.get("system") == NHS_NUMBER_SYSTEM:
            value = identifier.get("value")
            if isinstance(value, str):
                yield value.replace(" ", "").replace("-", "")
