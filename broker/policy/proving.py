"""One revision of the policies held to theorems over every request of its space, by deciding each.

A case shows one request; a theorem speaks of all of them. What is proved is what these files decide; that
the decision itself is right is proved elsewhere, against a second judgement by another hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from broker.domain.category import Category
from broker.domain.decision import Effect, Judgement, PartnerFacts
from broker.domain.policy import DIRECT_CARE, PLACELESS, PolicySet
from broker.domain.requester import RelationshipGround
from broker.domain.sensitivity import LEGAL
from broker.pipeline.decision import decide
from broker.pipeline.decision.rules import DECISION
from broker.policy.points import Space
from broker.policy.reading_withholding import ALWAYS_BIND
from broker.policy.situation import Situation, facts_of

Opened = tuple[frozenset[Category], ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """One request and what came of it. `unobjected` is what the same request opens of somebody who said
    nothing and about whom no emergency is stated; it is what the request opens where that is the case.
    """

    situation: Situation
    judgement: Judgement
    unobjected: Opened

    @property
    def opened(self) -> Opened:
        """What is open at each partner."""
        return tuple(decision.categories for decision in self.judgement.decisions)


@dataclass(frozen=True, slots=True)
class Theorem:
    """A sentence about every request, and what would break it."""

    sentence: str
    is_broken_by: Callable[[Judged], bool]


@dataclass(frozen=True, slots=True)
class Proved:
    """What was found: for each theorem its first counter-example in words, or None where it holds."""

    requests: int
    found: tuple[tuple[Theorem, str | None], ...]

    @property
    def holds(self) -> bool:
        """True when every theorem does."""
        return all(example is None for _, example in self.found)


def prove(policies: PolicySet, space: Space, partners: tuple[PartnerFacts, ...]) -> Proved:
    """Judge every request of `space` and hold it to every theorem."""
    broken: dict[str, str] = {}
    for words, situation in space.points():
        judged = _judged(situation, policies, partners)
        for theorem in THEOREMS:
            if theorem.sentence not in broken and theorem.is_broken_by(judged):
                broken[theorem.sentence] = ", ".join(f"{name} {word}" for name, word in words.items())
    found = tuple((theorem, broken.get(theorem.sentence)) for theorem in THEOREMS)
    return Proved(space.size, found)


def _judged(situation: Situation, policies: PolicySet, partners: tuple[PartnerFacts, ...]) -> Judged:
    judgement = decide(facts_of(situation, partners), policies)
    plain = judgement
    if situation.objections or situation.grant is not None:
        unobjected = replace(situation, objections=(), grant=None)
        plain = decide(facts_of(unobjected, partners), policies)
    return Judged(situation, judgement, tuple(decision.categories for decision in plain.decisions))


def _opens(judged: Judged) -> bool:
    return judged.judgement.effect is Effect.PERMIT or any(judged.opened)


def _passes_an_objection(judged: Judged) -> bool:
    binds = [
        one for one in judged.situation.objections if one.state in ALWAYS_BIND and one.scope.is_whole_record
    ]
    return bool(binds) and judged.situation.grant is None and _opens(judged)


def _opens_by_objecting(judged: Judged) -> bool:
    pairs = zip(judged.opened, judged.unobjected, strict=True)
    return any(not opened <= unobjected for opened, unobjected in pairs)


def _opens_the_law(judged: Judged) -> bool:
    permits = [one for one in judged.judgement.decisions if one.effect is Effect.PERMIT]
    return any(not one.hidden_classes.classes >= LEGAL for one in permits)


def _opens_a_place(judged: Judged) -> bool:
    restriction = judged.situation.restriction
    if restriction is None or not restriction.hides_location:
        return False
    permits = [one for one in judged.judgement.decisions if one.effect is Effect.PERMIT]
    return any(not one.locationless or not one.categories <= PLACELESS for one in permits)


def _opens_beyond_care(judged: Judged) -> bool:
    situation = judged.situation
    cared_for = situation.purpose in DIRECT_CARE and situation.relationship is not RelationshipGround.NONE
    return not cared_for and _opens(judged)


def _denies_without_a_reason(judged: Judged) -> bool:
    judgement = judged.judgement
    said = [(judgement.effect, judgement.reasons)]
    said += [(one.effect, one.reasons) for one in judgement.decisions]
    denials = [reasons for effect, reasons in said if effect is Effect.DENY]
    return any(not reasons or reasons[0].effect is not Effect.DENY for reasons in denials)


def _fails(judged: Judged) -> bool:
    first = judged.judgement.reasons[0]
    return (first.topic, first.rule) == (DECISION, "error")


THEOREMS = (
    Theorem("An objection to everything, in force, stops every request.", _passes_an_objection),
    Theorem("Neither an objection nor an emergency opens what is closed without.", _opens_by_objecting),
    Theorem("What the law closes is open to nobody.", _opens_the_law),
    Theorem("Of a protected person nothing is shown that says where they are.", _opens_a_place),
    Theorem("Nobody looks but for direct care, and in a care relationship.", _opens_beyond_care),
    Theorem("Every denial has a first reason, and it denies.", _denies_without_a_reason),
    Theorem("No request makes the decision fail.", _fails),
)
