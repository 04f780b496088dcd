"""What a stream has shown so far, put together as if it were all: views of some partners' answers alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from broker.domain.identity import PatientIdentity
from broker.domain.outcome import Cause, OutcomeLabel, PartnerOutcome
from broker.domain.query import RecordQuery
from broker.domain.registration import PartnerRegistration
from broker.domain.resource import Resource
from broker.domain.view import CompletenessLine, View
from broker.pipeline.gathering import Gathered, Heard
from broker.pipeline.planning import Plan
from broker.pipeline.presentation.written import Written
from broker.pipeline.screening import Screened


@dataclass(slots=True, kw_only=True)
class Shown:
    """`outcomes` are of the partners whose part has been released, in the order of their release. `names`
    are the items' own, by the item itself.
    """

    query: RecordQuery
    patient: PatientIdentity
    registrations: Sequence[PartnerRegistration]
    asked_at: dt.datetime
    heard: dict[str, Heard] = field(default_factory=dict)
    screened: dict[str, Screened] = field(default_factory=dict)
    outcomes: dict[str, PartnerOutcome] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)

    def gathered(self, partners: Collection[str]) -> Gathered:
        """As if these alone had been asked, in the order of the registrations."""
        order = [one.partner_id for one in self.registrations]
        heard = [self.heard[name] for name in order if name in partners]
        others = tuple(_not_yet(name) for name in order if name not in partners)
        return Gathered(
            query=self.query,
            patient=self.patient,
            plan=Plan(asks=(), not_asked=others),
            answers=tuple(one.answer for one in heard),
            normalised=tuple(one.normalised for one in heard),
            asked_at=self.asked_at,
        )

    def screened_in(self, gathered: Gathered) -> list[Screened]:
        """One for each answer, in order."""
        return [self.screened[one.partner_id] for one in gathered.normalised]

    def name(self, items: Sequence[Resource], entries: Iterable[Written]) -> None:
        """Remember what each item is called in the stream."""
        self._names.update((id(items[one.at]), one.name) for one in entries)

    def names_in(self, view: View) -> list[str]:
        """What each of the view's items is called."""
        return [self._names[id(item)] for item in view.items]


def _not_yet(partner_id: str) -> PartnerOutcome:
    """Nothing is said of it yet."""
    return PartnerOutcome(partner_id=partner_id, label=OutcomeLabel.NOT_ASKED, cause=Cause.POLICY)


def tells_early(line: CompletenessLine) -> bool:
    """Whether a line may be said before all is known: what shows something, or is a trouble. That a partner
    has nothing is a negative, and waits.
    """
    troubled = {label.value for label in OutcomeLabel if label.failed} | {OutcomeLabel.PARTIAL.value}
    return line.shown > 0 or line.label in troubled
