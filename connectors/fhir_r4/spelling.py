"""An answer with nothing in it, into a second question: was it the person, or the reference to them.

Some servers find nobody's items under `patient=<id>` and all of them under `patient=Patient/<id>`, or the
other way round, and say neither. So an emptiness is believed only after the other spelling was tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import PartnerAsk
from connectors.fhir_r4.manner import BARE, TYPED, Manner
from connectors.fhir_r4.outcomes import Refusal
from connectors.fhir_r4.paging import Search
from connectors.fhir_r4.questions import questions

_OTHER = {BARE: TYPED, TYPED: BARE}
# The server read the reference and will not have it: it knows one spelling from another.
_WILL_NOT_HAVE_IT: Refusal = (OutcomeLabel.INVALID, Cause.STATUS)


@dataclass(slots=True)
class Asked:
    """The searches of one ask. `again` are the same in the other spelling, where nothing came before."""

    searches: tuple[Search, ...]
    again: tuple[Search, ...] = field(default=())

    @property
    def all(self) -> tuple[Search, ...]:
        """Every search, in the order of asking."""
        return self.searches + self.again

    @property
    def telling(self) -> tuple[Search, ...]:
        """The searches whose totals count: those of the spelling that the server understands."""
        return self.again if self._other_finds else self.searches

    @property
    def _other_finds(self) -> bool:
        return any(search.received for search in self.again)

    def doubts(self) -> Iterator[Cause]:
        """Why the answer is not whole: what is missing first, then that the registration is wrong."""
        yield from (search.cause for search in self.searches if search.label is not OutcomeLabel.COMPLETE)
        yield from (search.cause for search in self.again if not self._tells(search))
        if self._other_finds:
            yield Cause.REFERENCE_SPELLING

    def _tells(self, search: Search) -> bool:
        """A refused spelling tells, unless it finds elsewhere: then a part of the record was refused."""
        if search.label is OutcomeLabel.COMPLETE:
            return True
        return search.failed and search.refusal == _WILL_NOT_HAVE_IT and not self._other_finds


def in_the_other_spelling(
    ask: PartnerAsk, local_id: str, manner: Manner, searches: Sequence[Search]
) -> tuple[Search, ...]:
    """The same searches with the reference spelt the other way, but for those that failed."""
    other = replace(manner, reference=_OTHER[manner.reference])
    pairs = zip(searches, questions(ask, local_id, other), strict=True)
    return tuple(Search(request) for search, request in pairs if not search.failed)
