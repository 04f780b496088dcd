"""One ask to the National Record Locator: every pointer of the person, with the proof of whose it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from broker.domain.category import Category
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import PartnerAsk
from broker.ports.connector import Conversation, DocumentPointer, Ending, Opening, Page
from connectors.fhir_r4.manner import Manner, read_manner
from connectors.fhir_r4.paging import Budget, Search, next_round
from connectors.gpconnect.access import ODS_CODE, AccessSettings, check_caller, read_caller
from connectors.nrl.opening import Openings
from connectors.nrl.refusals import why_failed
from connectors.nrl.searching import Searches
from connectors.nrl.subjects import Subjects

_LISTED = "DocumentReference"
_OFFERED = frozenset({Category.DOCUMENTS, Category.DEMOGRAPHICS, Category.UNCLASSIFIED})


class Nrl:
    """Bound to one deployment's access. Holds nothing of anybody between calls."""

    def __init__(self, openings: Openings) -> None:
        """`openings` is how the documents behind pointers are had."""
        self._openings = openings
        self._manner: Manner = read_manner({})

    def fetch(self, ask: PartnerAsk, /) -> Conversation:
        """Pages of pointers as the locator wrote them, each page with the Patients that it is about."""
        if Category.DOCUMENTS not in ask.categories or not (ask.resource_types or {_LISTED}) & {_LISTED}:
            return Ending(OutcomeLabel.NOT_ASKED, Cause.NOT_OFFERED)
        if not ODS_CODE.fullmatch(ask.requester.organisation_ods):
            return Ending(OutcomeLabel.NOT_ASKED, Cause.CREDENTIALS)
        searches, subjects = Searches(ask), Subjects()
        budget = Budget.of(ask.limits, already=len(searches.all))
        while left := searches.opened():
            entries = yield from next_round(left, budget, self._manner)
            patients = yield from subjects.new_in(entries)
            if entries:
                yield Page((*patients, *entries))
        return _ending(searches.all, short_of=[Cause.NOT_OFFERED] * (not ask.categories <= _OFFERED))

    def open_document(self, ask: PartnerAsk, pointer: DocumentPointer, /) -> Opening:
        """The read that gives the document behind one pointer. The locator is not asked again."""
        yield from ()
        return self._openings.source(ask, pointer)


def _ending(searches: Sequence[Search], *, short_of: Sequence[Cause]) -> Ending:
    """Whole only when each number's search was. A failure beside pointers leaves them, as a part.

    `short_of` is why pointers are not all that the registration promises.
    """
    failures = [why_failed(search) for search in searches if search.failed]
    if failures and not any(search.received for search in searches):
        return Ending(*failures[0])
    doubts = [cause for _, cause in failures]
    doubts += [search.cause for search in searches if search.label is OutcomeLabel.PARTIAL]
    doubts += short_of
    if not doubts:
        return Ending(OutcomeLabel.COMPLETE)
    return Ending(OutcomeLabel.PARTIAL, doubts[0], _expected(searches))


def _expected(searches: Sequence[Search]) -> int | None:
    """How many there are of all numbers together, where the locator told it of each."""
    totals = [search.total for search in searches]
    return None if None in totals else sum(total or 0 for total in totals)


def create(settings: Mapping[str, object]) -> Nrl:
    """Raises ValueError naming the setting and the remedy.

    A deployment without `consumers` locates, and opens nothing through the proxy.
    """
    given = AccessSettings(settings)
    direct = given.flag("direct", default=False)
    access = read_caller(given)
    given.finish()
    if access.consumers or access.issuer:
        check_caller(access)
    return Nrl(Openings(access, direct=direct))
