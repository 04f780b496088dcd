"""A situation in a governance lead's words into the Facts of a decision: for cases and for `explain`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from broker.domain.category import Category
from broker.domain.decision import Facts, PartnerFacts
from broker.domain.identity import Restriction
from broker.domain.objection import Carveout, Direction, Objection, ObjectionSnapshot, ObjectionState, Scope
from broker.domain.policy import Asked, PolicySet
from broker.domain.registration import PartnerStatus
from broker.domain.requester import RelationshipGround, Requester
from broker.files import Section, read_file
from broker.pipeline.decision.sharing import PRACTICE
from broker.policy.granting import PERSON, GivenGrant, grant_of, read_grant
from broker.policy.loading import USUAL_CASE
from broker.policy.reading_withholding import RESTRICTIONS

# What a case may say of the patient index: that it has not answered yet, or how it protects the person.
RESTRICTION_WORDS: Mapping[str, Restriction | None] = {
    "not-yet-known": None,
    "none": Restriction.NONE,
    **RESTRICTIONS,
}
NOON = dt.time(12, 0, tzinfo=dt.UTC)
_SESSION = "session-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Who asks, in what right, about whom, on which day. Any word may be one that no policy knows."""

    roles: tuple[str, ...]
    organisation: str
    user: str
    purpose: str
    relationship: RelationshipGround
    scopes: frozenset[str]
    day: dt.date
    practice: str | None
    restriction: Restriction | None
    died: str | None
    not_live: frozenset[str]
    objections: tuple[Objection, ...]
    grant: GivenGrant | None = None


_EMPTY = Situation(
    roles=(),
    organisation="",
    user="",
    purpose="",
    relationship=RelationshipGround.NONE,
    scopes=frozenset(),
    day=dt.date.min,
    practice=None,
    restriction=None,
    died=None,
    not_live=frozenset(),
    objections=(),
)


def read_usual(folder: Path, policies: PolicySet) -> Situation:
    """The situation that every case starts from. Raises FileFault."""
    top = read_file(folder / USUAL_CASE)
    top.text("title")
    given = top.section("given")
    for name in ("roles", "organisation", "user", "purpose", "relationship", "day", "restriction"):
        if name not in given:
            raise given.fault(f"`{name}` is missing.", "The usual case says everything.")
    situation = read_situation(given, _EMPTY, policies)
    top.finish()
    return situation


def read_situation(given: Section, usual: Situation, policies: PolicySet) -> Situation:
    """`usual` with what `given` says otherwise. Raises FileFault."""
    situation = _whom(given, _who(given, usual), policies)
    given.finish()
    return situation


def _who(given: Section, usual: Situation) -> Situation:
    ground = given.word("relationship", RelationshipGround, usual.relationship)
    return replace(
        usual,
        roles=given.words("roles", None, usual.roles),
        organisation=given.text("organisation", usual.organisation),
        user=given.text("user", usual.user),
        purpose=given.text("purpose", usual.purpose),
        relationship=RelationshipGround(ground),
        scopes=frozenset(given.words("scopes", None, tuple(usual.scopes))),
    )


def _whom(given: Section, usual: Situation, policies: PolicySet) -> Situation:
    restriction = usual.restriction
    if "restriction" in given:
        restriction = RESTRICTION_WORDS[given.word("restriction", RESTRICTION_WORDS)]
    practice = given.text("practice", usual.practice)
    not_live = given.words("not_live", policies.party_of_partner, tuple(usual.not_live))
    objections = usual.objections
    if "objections" in given:
        sections = given.sections("objections")
        objections = tuple(_objection(at, section) for at, section in enumerate(sections, start=1))
    grant = read_grant(given.section("grant")) if "grant" in given else usual.grant
    return replace(
        usual,
        day=given.date("day", usual.day),
        practice=None if practice == "none" else practice,
        restriction=restriction,
        died=given.text("died", usual.died),
        not_live=frozenset(not_live),
        objections=objections,
        grant=grant,
    )


def _objection(number: int, section: Section) -> Objection:
    objection = Objection(
        objection_id=f"case-{number}",
        state=ObjectionState(section.word("state", ObjectionState)),
        scope=_scope(section),
        acknowledged_at=dt.datetime.combine(dt.date(2026, 1, 1), NOON),
        verified=section.flag("verified", default=True),
        carveout=_carveout(section.section("carve_out")) if "carve_out" in section else None,
    )
    section.finish()
    return objection


def _scope(section: Section) -> Scope:
    return Scope(
        partners=frozenset(section.words("partners", None, ())),
        direction=Direction(section.word("direction", Direction, Direction.BOTH)),
        staff=frozenset(section.words("staff", None, ())),
        categories=frozenset(Category(word) for word in section.words("categories", Category, ())),
        items=frozenset(_item(word) for word in section.words("items", None, ())),
        period_start=section.date("period_from").isoformat() if "period_from" in section else None,
        period_end=section.date("period_until").isoformat() if "period_until" in section else None,
    )


def _item(word: str) -> tuple[str, str]:
    system, _, value = word.rpartition("|")
    return system, value


def _carveout(section: Section) -> Carveout:
    carveout = Carveout(
        ground=section.text("ground"),
        roles=frozenset(section.words("roles", None, ())),
        categories=frozenset(Category(word) for word in section.words("categories", Category, ())),
        partners=frozenset(section.words("partners", None, ())),
        review_on=section.date("review_on") if "review_on" in section else None,
    )
    section.finish()
    return carveout


def facts_of(situation: Situation, partners: tuple[PartnerFacts, ...]) -> Facts:
    """The Facts of `situation` at noon of its day, with `partners` as registered."""
    requester, now = _requester(situation), dt.datetime.combine(situation.day, NOON)
    names = frozenset(partner.partner_id for partner in partners)
    return Facts(
        requester=requester,
        partners=tuple(
            replace(partner, status="suspended") if partner.partner_id in situation.not_live else partner
            for partner in partners
        ),
        objections=ObjectionSnapshot(version=len(situation.objections), objections=situation.objections),
        now=now,
        restriction=situation.restriction,
        practice_ods=situation.practice,
        deceased_on=situation.died,
        grant=grant_of(situation.grant, requester, names, now) if situation.grant else None,
        numbers=frozenset({PERSON}),
    )


def _requester(situation: Situation) -> Requester:
    return Requester(
        issuer="case",
        user_id=situation.user,
        user_name="",
        organisation_ods=situation.organisation,
        roles=situation.roles,
        purpose=situation.purpose,
        relationship=situation.relationship,
        scopes=situation.scopes,
        session_id=_SESSION,
    )


def partners_of(policies: PolicySet) -> tuple[PartnerFacts, ...]:
    """The agreement's partners as if each were live and supplied everything that a category names."""
    return tuple(
        PartnerFacts(
            partner_id=partner_id,
            ods_codes=party.organisations,
            kind=PRACTICE if party.asked is Asked.REGISTERED_PRACTICE else "",
            status=PartnerStatus.LIVE,
            supplies=frozenset(Category),
        )
        for partner_id, party in policies.party_of_partner.items()
    )
