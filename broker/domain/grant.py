"""Emergency access as a decision sees it: what somebody stated, for whom, with whom, and until when."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field

from broker.domain.identity import NhsNumber


class EmergencyGround(enum.StrEnum):
    """What may be stated: the closed list. `person-asks-now` is no emergency: the person wants it shown."""

    RISK_TO_LIFE = "risk-to-life"
    CANNOT_BE_ASKED = "cannot-be-asked"
    SAFEGUARDING = "safeguarding"
    RISK_OF_HARM = "risk-of-harm"
    PERSON_ASKS_NOW = "person-asks-now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One statement, bound to everything it was made for: any other person, user, organisation, session,
    purpose, partner or moment is outside it.

    `numbers` are those that the person was known by; `partners` are registration ids, each one named.
    It holds while `granted_at <= now < expires_at`, both aware, UTC, and while nobody ended it. `text` is
    the user's own words; `witness` is who heard the person ask, empty where the ground needs none.
    `ground` is as stated: a word that policy does not know opens nothing.
    """

    grant_id: str
    ground: str
    numbers: frozenset[NhsNumber] = field(repr=False)
    issuer: str
    user_id: str
    organisation_ods: str
    session_id: str = field(repr=False)
    purpose: str
    partners: frozenset[str]
    granted_at: dt.datetime
    expires_at: dt.datetime
    text: str = field(repr=False, default="")
    witness: str = field(repr=False, default="")
    ended: bool = False
