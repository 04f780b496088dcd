"""What the product makes of a model's figures: whole requests, judged by policies of just these days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType

from broker.domain.category import Category
from broker.domain.decision import Effect, Judgement
from broker.domain.grant import EmergencyGround
from broker.domain.policy import Party, PolicySet, Term
from broker.pipeline.decision import decide
from tests.prove.dimensions.objections import OPENED
from tests.prove.product import facts_of
from tests.prove.space import USUAL, asked
from tests.prove.words import Asked, Objected
from tests.support.policies import shipped_policies

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_FIRST = dt.date(1970, 1, 1)
Figures = Mapping[str, int]


def _instant(microseconds: int) -> dt.datetime:
    return _EPOCH + dt.timedelta(microseconds=microseconds)


def _day(number: int) -> dt.date:
    return _FIRST + dt.timedelta(days=number)


@cache
def _usual() -> Asked:
    """A doctor of the hospital in an emergency, of whom nothing is known that closes anything."""
    return asked(USUAL | {"purpose": "ETREAT", "override": "risk-to-life"}, "two")


def _judged(policies: PolicySet, **changes: object) -> Judgement:
    return decide(facts_of(replace(_usual(), **changes)), policies)  # type: ignore[arg-type] # members of Asked


def grant_holds(figures: Figures) -> bool:
    """Whether a grant of these instants lets the request go on."""
    policies = shipped_policies()
    rules = policies.emergency_access
    ground = EmergencyGround.RISK_TO_LIFE
    rule = replace(rules.grounds[ground], minutes_max=figures["minutes_max"])
    grant = _usual().grant
    assert grant is not None
    granted = replace(grant, granted_at=_instant(figures["granted"]), expires_at=_instant(figures["expires"]))
    judgement = _judged(
        replace(policies, emergency_access=replace(rules, grounds=MappingProxyType({ground: rule}))),
        now=_instant(figures["now"]),
        grant=granted,
    )
    return judgement.effect is Effect.PERMIT


def member(figures: Figures) -> bool:
    """Whether a party of these days both sees and supplies."""
    policies = shipped_policies()
    party = replace(
        policies.party_of_partner["addenbury"],
        phase=Term(start=_day(figures["live"])),
        term=Term(start=_day(figures["start"]), end=_day(figures["end"])),
        suspended=(Term(start=_day(figures["stopped"]), end=_day(figures["resumed"])),),
    )
    judgement = _judged(_with_party(policies, party), now=_instant(figures["now"]), grant=None)
    decision = judgement.decision_for("addenbury")
    return decision is not None and decision.effect is Effect.PERMIT


def _with_party(policies: PolicySet, party: Party) -> PolicySet:
    return replace(
        policies,
        party_of_partner={**policies.party_of_partner, "addenbury": party},
        party_of_organisation={**policies.party_of_organisation, "RX901": party},
    )


def carve_out_opens(figures: Figures) -> bool:
    """Whether a decision not to uphold with this day of review gives its categories back."""
    carved = replace(OPENED, review_on=_day(figures["review"]))
    objection = Objected(state="not-upheld", carve_out=carved)
    judgement = _judged(shipped_policies(), now=_instant(figures["now"]), grant=None, objections=(objection,))
    decision = judgement.decision_for("addenbury")
    return decision is not None and Category.PLANS in decision.categories


def care_goes_on(figures: Figures) -> bool:
    """Whether the record of somebody who died on this day is open."""
    policies = replace(shipped_policies(), care_ends_days_after_death=figures["days"])
    died = _day(figures["died"]).isoformat()
    judgement = _judged(policies, now=_instant(figures["now"]), grant=None, died=died)
    return judgement.effect is Effect.PERMIT
