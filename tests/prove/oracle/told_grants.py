"""A grant as a case tells it, which says only in what it differs from one that fits."""

from __future__ import annotations

import datetime as dt

from tests.prove.oracle.facts import Granted
from tests.prove.oracle.reading import Section, flag, texts


def granted(given: Section, now: dt.datetime, number: str) -> Granted:
    """The grant of a situation, made a minute before, with what it says otherwise."""
    told = given["grant"]
    at = now - dt.timedelta(minutes=int(told.get("minutes_ago", 1)))
    return Granted(
        ground=told["ground"],
        numbers=frozenset({told.get("number", number)}),
        issuer=told.get("issuer", "issuer-1"),
        user=told.get("user", given["user"]),
        organisation=told.get("organisation", given["organisation"]),
        session=told.get("session", "session-1"),
        purpose=told.get("purpose", given["purpose"]),
        partners=texts(told.get("partners")),
        granted_at=at,
        expires_at=at + dt.timedelta(minutes=int(told.get("minutes", 30))),
        text=told.get("text", "The person's life is at risk."),
        witness=told.get("witness", ""),
        ended=flag(told.get("ended", "false")),
    )
