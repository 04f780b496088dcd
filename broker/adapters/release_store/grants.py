"""Emergency access and self-claimed relationships, read and appended inside the caller's transaction."""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import dataclass, replace

from broker.adapters.keys import KeyRing, Purpose
from broker.adapters.release_store import links
from broker.adapters.release_store.entries import Entry, read_body
from broker.adapters.release_store.identity import now_text
from broker.adapters.release_store.journal import Journal
from broker.adapters.release_store.shelves import GRANTS, OPENERS, opener_hash
from broker.adapters.release_store.steps import STEPS, marks_for, opened
from broker.domain.errors import ServiceDown
from broker.domain.grant import Grant
from broker.domain.grant_life import GrantEvent, GrantHistory, GrantStep
from broker.ports.grant_register import GrantedBefore, TooManyGrants
from broker.ports.objection_register import StepTaken

_HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What opening a grant may not go over: how many in an hour for one user, and whether it is had once."""

    per_hour_max: int
    once: bool


def history_of(database: sqlite3.Connection, ring: KeyRing, grant_id: str) -> GrantHistory | None:
    """Every step of one grant; None when there is none of that id."""
    query = STEPS.format(source="record AS step", on="step.id", where=_OF_ONE)
    found = _opened(database.execute(query, (grant_id,)), ring)
    return _history(found) if found else None


_OF_ONE = "step.subject = ? AND step.kind = 'grant'"


def histories_since(
    database: sqlite3.Connection, ring: KeyRing, since: dt.datetime | None
) -> tuple[GrantHistory, ...]:
    """All that were opened at or after `since`, in the order of opening."""
    where = "step.subject IS NOT NULL AND step.kind = 'grant'"
    query = STEPS.format(source="record AS step", on="step.id", where=where)
    by_id: dict[str, list[tuple[int, GrantEvent]]] = {}
    for record_id, event in _opened(database.execute(query), ring):
        by_id.setdefault(event.grant.grant_id, []).append((record_id, event))
    histories = (_history(steps) for steps in by_id.values())
    return tuple(one for one in histories if since is None or one.last.grant.granted_at >= since)


def open_grant(
    database: sqlite3.Connection,
    journal: Journal,
    ring: KeyRing,
    event: GrantEvent,
    entry: Entry,
    bounds: Bounds,
) -> int:
    """Append the first step. Raises TooManyGrants and GrantedBefore."""
    grant = event.grant
    if bounds.once and any(_is_same_episode(one.grant, grant) for one in _of_person(database, ring, grant)):
        raise GrantedBefore
    if _opened_by(database, ring, grant, since=event.at - _HOUR) >= bounds.per_hour_max:
        raise TooManyGrants
    return append(database, journal, event, entry)


def claim(
    database: sqlite3.Connection, journal: Journal, ring: KeyRing, event: GrantEvent, entry: Entry
) -> int | None:
    """Append a self-claimed relationship, unless the same session has claimed it of this person already."""
    grant = event.grant
    if grant.session_id:
        before = _of_person(database, ring, grant)
        if any(_is_same_episode(one.grant, grant) for one in before):
            return None
    return append(database, journal, event, entry)


def append(database: sqlite3.Connection, journal: Journal, event: GrantEvent, entry: Entry) -> int:
    """Raises StepTaken when another step came first."""
    query = "SELECT count(*) FROM record WHERE subject = ? AND kind = 'grant'"
    if event.step != database.execute(query, (entry.subject,)).fetchone()[0] + 1:
        raise StepTaken
    return journal.append(database, entry)


def as_it_stands(database: sqlite3.Connection, ring: KeyRing, grant_id: str) -> Grant | None:
    """The grant after its newest step, with every number that is linked with its own; None when nobody opened
    one of that id.
    """
    found = history_of(database, ring, grant_id)
    if found is None or found.events[0].what is not GrantStep.OPENED:
        return None
    grant = found.last.grant
    return replace(grant, numbers=links.linked_with(database, ring, grant.numbers))


def _is_same_episode(one: Grant, other: Grant) -> bool:
    return (one.ground, one.issuer, one.user_id, one.session_id) == (
        other.ground,
        other.issuer,
        other.user_id,
        other.session_id,
    )


def _of_person(database: sqlite3.Connection, ring: KeyRing, grant: Grant) -> list[GrantEvent]:
    """Every step of every grant under the person's numbers and those linked with them."""
    hashes = links.hashes_of(database, ring, grant.numbers)
    where = f"lookup.objection = {GRANTS} AND lookup.hash IN ({marks_for(hashes)})"
    query = STEPS.format(source="lookup", on="lookup.record", where=where)
    return [event for _, event in _opened(database.execute(query, hashes), ring)]


def _opened_by(database: sqlite3.Connection, ring: KeyRing, grant: Grant, *, since: dt.datetime) -> int:
    """How many grants this user has opened since. Raises ServiceDown("keys") when an index key is gone."""
    links.hashes_of(database, ring, ())  # only to hear of a key that is missing
    hashes = [opener_hash(grant, key) for key in ring.every(Purpose.INDEX)]
    rows = database.execute(
        "SELECT record.body FROM lookup JOIN record ON record.id = lookup.record "  # noqa: S608 - question marks only
        f"WHERE lookup.objection = {OPENERS} AND lookup.hash IN ({marks_for(hashes)})",
        hashes,
    )
    return sum(read_body(raw).at > now_text(since) for (raw,) in rows)


def _history(steps: list[tuple[int, GrantEvent]]) -> GrantHistory:
    return GrantHistory(record=steps[0][0], events=tuple(event for _, event in steps))


def _opened(rows: sqlite3.Cursor, ring: KeyRing) -> list[tuple[int, GrantEvent]]:
    found = []
    for record_id, identity in opened(rows, ring):
        if identity.grant is None:
            raise ServiceDown("release-store")
        found.append((record_id, identity.grant))
    return found
