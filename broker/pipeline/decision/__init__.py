"""Facts and policies into one Judgement: may this go on, and with which partner for what. Pure.

Judged in this order: roles, purposes, relationships, the sharing agreement as it sees the requester, the
emergency access that the request names, disclosure (protected people), objections to everything; then each
partner by the sharing agreement and the objections, with the sensitivity classes that are hidden from the
requester. Deny overrides; no permit is a deny; an error is a deny.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from broker.domain.category import Category
from broker.domain.decision import Decision, Effect, Facts, Judgement, Naming, PartnerFacts, Reason, Told
from broker.domain.policy import Differences, PolicySet, Topic
from broker.domain.sensitivity import HiddenClasses
from broker.pipeline.decision.days import Today
from broker.pipeline.decision.emergency import emergency_access
from broker.pipeline.decision.governing import may_read_register
from broker.pipeline.decision.holding import Held, Hold, held_at, holds_for, tellable
from broker.pipeline.decision.rules import DECISION, denies, first_denial, primary_first
from broker.pipeline.decision.sensitive import closed_source, hidden_from
from broker.pipeline.decision.sharing import Share, share_of
from broker.pipeline.decision.standing import Standing, standing_of
from broker.pipeline.decision.telling import (
    Telling,
    hears_of_absence,
    is_protected,
    naming_of,
    neutral,
    of_objection,
    of_restriction,
    protection,
)

__all__ = ["decide", "may_hear_of_absence", "may_read_register"]


def decide(facts: Facts, policies: PolicySet) -> Judgement:
    """One Judgement, with exactly one Decision for each of `facts.partners`, in their order.

    Total: whatever goes wrong while deciding is a deny whose rule is `error`. The primary reason of a
    deny is its first. A permit may end with denials: the objections that hold back a part of it.
    """
    try:
        return _judge(facts, policies)
    except Exception:  # noqa: BLE001 - an error is a deny, and the reason says that it was an error
        return _in_error(facts, policies)


def _in_error(facts: Facts, policies: PolicySet) -> Judgement:
    """Every partner denied, and nothing told of any; where the neutral words are in error too, no words."""
    error = (denies(DECISION, "error"),)
    decisions = tuple(_untold(partner, error) for partner in facts.partners)
    try:
        return _judgement(facts, policies, Effect.DENY, error, decisions, neutral(policies))
    except Exception:  # noqa: BLE001 - as in `decide`
        return Judgement(
            effect=Effect.DENY,
            reasons=error,
            decisions=decisions,
            revision=policies.revision,
            objection_version=facts.objections.version,
        )


def _untold(partner: PartnerFacts, error: tuple[Reason, ...]) -> Decision:
    return Decision(
        partner_id=partner.partner_id,
        effect=Effect.DENY,
        categories=frozenset(),
        reasons=error,
        locationless=True,
        naming=Naming.FOLDED,
    )


def may_hear_of_absence(facts: Facts, policies: PolicySet) -> bool:
    """Whether this caller may hear that nobody, or more than one, was found. Total: an error is a no."""
    try:
        return hears_of_absence(facts, standing_of(facts, policies, Today.at(facts.now)), policies)
    except Exception:  # noqa: BLE001 - not knowing is a no
        return False


def _judge(facts: Facts, policies: PolicySet) -> Judgement:
    today = Today.at(facts.now)
    if not today.begun(policies.in_force_from):
        return _refused(facts, policies, (denies(DECISION, "not-yet-in-force"),), neutral(policies))
    standing = standing_of(facts, policies, today)
    if first_denial(standing.reasons) is not None:
        return _refused(facts, policies, standing.reasons, neutral(policies))
    granting, opening = emergency_access(facts, standing, policies)
    reasons = standing.reasons + granting
    if first_denial(granting) is not None:
        return _refused(facts, policies, reasons, neutral(policies))
    protecting, emergency = protection(facts, standing, policies)
    reasons += protecting
    if first_denial(protecting) is not None:
        return _refused(facts, policies, reasons, of_restriction(facts, standing, policies))
    holds = holds_for(facts, standing.groups, policies, today, opening)
    everything = tuple(hold for hold in holds if hold.holds_all)
    if everything:
        telling = _objection_told(everything, facts, standing, policies)
        return _refused(facts, policies, (*reasons, everything[0].reason), telling)
    if emergency is not None:
        standing = replace(standing, categories=standing.categories & emergency.categories)
    return _by_partner(facts, policies, standing, reasons, holds)


def _refused(facts: Facts, policies: PolicySet, reasons: tuple[Reason, ...], telling: Telling) -> Judgement:
    """Every partner denied for the one primary reason."""
    ordered = primary_first(reasons)
    decisions = tuple(_denied(partner, ordered[:1], facts, policies) for partner in facts.partners)
    return _judgement(facts, policies, Effect.DENY, ordered, decisions, telling)


def _denied(
    partner: PartnerFacts,
    reasons: tuple[Reason, ...],
    facts: Facts,
    policies: PolicySet,
    *,
    in_scope: bool = True,
) -> Decision:
    protected = is_protected(facts)
    return Decision(
        partner_id=partner.partner_id,
        effect=Effect.DENY,
        categories=frozenset(),
        reasons=reasons,
        locationless=protected,
        naming=Naming.FOLDED if protected else naming_of(partner.partner_id, policies),
        in_scope=in_scope,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What every partner's decision stands on, made once for all of them."""

    facts: Facts
    policies: PolicySet
    standing: Standing
    holds: tuple[Hold, ...]
    hidden: HiddenClasses
    today: Today


