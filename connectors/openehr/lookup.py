"""An NHS number into the one EHR that itself names it, or a refusal to choose."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any

from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import PartnerAsk
from broker.ports.connector import Answer, Ending, HttpRequest, HttpResponse, Requests, TransportFault
from connectors.openehr.aql import anybody_of
from connectors.openehr.ehr import Ehr, find_ehr, read_ehr, read_object, read_status
from connectors.openehr.manner import Manner
from connectors.openehr.outcomes import NOT_FOUND, refusal_of
from connectors.openehr.rows import NotAResultSet, read_rows

Asking = Generator[Requests, Any, Ehr | Ending]
_MALFORMED = Ending(OutcomeLabel.INVALID, Cause.MALFORMED)


def numbers_of(ask: PartnerAsk) -> tuple[str, ...]:
    """Every number that the index knows of the person."""
    return tuple(sorted(number.digits for number in ask.patient.numbers | {ask.patient.number}))


def look_up(ask: PartnerAsk, manner: Manner) -> Asking:
    """Find the EHR under every number. Two different ones are never chosen between."""
    numbers = numbers_of(ask)
    answers = yield tuple(find_ehr(number, manner.namespace) for number in numbers)
    found: dict[str, Ehr] = {}
    for answer in answers:
        ending = _failure(answer)
        if ending is not None:
            return ending
        if answer.status == NOT_FOUND:
            continue
        ehr = read_ehr(answer.body)
        if ehr is None:
            return _MALFORMED
        found[ehr.ehr_id] = ehr
    if len(found) > 1:
        return Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.SEVERAL_MATCHES)
    if not found:
        return (yield from _nobody(numbers))
    return (yield from verified(next(iter(found.values())), ask, manner))


def verified(ehr: Ehr, ask: PartnerAsk, manner: Manner) -> Asking:
    """The EHR, once its own status has named the person; the status is read where it did not come along."""
    if not ehr.tells_whose:
        (answer,) = yield (read_status(ehr.ehr_id),)
        ending = _failure(answer)
        if ending is not None:
            return ending
        status = read_object(answer.body) if answer.status != NOT_FOUND else {}
        if not status:
            return _MALFORMED
        ehr = replace(ehr, status=status)
    number = ehr.number(manner.namespace)
    if number in numbers_of(ask):
        return ehr
    return Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.WRONG_PATIENT if number else Cause.NO_PROOF)


def _nobody(numbers: Sequence[str]) -> Asking:
    """A 404 may be a wrong address as well as an unknown person, and has no body that tells them apart.
    A query by number does: only a result without rows is the server's word that it has nobody.
    """
    requests: tuple[HttpRequest, ...] = tuple(anybody_of(number) for number in numbers)
    for answer in (yield requests):
        if isinstance(answer, TransportFault):
            return Ending(answer.label, answer.cause)
        refusal = refusal_of(answer)
        if refusal:
            return Ending(*refusal)
        try:
            rows = read_rows(answer.body).rows
        except NotAResultSet:
            return _MALFORMED
        if rows:
            # The number is there, and not under the registered namespace: whose it is, nobody has said.
            return Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.NO_PROOF)
    return Ending(OutcomeLabel.NO_RECORD)


def _failure(answer: Answer) -> Ending | None:
    """How the ask ends when this answer is neither an EHR nor the word that there is none."""
    if isinstance(answer, TransportFault):
        return Ending(answer.label, answer.cause)
    refusal = refusal_of(answer) if answer.status != NOT_FOUND else None
    return Ending(*refusal) if refusal else None


def ehr_of(answer: HttpResponse | TransportFault) -> Ehr | Ending | None:
    """What a read by id gave: the EHR, why not, or None when the server no longer knows that id."""
    ending = _failure(answer)
    if ending is not None or isinstance(answer, TransportFault):
        return ending
    if answer.status == NOT_FOUND:
        return None
    return read_ehr(answer.body) or _MALFORMED
