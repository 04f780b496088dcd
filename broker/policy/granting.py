"""What a case says of emergency access into a grant that fits the request in all else."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from broker.domain.grant import Grant
from broker.domain.identity import NhsNumber
from broker.domain.requester import Requester
from broker.files import Section

# Whom every situation is about, and somebody else: invented people, of the range that nobody is given.
PERSON, SOMEBODY_ELSE = NhsNumber.parse("9990000018"), NhsNumber.parse("9990000026")
SAME, ANOTHER = "same", "another"
PEOPLE = {SAME: PERSON, ANOTHER: SOMEBODY_ELSE}

# Long enough for any policy that can be lived with.
_TEXT = "The person was brought in unconscious, and nobody with them knows what they take. " * 20
_WITNESS = "witness-1"
_MINUTES = 30
MINUTES_AHEAD_MAX = 24 * 60
NOBODY = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenGrant:
    """What a grant says otherwise than one that fits the request. None is as it fits.

    `partners` None is every partner. It was made `minutes_ago` (negative: it is still to come) and is to
    hold for `minutes` from then.
    """

    ground: str
    partners: frozenset[str] | None = None
    person: str = SAME
    user: str | None = None
    organisation: str | None = None
    session: str | None = None
    purpose: str | None = None
    minutes_ago: int = 0
    minutes: int = _MINUTES
    text: str = _TEXT
    witness: str = _WITNESS
    ended: bool = False


def read_grant(section: Section) -> GivenGrant:
    """Read `grant` of a case. Raises FileFault."""
    named, witness = "partners" in section, section.text("witness", _WITNESS)
    given = GivenGrant(
        ground=section.text("ground"),
        partners=frozenset(section.words("partners")) if named else None,
        person=section.word("person", PEOPLE, SAME),
        user=section.text("user", None),
        organisation=section.text("organisation", None),
        session=section.text("session", None),
        purpose=section.text("purpose", None),
        minutes_ago=section.integer("minutes_ago", 0, least=-MINUTES_AHEAD_MAX),
        minutes=section.integer("minutes", _MINUTES),
        text=section.text("text", _TEXT),
        witness="" if witness == NOBODY else witness,
        ended=section.flag("ended", default=False),
    )
    section.finish()
    return given


def grant_of(given: GivenGrant, requester: Requester, partners: frozenset[str], now: dt.datetime) -> Grant:
    """The grant that `given` means for this request at `now`."""
    granted_at = now - dt.timedelta(minutes=given.minutes_ago)
    return Grant(
        grant_id="given",
        ground=given.ground,
        numbers=frozenset({PEOPLE[given.person]}),
        issuer=requester.issuer,
        user_id=_or(given.user, requester.user_id),
        organisation_ods=_or(given.organisation, requester.organisation_ods),
        session_id=_or(given.session, requester.session_id),
        purpose=_or(given.purpose, requester.purpose),
        partners=partners if given.partners is None else given.partners,
        granted_at=granted_at,
        expires_at=granted_at + dt.timedelta(minutes=given.minutes),
        text=given.text,
        witness=given.witness,
        ended=given.ended,
    )


def _or(given: str | None, fitting: str) -> str:
    return fitting if given is None else given
