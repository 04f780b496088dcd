"""What the board promised, whoever edits a case: each promise into the requests that would break it.

The list is closed and is no file's. Each promise is judged by the decision itself, over the role groups,
parties and words of the policies at hand, so that it holds for whatever parties there are.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from broker.domain.category import Category
from broker.domain.decision import Decision, Effect, Judgement, PartnerFacts
from broker.domain.identity import Restriction
from broker.domain.objection import Objection, Scope
from broker.domain.policy import DIRECT_CARE, Asked, Party, PolicySet, Purpose, Topic
from broker.domain.requester import RelationshipGround
from broker.domain.sensitivity import LEGAL
from broker.pipeline.decision import decide
from broker.pipeline.decision.days import Today
from broker.pipeline.decision.standing import membership
from broker.policy.reading_withholding import ALWAYS_BIND
from broker.policy.situation import NOON, Situation, facts_of, partners_of

# The national job roles of an emergency department's doctors and nurses, and how it knows its patient.
EMERGENCY_ROLES = ("R8000", "R8001")
EMERGENCY_GROUND = RelationshipGround.BOOKING
# Where a crisis plan, a risk and lithium stand.
CRISIS = frozenset({Category.PLANS, Category.ALERTS, Category.MEDICINES})
# The labels of general mental health, which is on no list of sensitive services (HL7 v3-ActCode).
MENTAL_HEALTH = tuple(
    ("http://terminology.hl7.org/CodeSystem/v3-ActCode", code) for code in ("BH", "MH", "PSY", "EMOTDIS")
)
# Lithium in SNOMED CT.
LITHIUM = frozenset({b"387095003"})
# How an agreement calls an integrated care board, and its form among ODS codes.
BOARD, _BOARD_CODE = "integrated-care-board", re.compile(r"Q[A-Z0-9]{2}", re.ASCII)
_NOBODYS = "XX0"
_ACKNOWLEDGED = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class _Asking:
    """Requests of one set of policies, on the first day on which every party takes part."""

    policies: PolicySet
    usual: Situation
    partners: tuple[PartnerFacts, ...]

    @classmethod
    def of(cls, policies: PolicySet) -> _Asking:
        starts = [day for party in policies.parties for day in (party.phase.start, party.term.start)]
        usual = Situation(
            roles=EMERGENCY_ROLES[:1],
            organisation=_NOBODYS,
            user="nobody",
            purpose=Purpose.TREATMENT,
            relationship=EMERGENCY_GROUND,
            scopes=frozenset(),
            day=max((policies.in_force_from, *starts)),
            practice=None,
            restriction=Restriction.NONE,
            died=None,
            not_live=frozenset(),
            objections=(),
        )
        return cls(policies, usual, partners_of(policies))

    @property
    def viewers(self) -> tuple[Party, ...]:
        """Every party whose staff may look that day."""
        return tuple(party for party in self.policies.parties if party.may_view and self._takes_part(party))

    @property
    def roles(self) -> dict[str, str]:
        """One word for each role group, by the group."""
        words = (*self.policies.local_roles.items(), *self.policies.national_roles.items())
        return {group.group_id: word for word, group in words}

    def _takes_part(self, party: Party) -> bool:
        today = Today.at(dt.datetime.combine(self.usual.day, NOON))
        return membership(party, today).effect is Effect.PERMIT

    def crisis_at(self, partner_id: str) -> frozenset[Category]:
        """What of a crisis plan, a risk and lithium this partner's party agreed to share with anybody.

        None of it where all that it holds is of a sensitivity class, nor of a practice, which is asked about
        its own patients alone.
        """
        party = self.policies.party_of_partner[partner_id]
        names = {partner_id, party.party_id} | party.also
        of_class = any(rule.sources & names for rule in self.policies.sensitive.classes.values())
        if of_class or party.asked is Asked.REGISTERED_PRACTICE or not self._takes_part(party):
            return frozenset()
        return CRISIS & frozenset().union(*party.seen.values())

    def everybody(
        self,
        purposes: Iterable[str] = tuple(sorted(DIRECT_CARE)),
        grounds: Iterable[RelationshipGround] = tuple(RelationshipGround),
        **changes: Any,
    ) -> Iterator[tuple[str, Judgement]]:
        """Each role group for each purpose in each relationship, at the first party that may look unless
        `changes` say where; no party that may look lets nobody in.
        """
        for party in self.viewers[:1]:
            for (group, word), purpose, ground in product(self.roles.items(), purposes, grounds):
                given = {"organisation": min(party.organisations), **changes}
                judgement = self.judged(roles=(word,), purpose=purpose, relationship=ground, **given)
                yield f"{group}, {purpose}, {ground}", judgement

    def judged(self, **changes: Any) -> Judgement:
        """The decision on the usual request with `changes`."""
        return decide(facts_of(replace(self.usual, **changes), self.partners), self.policies)


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise in its own word and sentence. `broken_by` gives each request that breaks it; `topic` is the
    file in which what breaks it is most likely written.
    """

    topic: Topic
    word: str
    sentence: str
    broken_by: Callable[[_Asking], Iterator[str]]


