"""A request in plain words into the product's own Facts."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from broker.domain.category import Category
from broker.domain.decision import Facts, PartnerFacts
from broker.domain.grant import Grant
from broker.domain.identity import NhsNumber, Restriction
from broker.domain.objection import Carveout, Direction, Objection, ObjectionSnapshot, ObjectionState, Scope
from broker.domain.requester import RelationshipGround, Requester
from tests.prove.words import Asked, CarveOut, Granted, Objected, Registered

_RESTRICTIONS = {
    None: None,
    "none": Restriction.NONE,
    "restricted": Restriction.RESTRICTED,
    "very-restricted": Restriction.VERY_RESTRICTED,
}
_ACKNOWLEDGED = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
# One value of one dimension is met many thousand times; each is made once.
_KEPT_MAX = 8192


def facts_of(asked: Asked) -> Facts:
    """What the decision is given for this request."""
    return Facts(
        requester=_requester(asked),
        partners=tuple(partner_facts(one) for one in asked.partners),
        objections=_objections(asked.objections),
        now=asked.now,
        restriction=_RESTRICTIONS[asked.restriction],
        practice_ods=asked.practice,
        deceased_on=asked.died,
        grant=None if asked.grant is None else _grant(asked.grant),
        numbers=_numbers(asked.numbers),
    )


def _requester(asked: Asked) -> Requester:
    return Requester(
        issuer=asked.issuer,
        user_id=asked.user,
        user_name="Dr Imaginary Hazel",
        organisation_ods=asked.organisation,
        roles=asked.roles,
        purpose=asked.purpose,
        relationship=RelationshipGround(asked.relationship),
        scopes=asked.scopes,
        session_id=asked.session,
    )


@lru_cache(maxsize=_KEPT_MAX)
def partner_facts(one: Registered) -> PartnerFacts:
    """One registration as a decision sees it."""
    return PartnerFacts(
        partner_id=one.partner,
        ods_codes=one.organisations,
        kind=one.kind,
        status=one.status,
        supplies=_categories(one.supplies),
        closed=_categories(one.closed),
        closed_to=one.closed_to,
        open_to=one.open_to,
    )


@lru_cache(maxsize=_KEPT_MAX)
def _objections(objections: tuple[Objected, ...]) -> ObjectionSnapshot:
    """The version is how many there are, so that it can be found again in the judgement."""
    named = (_objection(f"objection-{at}", one) for at, one in enumerate(objections, start=1))
    return ObjectionSnapshot(version=len(objections), objections=tuple(named))


def _objection(objection_id: str, one: Objected) -> Objection:
    return Objection(
        objection_id=objection_id,
        state=ObjectionState(one.state),
        scope=Scope(
            partners=one.partners,
            direction=Direction(one.direction),
            staff=one.staff,
            categories=_categories(one.categories),
            items=one.items,
            period_start=one.period_from,
            period_end=one.period_until,
        ),
        acknowledged_at=_ACKNOWLEDGED,
        verified=one.verified,
        carveout=None if one.carve_out is None else _carve_out(one.carve_out),
    )


def _carve_out(one: CarveOut) -> Carveout:
    return Carveout(
        ground=one.ground,
        roles=one.roles,
        categories=_categories(one.categories),
        partners=one.partners,
        review_on=one.review_on,
    )


@lru_cache(maxsize=_KEPT_MAX)
def _grant(one: Granted) -> Grant:
    return Grant(
        grant_id="grant-1",
        ground=one.ground,
        numbers=_numbers(one.numbers),
        issuer=one.issuer,
        user_id=one.user,
        organisation_ods=one.organisation,
        session_id=one.session,
        purpose=one.purpose,
        partners=one.partners,
        granted_at=one.granted_at,
        expires_at=one.expires_at,
        text=one.text,
        witness=one.witness,
        ended=one.ended,
    )


@lru_cache(maxsize=_KEPT_MAX)
def _numbers(digits: frozenset[str]) -> frozenset[NhsNumber]:
    return frozenset(NhsNumber.parse(each) for each in digits)


def _categories(words: frozenset[str]) -> frozenset[Category]:
    return frozenset(Category(word) for word in words)