def _by_partner(
    facts: Facts,
    policies: PolicySet,
    standing: Standing,
    reasons: tuple[Reason, ...],
    holds: tuple[Hold, ...],
) -> Judgement:
    ground = _Ground(
        facts=facts,
        policies=policies,
        standing=standing,
        holds=holds,
        hidden=hidden_from(facts, standing, policies),
        today=Today.at(facts.now),
    )
    decisions = tuple(_partner_decision(partner, ground) for partner in facts.partners)
    if any(decision.effect is Effect.PERMIT for decision in decisions):
        permitted = _judgement(facts, policies, Effect.PERMIT, reasons, decisions, _NOTHING_TO_SAY)
        return replace(permitted, medicines_notice=_of_medicines(standing, policies))
    objected = next((d.reasons[0] for d in decisions if d.reasons[0].topic == Topic.OBJECTIONS), None)
    if objected is None:
        denial, telling = denies(DECISION, "no-permit"), neutral(policies)
    else:
        denial, telling = objected, _objection_told(holds, facts, standing, policies)
    return _judgement(facts, policies, Effect.DENY, (denial, *reasons), decisions, telling)


def _of_medicines(standing: Standing, policies: PolicySet) -> str:
    """By who asks alone, so that it tells nothing of what is held back of this person."""
    return policies.disclosure.medicines_notice if Category.MEDICINES in standing.categories else ""


def _partner_decision(partner: PartnerFacts, ground: _Ground) -> Decision:
    facts, policies, holds = ground.facts, ground.policies, ground.holds
    share = share_of(partner, facts, ground.standing, policies, ground.today)
    if share.reason.effect is Effect.DENY:
        return _denied(partner, (share.reason,), facts, policies, in_scope=share.in_scope)
    held = held_at(holds, partner, share.practice_ods, share.categories) if holds else _NOTHING_HELD
    categories = share.categories - held.categories
    if not categories:
        return _denied(partner, (*held.reasons, share.reason), facts, policies)
    closed = closed_source(partner, ground.hidden, policies)
    if closed is not None:
        return _denied(partner, (closed, share.reason), facts, policies)
    return _permitted(partner, categories, share, held, ground)


def _permitted(
    partner: PartnerFacts, categories: frozenset[Category], share: Share, held: Held, ground: _Ground
) -> Decision:
    protected = is_protected(ground.facts)
    disclosure = ground.policies.disclosure
    return Decision(
        partner_id=partner.partner_id,
        effect=Effect.PERMIT,
        categories=categories,
        reasons=(share.reason, *held.reasons),
        withholds=tuple(
            replace(part, categories=part.categories & categories)
            for part in held.withholds
            if part.categories & categories  # an empty set would read as "all"
        ),
        locationless=protected,
        naming=Naming.FOLDED if protected else naming_of(partner.partner_id, ground.policies),
        awaits_pointer=share.awaits_pointer,
        resource_types=ground.standing.types,
        hidden_classes=ground.hidden,
        differences_shown=disclosure.differences is Differences.SHOWN,
    )


def _objection_told(
    holds: tuple[Hold, ...], facts: Facts, standing: Standing, policies: PolicySet
) -> Telling:
    if tellable(holds, tells_staff=policies.objections.tells_staff):
        return of_objection(facts, standing, policies)
    return neutral(policies)


def _judgement(
    facts: Facts,
    policies: PolicySet,
    effect: Effect,
    reasons: tuple[Reason, ...],
    decisions: tuple[Decision, ...],
    telling: Telling,
) -> Judgement:
    return Judgement(
        effect=effect,
        reasons=reasons,
        decisions=decisions,
        revision=policies.revision,
        objection_version=facts.objections.version,
        told=telling.told,
        words=telling.words,
        contact=telling.contact,
        suppression_notice=policies.disclosure.notice,
    )


_NOTHING_HELD = Held()
_NOTHING_TO_SAY = Telling(Told.NEUTRAL, "", ())
