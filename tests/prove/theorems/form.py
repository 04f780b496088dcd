"""What every judgement is made of, permit or denial."""

from __future__ import annotations

from broker.domain.decision import Effect, Told
from tests.prove.theorems.statement import Judged, Theorem


def _no_revision(judged: Judged) -> bool:
    judgement = judged.judgement
    told = (judgement.revision, judgement.objection_version)
    return told != (judged.revision.policies.revision, len(judged.asked.objections))


def _not_each_once(judged: Judged) -> bool:
    names = [decision.partner_id for decision in judged.judgement.decisions]
    return names != [registered.partner for registered in judged.asked.partners]


def _no_first_reason(judged: Judged) -> bool:
    """Of the whole and of each partner."""
    each = (judged.judgement, *judged.judgement.decisions)
    return any(
        one.effect is Effect.DENY and not (one.reasons and one.reasons[0].effect is Effect.DENY)
        for one in each
    )


def _denial_opens(judged: Judged) -> bool:
    return any(
        one.effect is Effect.DENY and (one.categories or one.withholds) for one in judged.judgement.decisions
    )


def _permit_opens_nothing(judged: Judged) -> bool:
    return any(one.effect is Effect.PERMIT and not one.categories for one in judged.judgement.decisions)


def _whole_without_part(judged: Judged) -> bool:
    permits = any(one.effect is Effect.PERMIT for one in judged.judgement.decisions)
    return permits is not (judged.judgement.effect is Effect.PERMIT)


def _part_of_nothing(judged: Judged) -> bool:
    return any(
        not part.categories or not part.categories <= one.categories
        for one in judged.judgement.decisions
        for part in one.withholds
    )


def _permit_says_no(judged: Judged) -> bool:
    told = judged.judgement
    said = (told.told, told.words, told.contact)
    return told.effect is Effect.PERMIT and said != (Told.NEUTRAL, "", ())


def _reason_twice(judged: Judged) -> bool:
    reasons = judged.judgement.reasons
    return len(set(reasons)) != len(reasons)


THEOREMS = (
    Theorem("No reason of the whole is given twice.", _reason_twice),
    Theorem("A permit has no words of refusal.", _permit_says_no),
    Theorem("Every judgement names the revision and the register's version that it rests on.", _no_revision),
    Theorem("Each partner has exactly one decision, in the order of asking.", _not_each_once),
    Theorem("Every denial has one first reason, and it denies.", _no_first_reason),
    Theorem("A denial opens no category and no part.", _denial_opens),
    Theorem("A permit opens at least one category.", _permit_opens_nothing),
    Theorem("The whole is permitted exactly where one partner is.", _whole_without_part),
    Theorem("What is held back in part is part of what is open.", _part_of_nothing),
)
