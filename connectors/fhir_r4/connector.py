"""One ask to a UK Core server: find the person there, ask for what is permitted, read every page."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import PartnerAsk
from broker.domain.reconstruction import ItemVersion
from broker.domain.spans import earliest
from broker.ports.connector import (
    Conversation,
    DocumentPointer,
    Ending,
    Entry,
    Learned,
    Opening,
    Page,
    Step,
)
from connectors.fhir_r4.documents import opening
from connectors.fhir_r4.lookup import Found, look_up
from connectors.fhir_r4.manner import BY_TYPE, EVERYTHING, Manner, read_manner
from connectors.fhir_r4.medications import Medications
from connectors.fhir_r4.paging import Budget, Search, first_found, next_round
from connectors.fhir_r4.questions import cannot_be_asked, questions
from connectors.fhir_r4.spelling import Asked, in_the_other_spelling
from connectors.fhir_r4.versions import versions

_UNKNOWN_ID = frozenset({404, 410})


class FhirR4:
    """Bound to one server's manner. Holds nothing of anybody between calls."""

    def __init__(self, manner: Manner) -> None:
        """`manner` is the registration's, checked."""
        self._manner = manner

    def fetch(self, ask: PartnerAsk, /) -> Conversation:
        """Pages as the server wrote them, then how it ended. A known local id saves the look-up; one
        that the server no longer knows is looked up anew, once.
        """
        if ask.local is not None:
            ending = yield from self._ask(ask, Found(ask.local, Entry(raw=ask.local.patient)))
            if ending is not None:
                return ending
        found = yield from look_up(ask, self._manner)
        if isinstance(found, Ending):
            return found
        yield Learned(found.local)
        ending = yield from self._ask(ask, found)
        return ending or Ending(OutcomeLabel.INVALID, Cause.STATUS)

    def open_document(self, _ask: PartnerAsk, pointer: DocumentPointer, /) -> Opening:
        """The read of the attachment's own address."""
        return opening(pointer)

    def fetch_versions(self, ask: PartnerAsk, wanted: tuple[ItemVersion, ...], /) -> Conversation:
        """These versions alone, and whose they are."""
        return versions(ask, wanted, self._manner)

    def _ask(self, ask: PartnerAsk, found: Found) -> Generator[Step, Any, Ending | None]:
        """Ask under the local id. None when the server does not know that id."""
        asked = self._asked(ask, found)
        budget = Budget.of(ask.limits, already=len(found.others))
        entries = yield from first_found(asked.searches, budget, self._manner)
        if asked.searches and _id_unknown(asked.searches):
            return None
        if asked.searches and all(search.failed for search in asked.searches):
            return Ending(*asked.searches[0].refusal)
        if not entries and self._manner.ask == BY_TYPE:
            asked.again = in_the_other_spelling(ask, found.local.local_id, self._manner, asked.searches)
            entries = yield from first_found(asked.again, budget, self._manner)
        drugs = Medications(ask)
        yield from drugs.note(entries)
        yield Page((*_opening(found, entries), *entries))
        yield from self._to_the_end(asked.all, budget, drugs)
        yield from self._to_the_end(drugs.searches(self._manner), budget, drugs)
        return _ending(asked, found, self._short_of(ask, drugs))

    def _to_the_end(
        self, searches: Sequence[Search], budget: Budget, drugs: Medications
    ) -> Generator[Step, Any, None]:
        while any(search.label is None for search in searches):
            entries = yield from next_round(searches, budget, self._manner)
            yield from drugs.note(entries)
            if entries:
                yield Page(tuple(entries))

    def _short_of(self, ask: PartnerAsk, drugs: Medications) -> Iterator[Cause]:
        """Why the answer is not whole though every search of it was."""
        if drugs.are_missing:
            yield Cause.MEDICATION_MISSING
        if cannot_be_asked(ask, self._manner):
            yield Cause.NOT_OFFERED

    def _asked(self, ask: PartnerAsk, found: Found) -> Asked:
        requests = questions(ask, found.local.local_id, self._manner)
        return Asked(tuple(Search(request, self._manner.ask == EVERYTHING) for request in requests))


def _id_unknown(searches: Sequence[Search]) -> bool:
    """Every first answer says that there is no such thing: the id has gone, or was never there."""
    firsts = [search.first for search in searches]
    return all(first is not None and first.status in _UNKNOWN_ID for first in firsts)


def _opening(found: Found, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """What was found before the asking. The Patient is added only where the answer has none of its own:
    an answer about somebody else must not be given a Patient that hides it.
    """
    if any(_is_patient(entry) for entry in entries):
        return found.others
    return (found.patient, *found.others)


class _TypeOnly(msgspec.Struct, gc=False):
    resourceType: str = ""  # noqa: N815 - FHIR's own name


_TYPE_ONLY = msgspec.json.Decoder(_TypeOnly)


def _is_patient(entry: Entry) -> bool:
    if b'"Patient"' not in entry.raw:
        return False
    try:
        return _TYPE_ONLY.decode(entry.raw).resourceType == "Patient"
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False


def _ending(asked: Asked, found: Found, short_of: Iterable[Cause]) -> Ending:
    """Whole only when the look-up and every search was; partial otherwise, for the first reason."""
    causes = [*asked.doubts()]
    if found.warned:
        causes.append(Cause.PARTNER_WARNING)
    causes += short_of
    as_of = earliest(time for search in asked.all for time in search.as_of)
    if not causes:
        return Ending(OutcomeLabel.COMPLETE, as_of=as_of)
    return Ending(OutcomeLabel.PARTIAL, causes[0], _expected(asked.telling), as_of)


def _expected(searches: Sequence[Search]) -> int | None:
    """The partner's own total over all searches, when each gave one and none is plainly too small."""
    totals = [search.total for search in searches if search.total is not None]
    if len(totals) < len(searches) or any(search.counted > (search.total or 0) for search in searches):
        return None
    return sum(totals)


def create(settings: Mapping[str, object]) -> FhirR4:
    """Raises ValueError naming the setting and the remedy."""
    return FhirR4(read_manner(settings))
