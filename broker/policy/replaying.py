"""What a record of the trail was judged on, judged again: the same, or how it differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from broker.domain.audit import JudgedOn
from broker.domain.decision import Facts, Judgement, PartnerFacts, Reason
from broker.domain.grant import Grant
from broker.domain.identity import NhsNumber, Restriction
from broker.domain.objection import ObjectionSnapshot
from broker.domain.policy import PolicySet
from broker.domain.query import OF_THE_REGISTER, Interaction
from broker.domain.requester import Requester
from broker.pipeline.decision import decide, may_read_register
from broker.pipeline.judging import digest_of_partners
from broker.pipeline.reconstruction import may_reconstruct


@dataclass(frozen=True, slots=True)
class Replay:
    """The judgement made again on `facts`. `same_partners` is False where registrations have changed since:
    then the judgement is on those of today.
    """

    facts: Facts
    judgement: Judgement
    recorded: tuple[Reason, ...]
    same_partners: bool

    @property
    def is_same(self) -> bool:
        """True when it gives the very reasons that are on record."""
        return self.judgement.reasons == self.recorded


def facts_again(
    requester: Requester,
    on: JudgedOn,
    partners: tuple[PartnerFacts, ...],
    objections: ObjectionSnapshot,
    *,
    grant: Grant | None,
    numbers: frozenset[NhsNumber],
) -> Facts:
    """The facts as they were."""
    return Facts(
        requester=requester,
        partners=partners,
        objections=objections,
        now=on.at,
        restriction=None if on.restriction is None else Restriction(on.restriction),
        practice_ods=on.practice_ods,
        deceased_on=on.deceased_on,
        grant=grant,
        numbers=numbers,
    )


def replay(
    facts: Facts, on: JudgedOn, recorded: tuple[Reason, ...], policies: PolicySet, *, interaction: str
) -> Replay:
    """Judge `facts` by `policies`, which are of the revision that judged them first: as a question for a
    record, or for the register of objections.
    """
    same_partners = digest_of_partners(facts.partners) == on.partners
    return Replay(facts, _judge_of(interaction)(facts, policies), recorded, same_partners)


def _judge_of(interaction: str) -> Callable[[Facts, PolicySet], Judgement]:
    if interaction == Interaction.RECONSTRUCT:
        return may_reconstruct
    return may_read_register if interaction in OF_THE_REGISTER else decide
