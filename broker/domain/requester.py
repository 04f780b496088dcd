"""Who asks, for whom, in which role and why: the facts that a token proves."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field

from broker.domain.identity import NhsNumber


class RelationshipGround(enum.StrEnum):
    """How the care relationship is known. `none` is a deny."""

    LAUNCH_CONTEXT = "launch-context"
    REGISTRATION = "registration"
    REFERRAL = "referral"
    BOOKING = "booking"
    SELF_CLAIMED = "self-claimed"
    NONE = "none"


class Permission(enum.StrEnum):
    """Whether the person was asked for permission to view."""

    ASKED = "asked"
    NOT_ASKED = "not-asked"
    UNABLE_TO_ASK = "unable-to-ask"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """A named user in a role at an organisation for a purpose.

    `roles` are codes as the issuer gave them (claim maps turn CIS2 roles and SMART claims into these);
    `scopes` only narrow; a token that names a patient (`only_patient`) opens that one alone.
    """

    issuer: str
    user_id: str
    user_name: str = field(repr=False)
    organisation_ods: str
    roles: tuple[str, ...]
    purpose: str
    relationship: RelationshipGround
    permission: Permission = Permission.UNKNOWN
    scopes: frozenset[str] = frozenset()
    only_patient: NhsNumber | None = field(repr=False, default=None)
    session_id: str = field(repr=False, default="")
    token_id: str = field(repr=False, default="")
    expires_at: dt.datetime | None = None
