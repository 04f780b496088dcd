"""Judged twice and once more at release: before the index is asked, after it, and on any change since.

What was permitted may only shrink on the way: of two judgements the stricter holds.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable
from typing import NoReturn

from broker.domain.audit import JudgedOn
from broker.domain.category import Category
from broker.domain.decision import Decision, Effect, Facts, Judgement, Naming, PartnerFacts, Told
from broker.domain.errors import Forbidden, ObjectionInForce, RestrictedPerson
from broker.domain.grant import Grant
from broker.domain.identity import NhsNumber, PatientIdentity
from broker.domain.objection import NOBODY_OBJECTED, Objection, ObjectionSnapshot, ObjectionState
from broker.domain.policy import PolicySet
from broker.domain.registration import PartnerRegistration
from broker.domain.requester import Requester
from broker.pipeline.decision import may_hear_of_absence
from broker.pipeline.decision.compiled import CompiledDecision
from broker.pipeline.decision.rules import DECISION, denies

_NO_PERMIT = denies(DECISION, "no-permit")
_WHO = frozenset({Category.DEMOGRAPHICS})
_DIGEST_DIGITS = 32
_NAMING_ORDER = (Naming.PLAIN, Naming.VEILED, Naming.FOLDED)


class Judge:
    """One judgement on what is known now, by the policies in force now, on every registered partner."""

    def __init__(
        self, in_force: Callable[[], PolicySet], registrations: tuple[PartnerRegistration, ...]
    ) -> None:
        """`in_force` is asked at each judgement, and what is compiled of its answer is kept until it gives
        another. Whoever judges by the earlier one at that moment has it still.
        """
        self._in_force, self._registrations = in_force, registrations
        self._compiled: CompiledDecision | None = None

    def __call__(
        self,
        requester: Requester,
        objections: ObjectionSnapshot,
        now: dt.datetime,
        patient: PatientIdentity | None = None,
        *,
        grant: Grant | None = None,
        numbers: frozenset[NhsNumber] = frozenset(),
    ) -> Judgement:
        """`patient` is None before the index has answered. `grant` is the emergency access that the request
        names, and `numbers` whom it asks about: the number as given. After the index has answered, the
        person's own numbers count instead.
        """
        decision = self._decision_in_force()
        facts = Facts(
            requester=requester,
            partners=decision.partners,
            objections=objections,
            now=now,
            restriction=patient.restriction if patient else None,
            practice_ods=patient.practice_ods if patient else None,
            deceased_on=patient.deceased_on if patient else None,
            grant=grant,
            numbers=patient.numbers if patient else numbers,
        )
        return decision(facts)

    def _decision_in_force(self) -> CompiledDecision:
        policies, compiled = self._in_force(), self._compiled
        if compiled is None or compiled.policies is not policies:
            partners = tuple(one.facts for one in self._registrations)
            compiled = self._compiled = CompiledDecision(policies, partners)
        return compiled


def judged_on(now: dt.datetime, patient: PatientIdentity | None, partners: str) -> JudgedOn:
    """What the trail keeps of a judgement's facts, to make it again; `partners` is their digest."""
    return JudgedOn(
        at=now,
        restriction=str(patient.restriction) if patient else None,
        practice_ods=patient.practice_ods if patient else None,
        deceased_on=patient.deceased_on if patient else None,
        partners=partners,
    )


def digest_of_partners(partners: Iterable[PartnerFacts]) -> str:
    """The registrations as a decision sees them: the same digest, the same facts of partners."""
    said = [
        [
            one.partner_id,
            one.kind,
            str(one.status),
            None if one.open_to is None else sorted(one.open_to),
            *(sorted(map(str, part)) for part in (one.ods_codes, one.supplies, one.closed, one.closed_to)),
        ]
        for one in partners
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:_DIGEST_DIGITS]


def hears_of_absence(requester: Requester, policies: PolicySet, now: dt.datetime) -> bool:
    """Whether policy lets this caller know that nobody was found under a number."""
    return may_hear_of_absence(
        Facts(requester=requester, partners=(), objections=NOBODY_OBJECTED, now=now), policies
    )


def is_about_the_request(judgement: Judgement) -> bool:
    """True of a refusal that no objection could change: by who asks, why, or the grant that they name. Where
    no partner alone may be asked, an objection is a further reason.
    """
    return judgement.effect is Effect.DENY and judgement.reasons[0] != _NO_PERMIT


def refuse_if_denied(judgement: Judgement) -> None:
    """Raises what this caller is told, which policy decides; nothing when the request may go on."""
    if judgement.effect is Effect.DENY:
        _refuse(judgement)


def _refuse(judgement: Judgement) -> NoReturn:
    if judgement.told is Told.OBJECTION:
        raise ObjectionInForce(judgement.words or None, contact=judgement.contact)
    if judgement.told is Told.RESTRICTED:
        raise RestrictedPerson(judgement.words or None, contact=judgement.contact)
    raise Forbidden(judgement.words or None, contact=judgement.contact)


def demographics_open(judgement: Judgement, objections: ObjectionSnapshot) -> bool:
    """Whether what the index says beyond who the person is (address, telephone, practice) may be shown.

    Some partner's Patient would have to be open to this caller, and no objection may be to demographics,
    at whichever partner: the index is nobody's, and so everybody's.
    """
    if any(_is_to_demographics(one) for one in objections.objections):
        return False
    permits = [decision for decision in judgement.decisions if decision.effect is Effect.PERMIT]
    if any(one.locationless or _withholds_who(one) for one in permits):
        return False
    return any(
        Category.DEMOGRAPHICS in one.categories
        and (not one.resource_types or "Patient" in one.resource_types)
        for one in permits
    )


def _is_to_demographics(objection: Objection) -> bool:
    """Whomever and whichever partner it names, and whatever became of it but a withdrawal."""
    return (
        objection.state is not ObjectionState.WITHDRAWN
        and Category.DEMOGRAPHICS in objection.scope.categories
    )


def _withholds_who(decision: Decision) -> bool:
    return any(part.categories == _WHO for part in decision.withholds)


def stricter(earlier: Judgement, later: Judgement) -> Judgement:
    """The later judgement, narrowed to what the earlier one permitted too."""
    if later is earlier or later.effect is Effect.DENY:
        return later
    decisions = tuple(
        _stricter_decision(earlier.decision_for(decision.partner_id), decision)
        for decision in later.decisions
    )
    return dataclasses.replace(later, decisions=decisions)


def _stricter_decision(earlier: Decision | None, later: Decision) -> Decision:
    nothing: frozenset[Category] = frozenset()
    if earlier is None or Effect.DENY in {earlier.effect, later.effect}:
        return dataclasses.replace(later, effect=Effect.DENY, categories=nothing)
    return dataclasses.replace(
        later,
        categories=earlier.categories & later.categories,
        resource_types=_narrower(earlier.resource_types, later.resource_types),
        withholds=tuple(dict.fromkeys((*earlier.withholds, *later.withholds))),
        locationless=earlier.locationless or later.locationless,
        hidden_classes=earlier.hidden_classes.with_others(later.hidden_classes),
        differences_shown=earlier.differences_shown and later.differences_shown,
        naming=max(earlier.naming, later.naming, key=_NAMING_ORDER.index),
    )


def _narrower(earlier: frozenset[str], later: frozenset[str]) -> frozenset[str]:
    """Empty is every type; two scopes that share nothing leave a type that no partner has."""
    if not earlier or not later:
        return earlier or later
    return (earlier & later) or frozenset({"nothing"})
