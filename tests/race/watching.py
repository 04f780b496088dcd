"""The real store and the real index, each step behind a gate, and what came of it in the journal."""

from __future__ import annotations

import queue
import threading
from pathlib import Path
from typing import Any

from broker.adapters.keys import KeyRing
from broker.adapters.patient_index import TracedPatientIndex
from broker.adapters.release_store import SqliteReleaseStore
from broker.adapters.release_store.journal import Journal as Chain
from broker.adapters.release_store.reserve import Reserve
from broker.adapters.release_store.schema import connect
from broker.adapters.release_store.writer import WAITING_MAX, Job, Writer
from broker.domain.audit import AuditContext, Disclosure, Intent
from broker.domain.decision import Reason
from broker.domain.grant_life import GrantEvent
from broker.domain.identity import NhsNumber
from broker.domain.objection_life import ObjectionEvent
from broker.pipeline.recall import Recall
from broker.ports.clock import Clock
from broker.ports.connector import Traced
from broker.ports.release_store import GrantChanged, ObjectionsChanged
from tests.race.journal import ANSWERED, MERGING, RELEASE, TRACING, Journal
from tests.race.stepping import Gates


class SteppedWriter(Writer):
    """The store's writer without its thread: what waits is committed when whoever drives says so.

    Everything else is the writer's own: the connection and its settings, the transactions, the savepoints,
    many jobs to a commit.
    """

    def __init__(self, path: Path, journal: Chain, reserve: Reserve, gates: Gates) -> None:
        """Open the file as the thread would."""
        self._path, self._journal, self._reserve, self._gates = path, journal, reserve, gates
        self._waiting_max, self._closed, self._failing = WAITING_MAX, False, False
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.current_thread()
        self._database = connect(path)
        assert self._fill_reserve()

    @property
    def has_work(self) -> bool:
        """Somebody waits for a commit."""
        return not self._queue.empty()

    def commit(self, most: int) -> None:
        """The next jobs, in one transaction."""
        self._work(self._waiting(most))

    async def do(self, job: Job) -> Any:
        """As the thread's; whoever asked hears of it through a gate."""
        try:
            return await super().do(job)
        finally:
            await self._gates.waited("stored")

    async def aclose(self) -> None:
        """Close the file."""
        self._closed = True
        self._database.close()


class WatchedStore(SqliteReleaseStore):
    """The real store. `journal` is the interleaving's; `appended` are the numbers of the objections' steps.

    `is_landing` while a step of an objection waits for its commit.
    """

    gates: Gates
    writer: SteppedWriter
    journal: Journal
    appended: list[int]
    is_landing: bool

    @classmethod
    def stepped(cls, path: Path, ring: KeyRing, clock: Clock, chain: str, gates: Gates) -> WatchedStore:
        """A connection of its own to the file."""
        journal, reserve = Chain(chain, ring), Reserve(path, pieces=1)
        writer = SteppedWriter(path, journal, reserve, gates)
        made = cls(writer, journal, reserve, ring, clock)
        made.gates, made.writer, made.journal = gates, writer, Journal()
        made.appended, made.is_landing = [], False
        return made

    def commit(self, most: int) -> None:
        """What waits, at most so many jobs."""
        self.writer.commit(most)
        self.is_landing = False

    async def record_intent(self, intent: Intent, /) -> int:
        """As the store's."""
        sequence = await super().record_intent(intent)
        self.journal.way.intended = True
        return sequence

    async def release(self, disclosure: Disclosure, /) -> int:
        """As the store's."""
        way = self.journal.way
        way.submitted.append(self.journal.tick())
        way.phase = RELEASE
        try:
            sequence = await super().release(disclosure)
        except (ObjectionsChanged, GrantChanged):
            way.phase = MERGING
            raise
        way.phase = ANSWERED
        way.released.append(way.submitted[-1])
        return sequence

    async def append_event(self, event: ObjectionEvent, /) -> int:
        """As the store's, when it is time for it to land."""
        await self.gates.waited("landing")
        self.is_landing = True
        sequence = await super().append_event(event)
        self.appended.append(sequence)
        return sequence

    async def append_grant_step(self, event: GrantEvent, context: AuditContext | None = None, /) -> int:
        """As the store's, when it is time for it to land."""
        await self.gates.waited("landing")
        self.is_landing = True
        sequence = await super().append_grant_step(event, context)
        self.appended.append(sequence)
        return sequence

    async def open_grant(
        self, event: GrantEvent, context: AuditContext, reasons: tuple[Reason, ...], /, **bounds: Any
    ) -> int:
        """As the store's."""
        sequence = await super().open_grant(event, context, reasons, **bounds)
        self.appended.append(sequence)
        return sequence


class WatchedRecall(Recall[Any]):
    """The real memory of what was gathered."""

    journal: Journal
    gates: Gates

    async def one(self, *given: Any, **more: Any) -> tuple[Any, bool]:
        """As the memory's. What it has is there at once: whatever happens may land before it is shown."""
        made, own = await super().one(*given, **more)
        if not own:
            way = self.journal.way
            way.recalled, way.phase = True, MERGING
            await self.gates.waited("recalled")
        return made, own


class WatchedIndex(TracedPatientIndex):
    """The real index."""

    journal: Journal

    async def trace(
        self, number: NhsNumber, /, *, intent_sequence: int, correlation_id: str, deadline_at_s: float
    ) -> Traced:
        """As the index's."""
        way = self.journal.way
        way.phase, way.traced_by_index = TRACING, self._kept.get(number) is None
        traced = await super().trace(
            number,
            intent_sequence=intent_sequence,
            correlation_id=correlation_id,
            deadline_at_s=deadline_at_s,
        )
        way.traced = True
        return traced
