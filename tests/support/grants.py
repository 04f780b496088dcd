"""Grants of emergency access of made-up people, for tests of any room."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from broker.domain.audit import AuditContext, Disclosure
from broker.domain.grant import Grant
from broker.domain.grant_life import GrantEvent, new_grant_id, opened
from broker.domain.identity import NhsNumber
from tests.support.stores import ADA, NOON, REASONS, clinician, context, disclosure

WORDS = "Collapsed in the street, and nobody knows what she takes."
HALF_HOUR = dt.timedelta(minutes=30)


def granted(
    *numbers: NhsNumber,
    grant_id: str = "",
    at: dt.datetime = NOON,
    ground: str = "risk-to-life",
    user_id: str = "555000111222",
    session_id: str = "session-of-willow",
    minutes: int = 30,
) -> Grant:
    """A grant of the general practitioner of `stores.clinician` for one person."""
    asked = clinician(user_id)
    return Grant(
        grant_id=grant_id or new_grant_id(),
        ground=ground,
        numbers=frozenset(numbers or (ADA,)),
        issuer=asked.issuer,
        user_id=user_id,
        organisation_ods=asked.organisation_ods,
        session_id=session_id,
        purpose=asked.purpose,
        partners=frozenset({"practices", "acute"}),
        granted_at=at,
        expires_at=at + dt.timedelta(minutes=minutes),
        text=WORDS,
        witness="Imaginary Elder" if ground == "person-asks-now" else "",
    )


def first_step(grant: Grant) -> GrantEvent:
    """Its opening by its user."""
    return opened(grant, clinician(grant.user_id))


def asked_with(grant: Grant) -> AuditContext:
    """The request that opened it."""
    asked = context(*sorted(grant.numbers), requester=clinician(grant.user_id))
    return replace(asked, interaction="open-emergency-access", grant_id=grant.grant_id)


def released_under(grant_id: str, intent_sequence: int, *numbers: NhsNumber) -> Disclosure:
    """A release that names a grant."""
    plain = disclosure(intent_sequence, *numbers)
    return replace(plain, context=replace(plain.context, grant_id=grant_id), reasons=REASONS)
