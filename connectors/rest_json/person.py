"""A person of the patient index into the one record that a partner provably holds of them.

Many of these systems cannot be searched by NHS number. So names and birth date find the candidates, and
then the candidate's own number, birth date and family name must all agree. Nobody is the first of several.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from broker.domain.identity import NHS_NUMBER_SYSTEM, PatientIdentity
from broker.domain.json_bytes import write_tree
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import PartnerAsk
from broker.ports.connector import Ending, Pause, Requests
from connectors.r4 import Tree, as_given, stable_id
from connectors.rest_json.dates import fhir_date
from connectors.rest_json.identity_words import searched
from connectors.rest_json.items import is_restricted
from connectors.rest_json.mapping import MappingFile, Match
from connectors.rest_json.paging import Budget, Reading, next_round
from connectors.rest_json.paths import Address, every, look, text_of
from connectors.rest_json.translation import Taken, holds, translate

# An id that stays one segment of a path.
_LOCAL_ID = re.compile(r"(?!\.\.?$)[A-Za-z0-9._-]{1,64}", re.ASCII)

RESTRICTED_THERE = Ending(OutcomeLabel.REFUSED, Cause.POLICY)
# By a name or number that may be another there, or by nothing at all: it says nothing of what there is.
NOT_TO_BE_FOUND = Ending(OutcomeLabel.NOT_AVAILABLE, Cause.NO_PROOF)
SOMEBODY_ELSE = Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.WRONG_PATIENT)


@dataclass(frozen=True, slots=True)
class Found:
    """The person's local id. `doubted` when a record without a number agrees as well: it may be theirs too,
    and what it holds is missing.
    """

    local_id: str = field(repr=False)
    doubted: bool = False


class Verdict(enum.Enum):
    """What one candidate's own record says."""

    MATCH = "match"
    UNPROVED = "unproved"  # everything agrees, and it holds no number
    OTHER = "other"


def verdict_of(record: Tree, match: Match, person: PatientIdentity) -> Verdict:
    """Number, birth date and family name must each agree; a record without a number proves nobody."""
    if not (_family_agrees(record, match, person) and _birth_date_agrees(record, match, person)):
        return Verdict.OTHER
    found = {_digits(text) for text in _numbers(record, match).values()}
    if not found:
        return Verdict.UNPROVED
    own = {number.digits for number in person.numbers | {person.number}}
    return Verdict.MATCH if len(found) == 1 and found <= own else Verdict.OTHER


def _family_agrees(record: Tree, match: Match, person: PatientIdentity) -> bool:
    families = {text for _, value in every(record, match.family) if (text := text_of(value))}
    if match.family_exact:
        return person.family in families
    return bool(person.family) and person.family.strip().casefold() in {
        family.strip().casefold() for family in families
    }


def _birth_date_agrees(record: Tree, match: Match, person: PatientIdentity) -> bool:
    value = look(record, match.birth_date.steps, {})[1]
    text = text_of(value)
    return text is not None and fhir_date(text, match.birth_date_form) == person.birth_date


def _numbers(record: Tree, match: Match) -> dict[Address, str]:
    found = {}
    for bound, value in every(record, match.number):
        text = text_of(value)
        if text is not None and holds(record, match.number_when, bound):
            found[look(record, match.number.steps, bound)[0]] = text
    return found


def _digits(text: str) -> str:
    return text.replace(" ", "").replace("-", "")


def find(ask: PartnerAsk, mapping: MappingFile) -> Generator[Requests | Pause, Any, Found | Ending]:
    """The person's local id there, or why it is not to be had."""
    parameters = searched(ask.patient, mapping.search)
    if parameters is None:
        return NOT_TO_BE_FOUND
    reading, budget = Reading(mapping.search.listing, parameters), Budget.of(ask.limits)
    candidates: list[Any] = []
    while reading.ended is None:
        for _, records in (yield from next_round((reading,), budget)):
            candidates += records
    if reading.failed:
        return reading.ended
    if reading.ended.label is not OutcomeLabel.COMPLETE:
        # A list that is not whole may lack the second match, so what it holds proves nobody.
        return Ending(OutcomeLabel.INVALID, reading.ended.cause)
    return _only_one(candidates, mapping, ask.patient)


def _only_one(candidates: list[Any], mapping: MappingFile, person: PatientIdentity) -> Found | Ending:
    if not candidates:
        is_sure = mapping.search.by_number_alone and person.numbers <= {person.number}
        return Ending(OutcomeLabel.NO_RECORD) if is_sure else NOT_TO_BE_FOUND
    if not all(isinstance(candidate, dict) for candidate in candidates):
        return Ending(OutcomeLabel.INVALID, Cause.MALFORMED)
    verdicts = [(verdict_of(candidate, mapping.match, person), candidate) for candidate in candidates]
    matches = [candidate for verdict, candidate in verdicts if verdict is Verdict.MATCH]
    ids = {_local_id(candidate, mapping) for candidate in matches}
    if len(ids) > 1:
        return Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.SEVERAL_MATCHES)
    unproved = any(verdict is Verdict.UNPROVED for verdict, _ in verdicts)
    if not ids:
        return Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.NO_PROOF) if unproved else SOMEBODY_ELSE
    if any(is_restricted(candidate, mapping.restricted) for candidate in matches):
        return RESTRICTED_THERE
    local_id = ids.pop()
    return Ending(OutcomeLabel.INVALID, Cause.MALFORMED) if local_id is None else Found(local_id, unproved)


def _local_id(candidate: Tree, mapping: MappingFile) -> str | None:
    value = look(candidate, mapping.search.local_id.steps, {})[1]
    text = text_of(value)
    return text if text is not None and _LOCAL_ID.fullmatch(text) else None


def patient_of(record: Tree, mapping: MappingFile, local_id: str) -> bytes:
    """The partner's Patient of a record that matched: its own number, and its own id."""
    numbers = _numbers(record, mapping.match)
    id_address, own_id = look(record, mapping.search.local_id.steps, {})
    taken: Taken = {*numbers} | ({id_address} if text_of(own_id) == local_id else set())
    taken |= {path.steps for path, _ in mapping.person.expect}
    if mapping.restricted is not None:
        taken.add(mapping.restricted.path.steps)
    members = translate(record, mapping.person.members, taken).members
    identifiers = [
        {"system": f"{mapping.system}/person", "value": local_id},
        *(_nhs_number(text) for text in dict.fromkeys(numbers.values())),
        *members.pop("identifier", []),
    ]
    head = {"resourceType": "Patient", "id": stable_id("person", local_id), "identifier": identifiers}
    return write_tree({**head, **members})


def _nhs_number(text: str) -> Tree:
    """FHIR has the number without spaces; the partner's spelling stands beside it."""
    digits = _digits(text)
    number: Any = {"system": NHS_NUMBER_SYSTEM, "value": digits}
    return number if digits == text else {**number, "extension": [as_given(text)]}
