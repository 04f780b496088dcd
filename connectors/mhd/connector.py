"""One ask to a document registry: the person found, their documents listed, and one opened when asked.

IHE MHD 4.2, ITI-67 Find Document References: `patient` or `patient.identifier`, and `status`, are required.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
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
    Entry,
    HttpRequest,
    Learned,
    Opening,
    Page,
    Step,
)
from connectors.fhir_r4.lookup import Found, look_up
from connectors.fhir_r4.manner import Manner, read_manner
from connectors.fhir_r4.paging import Budget, Search, next_round
from connectors.mhd.declared import declared_type
from connectors.settings import Settings

_STATUSES = frozenset({"current", "superseded"})
_CURRENT = frozenset({"current"})
_ENDPOINT, _REPOSITORY = "endpoint", "repository"
_OFFERED = frozenset({Category.DOCUMENTS, Category.DEMOGRAPHICS, Category.UNCLASSIFIED})
_BINARY = "application/fhir+json"
_FHIR_JSON = {"Accept": _BINARY}
_COUNT_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settings:
    """A registration's settings, checked."""

    statuses: frozenset[str]
    repository: str
    count: int


class Mhd:
    """Bound to one registry. Holds nothing of anybody between calls."""

    def __init__(self, settings: _Settings) -> None:
        """`settings` are the registration's."""
        self._settings = settings
        self._manner: Manner = read_manner({})

    def fetch(self, ask: PartnerAsk, /) -> Conversation:
        """The person's Patient, then their DocumentReferences as the registry wrote them."""
        if ask.local is not None:
            found: Found | Ending = Found(ask.local, Entry(raw=ask.local.patient))
        else:
            found = yield from look_up(ask, self._manner)
        if isinstance(found, Ending):
            return found
        yield Learned(found.local)
        yield Page((found.patient, *found.others))
        ending = Ending(OutcomeLabel.COMPLETE)
        if Category.DOCUMENTS in ask.categories:
            ending = yield from self._listed(ask, len(found.others))
        return _ended(found, ending, offered=ask.categories <= _OFFERED)

    def _listed(self, ask: PartnerAsk, already: int) -> Generator[Step, Any, Ending]:
        search, budget = Search(self._find(ask)), Budget.of(ask.limits, already)
        while search.label is None:
            entries = yield from next_round((search,), budget, self._manner)
            if entries:
                yield Page(tuple(entries))
        expected = search.total if search.label is OutcomeLabel.PARTIAL else None
        return Ending(search.label, search.cause, expected)

    def _find(self, ask: PartnerAsk) -> HttpRequest:
        numbers = sorted(ask.patient.numbers | {ask.patient.number})
        form = (
            ("patient.identifier", ",".join(f"{NHS_NUMBER_SYSTEM}|{number.digits}" for number in numbers)),
            ("status", ",".join(sorted(self._settings.statuses))),
            ("_count", str(self._settings.count)),
        )
        return HttpRequest(method="POST", path="DocumentReference/_search", form=form, headers=_FHIR_JSON)

    def open_document(self, ask: PartnerAsk, pointer: DocumentPointer, /) -> Opening:
        """ITI-68 Retrieve Document: the attachment's own address, as the type that was declared.

        The transport follows it under the endpoint, or the registered repository, and nowhere else.
        """
        del ask
        yield from ()
        declared = declared_type(pointer.item, pointer.url)
        request = HttpRequest(method="GET", link=pointer.url, headers={"Accept": _accepted(declared)})
        if self._settings.repository == _REPOSITORY:
            request = replace(request, service=_REPOSITORY)
        return DocumentSource(request=request, form=_form_of(declared))


def _accepted(declared: str) -> str:
    """The declared type before all else. Some FHIR servers give a Binary as a Binary alone, else a 406."""
    if not declared:
        return "*/*"
    return declared if _is_fhir(declared) else f"{declared}, {_BINARY};q=0.5"


def _form_of(declared: str) -> DocumentForm:
    """What is FHIR itself is the document; around anything else a server may put a Binary."""
    return DocumentForm.RAW if _is_fhir(declared) else DocumentForm.AS_ANSWERED


def _is_fhir(declared: str) -> bool:
    return "fhir" in declared.lower()


def _ended(found: Found, ending: Ending, *, offered: bool) -> Ending:
    """A look-up that the registry itself doubted makes the whole answer doubtful; documents are not all
    that a registration may promise.
    """
    if ending.label is not OutcomeLabel.COMPLETE:
        return ending
    if found.warned:
        return Ending(OutcomeLabel.PARTIAL, Cause.PARTNER_WARNING)
    return ending if offered else Ending(OutcomeLabel.PARTIAL, Cause.NOT_OFFERED)


def create(settings: Mapping[str, object]) -> Mhd:
    """Raises ValueError naming the setting and the remedy."""
    given = Settings(settings)
    read = _Settings(
        statuses=given.words("statuses", _STATUSES, _CURRENT),
        repository=given.word("repository", (_ENDPOINT, _REPOSITORY), _ENDPOINT),
        count=given.whole("count", 100, least=1, most=_COUNT_MAX),
    )
    given.finish()
    return Mhd(read)
