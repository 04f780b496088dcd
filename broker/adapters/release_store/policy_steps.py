"""Revisions that came into force, as records of the trail: the PolicyRegister port on the store's thread."""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path
from typing import cast

from broker.adapters.keys import KeyRing
from broker.adapters.release_store.entries import Body, Entry, entry_of, read_body
from broker.adapters.release_store.identity import identity_of_reader, now_text
from broker.adapters.release_store.journal import Journal
from broker.adapters.release_store.schema import connect_to_read
from broker.adapters.release_store.writer import Job, Writer
from broker.domain.audit import RecordKind
from broker.domain.errors import ServiceDown
from broker.domain.policy_revision import PolicyStep, PolicyTrail
from broker.ports.clock import Clock
from broker.ports.policy_register import PolicyMoved

_LAST = "SELECT body FROM record WHERE kind = 'policy' ORDER BY id DESC LIMIT 1"
_NEWEST = "SELECT body FROM record ORDER BY id DESC LIMIT 1"


class SqlitePolicySteps:
    """Implements ports.policy_register.PolicyRegister."""

    def __init__(self, writer: Writer, journal: Journal, ring: KeyRing, clock: Clock) -> None:
        """The store's own parts."""
        self._writer, self._journal, self._ring, self._clock = writer, journal, ring, clock

    async def policy_trail(self) -> PolicyTrail:
        """Read by an index: it costs the same however long the trail is."""
        job = Job(service="release-store", run=lambda database, _: _trail(database), writes=False)
        return cast("PolicyTrail", await self._writer.do(job))

    async def record_policy(self, step: PolicyStep, /, *, after: PolicyStep | None, by_name: str = "") -> int:
        """Recorded in the transaction that sees `after` to be the last. Raises PolicyMoved."""

        def prepare() -> Entry:
            roles = (step.by_role,) if step.by_role else ()
            at = now_text(self._clock.now())
            body = Body(
                kind=RecordKind.POLICY, at=at, roles=roles, policy_revision=step.digest[:16], policy=step
            )
            return entry_of(body, identity_of_reader((), user_id=by_name), self._ring)

        def run(database: sqlite3.Connection, entry: Entry) -> int:
            if _last(database) != after:
                raise PolicyMoved
            return self._journal.append(database, entry)

        return cast("int", await self._writer.do(Job(service="audit", prepare=prepare, run=run)))


def read_trail(store: Path) -> PolicyTrail:
    """Of a store that others write, without a key; nothing where there is none yet. Raises ServiceDown."""
    if not store.exists():
        return PolicyTrail()
    database = connect_to_read(store)
    try:
        return _trail(database)
    except sqlite3.Error:
        raise ServiceDown("release-store") from None
    finally:
        database.close()


def _trail(database: sqlite3.Connection) -> PolicyTrail:
    newest = database.execute(_NEWEST).fetchone()
    at = None if newest is None else dt.datetime.fromisoformat(read_body(newest[0]).at)
    return PolicyTrail(last=_last(database), newest_at=at)


def _last(database: sqlite3.Connection) -> PolicyStep | None:
    found = database.execute(_LAST).fetchone()
    return None if found is None else read_body(found[0]).policy
