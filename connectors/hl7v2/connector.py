"""One ask to a hospital that answers HL7 v2 queries: under every number of the person, every page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import PartnerAsk
from broker.ports.connector import Conversation, Ending
from connectors.hl7v2.manner import Manner, read_manner
from connectors.hl7v2.paging import Budget, Search


class Hl7V2:
    """Bound to one hospital's manner. Holds nothing of anybody between calls."""

    def __init__(self, manner: Manner) -> None:
        """`manner` is the registration's, checked."""
        self._manner = manner

    def fetch(self, ask: PartnerAsk, /) -> Conversation:
        """One question for each number, the current one first; each page as it comes, then how it ended."""
        older = sorted(ask.patient.numbers - {ask.patient.number})
        searches = [Search(number) for number in (ask.patient.number, *older)]
        budget = Budget.of(ask.limits)
        for search in searches:
            if budget.pages:
                yield from search.run(ask, budget, self._manner)
            else:
                search.label, search.cause = OutcomeLabel.PARTIAL, Cause.PAGE_LIMIT
        return _ending(searches)


def _ending(searches: Sequence[Search]) -> Ending:
    """No record only when there is none under any number; whole only when every search was."""
    known = [search for search in searches if search.label is not OutcomeLabel.NO_RECORD]
    if not known:
        return Ending(OutcomeLabel.NO_RECORD)
    first = known[0]
    if all(search.failed for search in known):
        return Ending(first.label or OutcomeLabel.INVALID, first.cause)
    causes = [search.cause for search in known if search.label is not OutcomeLabel.COMPLETE]
    return Ending(OutcomeLabel.PARTIAL, causes[0]) if causes else Ending(OutcomeLabel.COMPLETE)


def create(settings: Mapping[str, object]) -> Hl7V2:
    """Raises ValueError naming the setting and the remedy."""
    return Hl7V2(read_manner(settings))
