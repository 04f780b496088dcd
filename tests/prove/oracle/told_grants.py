"""A grant as a case tells it, which fits in everything that the case does not say otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from tests.prove.oracle.facts import Granted
from tests.prove.oracle.reading import Section, flag, texts

ANOTHER_PERSON = "9990000026"


def granted(given: Section, now: dt.datetime, number: str, partners: Iterable[str]) -> Granted:
    """The grant of a situation. Made just now for half an hour, at `partners`, unless it says otherwise."""
    told = given["grant"]
    at = now - dt.timedelta(minutes=int(told.get("minutes_ago", 0)))
    witness = told.get("witness", "user-2")
    return Granted(
        ground=told["ground"],
        numbers=frozenset({ANOTHER_PERSON if told.get("person") == "another" else number}),
        issuer="issuer-1",
        user=told.get("user", given["user"]),
        organisation=told.get("organisation", given["organisation"]),
        session=told.get("session", "session-1"),
        purpose=told.get("purpose", given["purpose"]),
        partners=texts(told.get("partners", partners)),
        granted_at=at,
        expires_at=at + dt.timedelta(minutes=int(told.get("minutes", 30))),
        text=told.get("text", "Nobody else can tell us in time."),
        witness="" if witness == "none" else witness,
        ended=flag(told.get("ended", "false")),
    )
