"""A judgement into why: each topic, the rule that spoke, its effect, and the line that says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from broker.domain.decision import Decision, Effect, Judgement, Reason
from broker.domain.policy import Place, PolicySet, Topic
from broker.pipeline.decision.rules import SENTENCES


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """One reason, explained. `place` is `file:line`, empty for the machinery's own rules."""

    topic: str
    rule: str
    effect: str
    sentence: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerExplanation:
    """One partner's decision, explained. `agreement` is the line with which the partner signed; `hidden` are
    the sensitivity classes of which nothing is shown.
    """

    partner_id: str
    effect: str
    categories: tuple[str, ...]
    holds_back_part: bool
    naming: str
    placeless: bool
    in_scope: bool
    because: tuple[Because, ...]
    agreement: str
    hidden: tuple[Because, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A whole judgement, explained."""

    effect: str
    told: str
    words: str
    contact: tuple[str, ...]
    revision: str
    because: tuple[Because, ...]
    partners: tuple[PartnerExplanation, ...]


def explain(judgement: Judgement, policies: PolicySet) -> Explanation:
    """Why `judgement` is what it is, by the policies that made it."""
    return Explanation(
        effect=str(judgement.effect),
        told=str(judgement.told),
        words=judgement.words,
        contact=judgement.contact,
        revision=judgement.revision,
        because=_because(judgement.reasons, policies),
        partners=tuple(_partner(decision, policies) for decision in judgement.decisions),
    )


def _because(reasons: Iterable[Reason], policies: PolicySet) -> tuple[Because, ...]:
    return tuple(_one(reason, policies) for reason in reasons)


def _one(reason: Reason, policies: PolicySet) -> Because:
    key = (reason.topic, reason.rule)
    place = policies.places.get(key)
    sentence = SENTENCES.get(key) or (place.title if place else "")
    return Because(
        topic=reason.topic,
        rule=reason.rule,
        effect=str(reason.effect),
        sentence=sentence,
        place=_at(place),
    )


def _partner(decision: Decision, policies: PolicySet) -> PartnerExplanation:
    signed = policies.places.get((str(Topic.SHARING_AGREEMENT), decision.partner_id))
    return PartnerExplanation(
        partner_id=decision.partner_id,
        effect=str(decision.effect),
        categories=tuple(sorted(decision.categories)),
        holds_back_part=bool(decision.withholds),
        naming=str(decision.naming),
        placeless=decision.locationless,
        in_scope=decision.in_scope,
        because=_because(decision.reasons, policies),
        agreement=_at(signed),
        hidden=_because(_hidden(decision), policies),
    )


def _hidden(decision: Decision) -> tuple[Reason, ...]:
    topic = str(Topic.SENSITIVE_INFORMATION)
    names = sorted(decision.hidden_classes.classes)
    return tuple(Reason(topic=topic, rule=str(name), effect=Effect.DENY) for name in names)


def _at(place: Place | None) -> str:
    return f"{place.file}:{place.line}" if place else ""


def as_text(explanation: Explanation) -> str:
    """The explanation as people read it in a terminal."""
    lines = [f"{explanation.effect.upper()}  (policies {explanation.revision})"]
    lines += [_line(because) for because in explanation.because]
    if explanation.effect == Effect.DENY:
        lines += ["", f"The caller is told ({explanation.told}): {explanation.words}"]
        lines += [f"  contact: {route}" for route in explanation.contact]
    lines += ["", "Partners"]
    for partner in explanation.partners:
        lines += _partner_lines(partner)
    return "\n".join(lines)


def _line(because: Because) -> str:
    place = f"  [{because.place}]" if because.place else ""
    return f"  {because.effect:<6}  {because.topic}/{because.rule}: {because.sentence}{place}"


def _partner_lines(partner: PartnerExplanation) -> Iterable[str]:
    said = ["" if partner.naming == "plain" else partner.naming]
    said += ["without any place"] if partner.placeless else []
    said += ["a part is held back"] if partner.holds_back_part else []
    said += [] if partner.in_scope else ["not in scope"]
    remarks = ", ".join(word for word in said if word)
    yield f"  {partner.effect:<6}  {partner.partner_id}" + (f" ({remarks})" if remarks else "")
    if partner.categories:
        yield f"            {', '.join(partner.categories)}"
    yield from (f"        {_line(because)}" for because in (*partner.because, *partner.hidden))
