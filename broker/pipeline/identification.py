"""Search parameters to one number, and one number to one person as the patient index names them now."""

from __future__ import annotations

from broker.domain.errors import AmbiguousPerson, BadRequest, Forbidden, NotFound
from broker.domain.identity import NhsNumber, PatientIdentity
from broker.domain.query import Interaction, RecordQuery
from broker.domain.requester import Requester
from broker.pipeline.pointing import type_of
from broker.pipeline.question import Question
from broker.ports.connector import Traced
from broker.ports.sealer import Sealer


def read_query(question: Question, requester: Requester, sealer: Sealer, *, at_s: float) -> RecordQuery:
    """What is asked, about which number.

    Raises BadRequest for a number that is none, and Gone or NotFound for a sealed id or a document's token.
    """
    if question.document_token is not None:
        return _document_query(question.document_token, requester, sealer, at_s)
    return RecordQuery(
        interaction=question.interaction,
        number=number_of(question, requester, sealer, at_s=at_s),
        resource_types=question.resource_types,
        criteria=question.criteria,
        count=question.count,
        within_days=question.within_days,
    )


def _document_query(token: str, requester: Requester, sealer: Sealer, at_s: float) -> RecordQuery:
    """The items of the one type that lists the document."""
    number, pointer = sealer.open_document_token(token, requester, at_s=at_s)
    kind = type_of(pointer, sealer)
    if kind is None:
        raise NotFound
    return RecordQuery(
        interaction=Interaction.OPEN_DOCUMENT,
        number=number,
        resource_types=frozenset({kind}),
        pointer=pointer,
    )


def number_of(question: Question, requester: Requester, sealer: Sealer, *, at_s: float) -> NhsNumber:
    """Whom the question names. Raises as `read_query`."""
    if question.patient_token is not None:
        return sealer.open_patient_token(question.patient_token, requester, at_s=at_s)
    if question.number_text is None:
        raise BadRequest("Name exactly one person, by NHS number or by the id that a search returned.")
    return NhsNumber.parse(question.number_text)


def refuse_if_never_opened(question: Question, *, opened: bool) -> None:
    """What is sealed holds a current number: where that is not the token's person now, no trace makes it so.

    A number that was typed may be an older one of the token's person, which only the index can say.
    Raises the neutral Forbidden.
    """
    if not opened and question.number_text is None:
        raise Forbidden


def one_person(traced: Traced) -> PatientIdentity:
    """The person of a trace. Raises NotFound or AmbiguousPerson: nobody is guessed."""
    if traced.status == "several":
        raise AmbiguousPerson
    if traced.identity is None:
        raise NotFound("The patient index knows no person under this number. Trace the person again.")
    return traced.identity
