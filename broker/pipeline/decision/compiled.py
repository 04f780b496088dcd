"""Policies and registered partners, compiled: each kind of request is judged once by `decide`, and kept.

A kind is everything that a judgement rests on where nobody objected, no grant is named and no death is known.
What is kept is made of that alone, so that nothing of a person or a user can be in it. Everything else is
judged in full each time.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from broker.domain.decision import Facts, Judgement, PartnerFacts
from broker.domain.identity import Restriction
from broker.domain.objection import NOBODY_OBJECTED
from broker.domain.policy import PolicySet
from broker.domain.requester import RelationshipGround, Requester
from broker.pipeline.decision import decide
from broker.pipeline.decision.rules import DECISION, denies

# What was asked for longest ago gives way. One kind takes about 600 bytes for each partner.
KINDS_KEPT_MAX = 2048


class _InErrorError(Exception):
    """An error is not kept: the next request may do better."""


class CompiledDecision:
    """`decide` by one set of policies on one tuple of partners: for any Facts the same Judgement.

    Of a kind that was met before it is the same object, so that two judgements are soon compared. Facts on
    other partners are judged in full.
    """

    def __init__(self, policies: PolicySet, partners: tuple[PartnerFacts, ...]) -> None:
        """Nothing is judged yet. Other policies or other partners are another object."""
        self.policies, self.partners = policies, partners
        # By type too: a word that is no member of its enum is not the member that it equals.
        self._kept = lru_cache(maxsize=KINDS_KEPT_MAX, typed=True)(self._judged)

    def __call__(self, facts: Facts) -> Judgement:
        """See broker.pipeline.decision.decide."""
        said, now, asks = facts.objections, facts.now, facts.requester
        if (
            said.objections
            or said.version
            or facts.grant is not None
            or facts.deceased_on is not None
            or now.tzinfo is not dt.UTC
            or facts.partners is not self.partners
        ):
            return decide(facts, self.policies)
        try:
            return self._kept(
                asks.roles,
                asks.purpose,
                asks.relationship,
                asks.organisation_ods,
                asks.scopes,
                facts.restriction,
                facts.practice_ods,
                now.toordinal(),
                now.hour,
            )
        except (_InErrorError, TypeError):  # a TypeError is of what has no hash, and so is no key
            return decide(facts, self.policies)

    def _judged(  # noqa: PLR0913, PLR0917 - the whole of what tells one kind of request from another
        self,
        roles: tuple[str, ...],
        purpose: str,
        relationship: RelationshipGround,
        organisation_ods: str,
        scopes: frozenset[str],
        restriction: Restriction | None,
        practice_ods: str | None,
        day: int,
        hour: int,
        /,
    ) -> Judgement:
        """At the first moment of the hour: both midnights by which rules begin and end are on a full hour of
        UTC, so that the whole hour is judged alike. Raises _InErrorError.
        """
        requester = Requester(
            issuer="",
            user_id="",
            user_name="",
            organisation_ods=organisation_ods,
            roles=roles,
            purpose=purpose,
            relationship=relationship,
            scopes=scopes,
        )
        kind = Facts(
            requester=requester,
            partners=self.partners,
            objections=NOBODY_OBJECTED,
            now=dt.datetime.combine(dt.date.fromordinal(day), dt.time(hour), dt.UTC),
            restriction=restriction,
            practice_ods=practice_ods,
        )
        judgement = decide(kind, self.policies)
        if denies(DECISION, "error") in judgement.reasons:
            raise _InErrorError
        return judgement