def broken_promises(policies: PolicySet) -> Iterator[tuple[Promise, str]]:
    """Each promise that `policies` break, with the first request that shows it."""
    asking = _Asking.of(policies)
    for promise in PROMISES:
        shown = next(promise.broken_by(asking), None)
        if shown is not None:
            yield promise, shown


def _emergency_department(asking: _Asking) -> Iterator[str]:
    for party, role in product(asking.viewers, EMERGENCY_ROLES):
        if party.asked is Asked.REGISTERED_PRACTICE:
            continue
        department = {"organisation": min(party.organisations), "purpose": Purpose.EMERGENCY_TREATMENT}
        judgement = asking.judged(roles=(role,), **department)
        for decision in judgement.decisions:
            kept = _kept_from_emergency(asking, decision)
            if kept:
                yield f"{role} at {party.party_id} is not shown {kept} of {decision.partner_id}"


def _kept_from_emergency(asking: _Asking, decision: Decision) -> str:
    """The first thing that is kept back; empty when nothing is."""
    agreed = asking.crisis_at(decision.partner_id)
    missing = sorted(agreed - decision.categories)
    if missing or not agreed:
        return missing[0] if missing else ""
    hidden = decision.hidden_classes
    if any(hidden.hides_labels((label,)) for label in MENTAL_HEALTH):
        return "what is labelled as mental health"
    codes = hidden.codes.get(Category.MEDICINES, frozenset())
    return "" if codes.isdisjoint(LITHIUM) else "lithium"


def _objection_stops(asking: _Asking) -> Iterator[str]:
    for state in sorted(ALWAYS_BIND):
        objection = Objection(
            objection_id="promised", state=state, scope=Scope(), acknowledged_at=_ACKNOWLEDGED
        )
        yield from (f"{state}: {one}" for one in _let_in(asking.everybody(objections=(objection,))))


def _direct_care_alone(asking: _Asking) -> Iterator[str]:
    for purpose in sorted(set(Purpose) - DIRECT_CARE):
        yield from _let_in(asking.everybody(purposes=(purpose,)))


def _board_sees_nothing(asking: _Asking) -> Iterator[str]:
    for party in asking.policies.parties:
        boards = sorted(ods for ods in party.organisations if _BOARD_CODE.fullmatch(ods))
        if party.party_id == BOARD:
            boards = sorted(party.organisations)
        for ods in boards:
            let_in = _let_in(asking.everybody(organisation=ods))
            yield from (f"at {party.party_id} ({ods}): {one}" for one in let_in)


def _nobody_without_care(asking: _Asking) -> Iterator[str]:
    yield from _let_in(asking.everybody(grounds=(RelationshipGround.NONE,)))


def _law_closes(asking: _Asking) -> Iterator[str]:
    for said, judgement in asking.everybody():
        for decision in judgement.decisions:
            if decision.effect is Effect.PERMIT and not decision.hidden_classes.classes >= LEGAL:
                yield f"{said}: {decision.partner_id}"


def _let_in(judged: Iterator[tuple[str, Judgement]]) -> Iterator[str]:
    return (said for said, judgement in judged if judgement.effect is Effect.PERMIT)


PROMISES = (
    Promise(
        Topic.SHARING_AGREEMENT,
        "emergency-department",
        "An emergency department sees the crisis plan, the risk and the lithium of whoever shares them.",
        _emergency_department,
    ),
    Promise(
        Topic.OBJECTIONS,
        "objection-stops",
        "An objection in force to everything stops every question.",
        _objection_stops,
    ),
    Promise(
        Topic.PURPOSES,
        "direct-care-alone",
        "Planning, research, payment, the person's and the family's own requests are refused.",
        _direct_care_alone,
    ),
    Promise(
        Topic.SHARING_AGREEMENT,
        "board-sees-nothing",
        "An integrated care board has no access to records.",
        _board_sees_nothing,
    ),
    Promise(
        Topic.RELATIONSHIPS,
        "care-relationship",
        "Nobody looks without a care relationship.",
        _nobody_without_care,
    ),
    Promise(
        Topic.SENSITIVE_INFORMATION,
        "law-closes",
        "What the law closes stays closed, in an emergency too.",
        _law_closes,
    ),
)
