"""One ask to a person's own practice: find them there, list their documents in R4, tell how one is read."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from broker.domain.category import Category
from broker.domain.identity import NHS_NUMBER_SYSTEM
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import PartnerAsk
from broker.ports.connector import (
    Conversation,
    DocumentForm,
    DocumentPointer,
    DocumentSource,
    Ending,
    HttpResponse,
    Opening,
    Page,
    Step,
    TransportFault,
)
from broker.ports.searchset import Searchset
from connectors.gpconnect.access import AccessSettings, read_access
from connectors.gpconnect.answers import doubts_of, ending_of, read_answer
from connectors.gpconnect.calls import FIND_DOCUMENTS, FIND_PATIENT, READ_BINARY
from connectors.gpconnect.gate import Gate, Open
from connectors.gpconnect_documents.finding import Found, is_patient, only_one
from connectors.gpconnect_documents.links import binary_named, stands_under
from connectors.stu3 import translate

# The guide's own five; without any of them the practice refuses (422).
INCLUDES = (
    ("_include", "DocumentReference:subject:Patient"),
    ("_include", "DocumentReference:custodian:Organization"),
    ("_include", "DocumentReference:author:Organization"),
    ("_include", "DocumentReference:author:Practitioner"),
    ("_revinclude:recurse", "PractitionerRole:practitioner"),
)
_OFFERED = frozenset({Category.DOCUMENTS, Category.DEMOGRAPHICS, Category.UNCLASSIFIED})
_LISTED = "DocumentReference"


class GpConnectDocuments:
    """Bound to one deployment's access. Holds nothing of anybody between calls."""

    def __init__(self, gate: Gate) -> None:
        """`gate` lets an ask through to the person's own practice alone."""
        self._gate = gate

    def fetch(self, ask: PartnerAsk, /) -> Conversation:
        """One page with every document that the practice lists, then how it ended."""
        if Category.DOCUMENTS not in ask.categories or not (ask.resource_types or {_LISTED}) & {_LISTED}:
            return Ending(OutcomeLabel.NOT_ASKED, Cause.NOT_OFFERED)
        opened = yield from self._gate.open(ask, (FIND_PATIENT, FIND_DOCUMENTS))
        if isinstance(opened, Ending):
            return opened
        found = yield from _find(ask, opened)
        if isinstance(found, Ending):
            return found
        path = f"Patient/{found.local_id}/DocumentReference"
        call = opened.caller.get(opened.providers[FIND_DOCUMENTS], FIND_DOCUMENTS, path, INCLUDES)
        answer: HttpResponse = yield call.request
        read = yield from read_answer(answer, ask.limits.entries_max)
        if isinstance(read, Ending):
            return read
        yield from _page(read, found)
        return ending_of([*doubts_of(read), *[Cause.NOT_OFFERED] * (not ask.categories <= _OFFERED)])

    def open_document(self, ask: PartnerAsk, pointer: DocumentPointer, /) -> Opening:
        """The read of one Binary under the practice's own root. Another address is never called."""
        binary_id = binary_named(pointer.url)
        if binary_id is None:
            raise TransportFault(OutcomeLabel.INVALID, Cause.FOREIGN_LINK)
        opened = yield from self._gate.open(ask, (READ_BINARY,))
        if isinstance(opened, Ending):
            raise TransportFault(opened.label, opened.cause)
        provider, path = opened.providers[READ_BINARY], f"Binary/{binary_id}"
        if not stands_under(pointer.url, path, provider.root):
            raise TransportFault(OutcomeLabel.INVALID, Cause.FOREIGN_LINK)
        call = opened.caller.get(provider, READ_BINARY, path)
        return DocumentSource(request=call.request, form=DocumentForm.FHIR_BINARY)


def _find(ask: PartnerAsk, opened: Open) -> Generator[Step, Any, Found | Ending]:
    """The person's own id at the practice; nobody is asked about anybody else's."""
    wanted = (("identifier", f"{NHS_NUMBER_SYSTEM}|{ask.patient.number.digits}"),)
    call = opened.caller.get(opened.providers[FIND_PATIENT], FIND_PATIENT, "Patient", wanted)
    answer: HttpResponse = yield call.request
    read = yield from read_answer(answer, ask.limits.entries_max)
    if isinstance(read, Ending):
        return read
    if doubts_of(read) and read.entries:
        # An answer that is not whole may lack the second match, so what it holds proves nobody.
        return Ending(OutcomeLabel.INVALID, doubts_of(read)[0])
    return only_one(read.entries, ask.patient)


def _page(read: Searchset, found: Found) -> Generator[Step, Any, None]:
    """Everything in R4. The Patient that was found stands in only where the answer has none of its own."""
    raws = [entry.raw for entry in read.entries if entry.readable]
    if not any(is_patient(raw) for raw in raws):
        raws.insert(0, found.patient)
    translation = yield from translate(raws)
    yield Page((*translation.entries, *(entry for entry in read.entries if not entry.readable)))


def create(settings: Mapping[str, object]) -> GpConnectDocuments:
    """Raises ValueError naming the setting and the remedy."""
    return GpConnectDocuments(Gate(read_access(AccessSettings(settings))))
