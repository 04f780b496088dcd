"""The GrantRegister port to the store's thread, and the ways in which every part of the store uses it."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from typing import Any, cast

from broker.adapters.keys import KeyRing
from broker.adapters.release_store import entries, grants
from broker.adapters.release_store.journal import Journal
from broker.adapters.release_store.writer import DESK_PATIENCE_S, Job, Writer
from broker.domain.audit import AuditContext
from broker.domain.decision import Reason
from broker.domain.grant import Grant
from broker.domain.grant_life import GrantEvent, GrantHistory
from broker.ports.clock import Clock
from broker.ports.release_store import GrantChanged

Run = Callable[[sqlite3.Connection, Any], object]


class GrantKeeping:
    """The part of the store that keeps grants; see the port for what each method raises."""

    def __init__(self, writer: Writer, journal: Journal, ring: KeyRing, clock: Clock) -> None:
        """Every part of the store works through one writer and one chain."""
        self._writer, self._journal = writer, journal
        self._ring, self._clock = ring, clock

    async def grant(self, grant_id: str, /) -> Grant | None:
        """The grant as it stands now."""
        found = await self._asked(lambda database: grants.as_it_stands(database, self._ring, grant_id))
        return cast("Grant | None", found)

    async def open_grant(
        self,
        event: GrantEvent,
        context: AuditContext,
        reasons: tuple[Reason, ...],
        /,
        *,
        per_hour_max: int,
        once: bool,
    ) -> int:
        """Durable when it returns. Raises TooManyGrants and GrantedBefore. It is not vital: on a full disk
        nothing could be released under it.
        """
        bounds = grants.Bounds(per_hour_max=per_hour_max, once=once)

        def run(database: sqlite3.Connection, entry: entries.Entry) -> int:
            return grants.open_grant(database, self._journal, self._ring, event, entry, bounds)

        prepare = lambda: entries.grant_entry(event, self._ring, context, reasons)  # noqa: E731 - as in `store`
        return cast("int", await self._writer.do(Job(service="release-store", prepare=prepare, run=run)))

    async def claim_relationship(self, event: GrantEvent, context: AuditContext, /) -> int | None:
        """Durable when it returns; None where this session has claimed it already."""

        def run(database: sqlite3.Connection, entry: entries.Entry) -> int | None:
            return grants.claim(database, self._journal, self._ring, event, entry)

        prepare = lambda: entries.grant_entry(event, self._ring, context)  # noqa: E731 - as in `store`
        found = await self._writer.do(Job(service="release-store", prepare=prepare, run=run))
        return cast("int | None", found)

    async def append_grant_step(self, event: GrantEvent, context: AuditContext | None = None, /) -> int:
        """Durable when it returns; vital, because an end closes what is open. Raises StepTaken."""

        def run(database: sqlite3.Connection, entry: entries.Entry) -> int:
            return grants.append(database, self._journal, event, entry)

        prepare = lambda: entries.grant_entry(event, self._ring, context)  # noqa: E731 - as in `store`
        job = Job(service="release-store", prepare=prepare, run=run, vital=True)
        return cast("int", await self._writer.do(job))

    async def grant_history(self, grant_id: str, /) -> GrantHistory | None:
        """Every step of one grant."""
        found = await self._asked(lambda database: grants.history_of(database, self._ring, grant_id))
        return cast("GrantHistory | None", found)

    async def grants_since(self, since: dt.datetime | None, /) -> tuple[GrantHistory, ...]:
        """All that were opened since, in the order of opening."""
        found = await self._read(lambda database, _: grants.histories_since(database, self._ring, since))
        return cast("tuple[GrantHistory, ...]", found)

    def _refuse_if_no_longer_granted(self, database: sqlite3.Connection, grant_id: str) -> None:
        """Inside the transaction of a release, on the clock of its moment."""
        if not grant_id:
            return
        grant = grants.as_it_stands(database, self._ring, grant_id)
        if grant is None or grant.ended or self._clock.now() >= grant.expires_at:
            raise GrantChanged(grant)

    async def _asked(self, read: Callable[[sqlite3.Connection], object]) -> object:
        """What a request waits for."""
        return await self._writer.do(
            Job(service="release-store", run=lambda database, _: read(database), writes=False)
        )

    async def _read(self, read: Run) -> object:
        return await self._at_the_desk(read, writes=False)

    async def _at_the_desk(self, run: Run, *, writes: bool = True, outside: bool = False) -> object:
        """Work that no request waits for may take its time."""
        return await self._writer.do(
            Job(service="release-store", run=run, writes=writes, outside=outside, patience_s=DESK_PATIENCE_S)
        )

    def _append(self, database: sqlite3.Connection, entry: entries.Entry) -> int:
        return self._journal.append(database, entry)
