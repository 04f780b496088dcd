"""The ReleaseStore, ObjectionRegister and GrantRegister ports to one SQLite file, through one thread."""

from __future__ import annotations

import datetime as dt
import sqlite3
from functools import partial
from pathlib import Path
from typing import cast

from broker.adapters.keys import KeyRing, Purpose
from broker.adapters.release_store import entries, links, register, resealing
from broker.adapters.release_store.accesses import Access, accesses_under
from broker.adapters.release_store.granting import GrantKeeping
from broker.adapters.release_store.identity import identity_of_reader, now_text
from broker.adapters.release_store.journal import Journal
from broker.adapters.release_store.judged import JudgedRecord, judged_record
from broker.adapters.release_store.policy_steps import SqlitePolicySteps
from broker.adapters.release_store.proved import proved
from broker.adapters.release_store.reserve import PIECES, Reserve
from broker.adapters.release_store.writer import DESK_PATIENCE_S, WAITING_MAX, Job, Writer
from broker.domain.audit import Disclosure, Ending, Intent, RecordKind, Refusal, RegisterReading
from broker.domain.errors import ServiceDown
from broker.domain.identity import NhsNumber
from broker.domain.objection import ObjectionSnapshot
from broker.domain.objection_life import Actor, ObjectionEvent, SourceRow
from broker.domain.reconstruction import OnFile
from broker.ports.clock import Clock
from broker.ports.objection_register import EarlyDisclosure, RowHistory
from broker.ports.release_store import ObjectionsChanged


class SqliteReleaseStore(GrantKeeping):
    """Every method returns only when its record is on disk. See the ports for what each one raises."""

    def __init__(
        self, writer: Writer, journal: Journal, reserve: Reserve, ring: KeyRing, clock: Clock
    ) -> None:
        """Use `open`."""
        super().__init__(writer, journal, ring, clock)
        self._reserve = reserve
        self.policy_steps = SqlitePolicySteps(writer, journal, ring, clock)

    @classmethod
    def open(
        cls,
        path: Path,
        key_ring: KeyRing,
        clock: Clock,
        *,
        chain: str = "broker",
        waiting_max: int = WAITING_MAX,
        reserve_pieces: int = PIECES,
    ) -> SqliteReleaseStore:
        """Open or make the store at `path`. Give each process that shares the file a `chain` of its own.

        Raises ServiceDown("release-store") when the file cannot be opened, written or set as it must be.
        """
        journal, reserve = Journal(chain, key_ring), Reserve(path, pieces=reserve_pieces)
        writer = Writer(path, journal, reserve, waiting_max=waiting_max)
        return cls(writer, journal, reserve, key_ring, clock)

    async def objections(self, numbers: frozenset[NhsNumber], /) -> ObjectionSnapshot:
        """Every objection under any of `numbers`, with the version to release on."""

        def read(database: sqlite3.Connection) -> ObjectionSnapshot:
            hashes = links.hashes_of(database, self._ring, numbers)
            return register.snapshot_under(database, self._ring, hashes)

        return cast("ObjectionSnapshot", await self._asked(read))

    async def link_numbers(self, numbers: frozenset[NhsNumber], /) -> None:
        """Durable when it returns. What is known already is not written again."""
        if await self._asked(lambda database: links.are_linked(database, self._ring, numbers)):
            return

        def run(database: sqlite3.Connection, entry: entries.Entry) -> None:
            links.append(database, self._journal, self._ring, numbers, entry)

        prepare = lambda: links.link_entry(numbers, self._clock.now(), self._ring)  # noqa: E731 - as its neighbours
        await self._writer.do(Job(service="release-store", prepare=prepare, run=run))

    async def linked_with(self, numbers: frozenset[NhsNumber], /) -> frozenset[NhsNumber]:
        """These and every number that the index has said is the same person's."""
        found = await self._asked(lambda database: links.linked_with(database, self._ring, numbers))
        return cast("frozenset[NhsNumber]", found)

    async def record_intent(self, intent: Intent, /) -> int:
        """Returns the intent's number, unique over every process that shares the file."""
        job = Job(service="audit", prepare=lambda: entries.intent_entry(intent, self._ring), run=self._append)
        return cast("int", await self._writer.do(job))

    async def release(self, disclosure: Disclosure, /) -> int:
        """Record the disclosure if no objection moved since it was judged, and its grant still holds. Raises
        ObjectionsChanged and GrantChanged.
        """
        if not disclosure.context.numbers:
            raise ServiceDown("release-store")

        def run(database: sqlite3.Connection, entry: entries.Entry) -> int:
            self._refuse_if_moved(database, disclosure)
            self._refuse_if_no_longer_granted(database, disclosure.context.grant_id)
            return self._append(database, entry)

        job = Job(service="audit", prepare=lambda: entries.disclosure_entry(disclosure, self._ring), run=run)
        return cast("int", await self._writer.do(job))

    async def record_ending(self, ending: Ending, /) -> None:
        """Vital: on a full disk it is written into the reserve."""
        prepare = lambda: entries.ending_entry(ending, self._ring)  # noqa: E731 - as its neighbours
        await self._writer.do(Job(service="audit", prepare=prepare, run=self._append, vital=True))

    async def record_reading(self, reading: RegisterReading, /) -> None:
        """Not vital: on a full disk the register is not read."""
        prepare = lambda: entries.reading_entry(reading, self._ring)  # noqa: E731 - as its neighbours
        await self._writer.do(Job(service="audit", prepare=prepare, run=self._append))

    async def record_refusal(self, refusal: Refusal, /) -> None:
        """Vital where somebody was known: on a full disk it is written into the reserve, which nobody
        without a token may use up.
        """
        prepare = lambda: entries.refusal_entry(refusal, self._ring)  # noqa: E731 - as its neighbours
        known = refusal.context.requester is not None
        await self._writer.do(Job(service="audit", prepare=prepare, run=self._append, vital=known))

    async def check(self) -> None:
        """Raises ServiceDown when a key is gone or a record could not be written now."""

        def run(database: sqlite3.Connection, _: object) -> None:
            self._reserve.try_room(database)
            database.execute("UPDATE pulse SET beats = beats + 1")
            links.hashes_of(database, self._ring, ())

        await self._writer.do(Job(service="audit", prepare=self._ring.check, run=run))

    async def append_event(self, event: ObjectionEvent, /) -> int:
        """Durable when it returns; vital, as a refusal is. Raises StepTaken."""

        def run(database: sqlite3.Connection, entry: entries.Entry) -> int:
            return register.append(database, self._journal, event, entry)

        prepare = lambda: entries.event_entry(event, self._ring)  # noqa: E731 - as its neighbours
        job = Job(service="release-store", prepare=prepare, run=run, vital=True)
        return cast("int", await self._writer.do(job))

    async def append_from_source(self, event: ObjectionEvent, /, *, seen: int) -> int:
        """Durable when it returns. Raises StepTaken when the row moved since version `seen`. It is not vital:
        a file can be read again, and must not use up the reserve of a full disk.
        """

        def run(database: sqlite3.Connection, entry: entries.Entry) -> int:
            register.refuse_if_row_moved(database, self._ring, event, seen)
            return register.append(database, self._journal, event, entry)

        prepare = lambda: entries.event_entry(event, self._ring)  # noqa: E731 - as its neighbours
        job = Job(service="release-store", prepare=prepare, run=run, patience_s=DESK_PATIENCE_S)
        return cast("int", await self._writer.do(job))

    async def history_of_row(self, origin: SourceRow, /) -> RowHistory:
        """What was imported from this row of this source."""
        found = await self._read(lambda database, _: register.history_of_row(database, self._ring, origin))
        return cast("RowHistory", found)

    async def events_after(self, sequence: int, most: int, /) -> tuple[tuple[int, ObjectionEvent], ...]:
        """The next steps of the register with their record numbers."""
        found = await self._read(
            lambda database, _: register.events_after(database, self._ring, sequence, most)
        )
        return cast("tuple[tuple[int, ObjectionEvent], ...]", found)

    async def sequence_before(self, instant: dt.datetime, /) -> int:
        """The number of a record before which none was written at `instant` or later."""
        return cast("int", await self._read(lambda database, _: register.sequence_before(database, instant)))

    async def events_of(self, objection_id: str, /) -> tuple[ObjectionEvent, ...]:
        """The whole history of one objection."""

        def read(database: sqlite3.Connection, _: object) -> tuple[ObjectionEvent, ...]:
            return tuple(event for _, event in register.events_of(database, self._ring, objection_id))

        return cast("tuple[ObjectionEvent, ...]", await self._read(read))

    async def events_under(self, numbers: frozenset[NhsNumber] | None, /) -> tuple[ObjectionEvent, ...]:
        """Every step under `numbers`; None is the whole register."""

        def read(database: sqlite3.Connection, _: object) -> tuple[ObjectionEvent, ...]:
            if numbers is None:
                return register.events_in_all(database, self._ring)
            hashes = links.hashes_of(database, self._ring, numbers)
            return register.events_under(database, self._ring, hashes)

        return cast("tuple[ObjectionEvent, ...]", await self._read(read))

    async def early_disclosures(self, objection_id: str, /) -> tuple[EarlyDisclosure, ...]:
        """What was released between receipt and acknowledgement."""

        def read(database: sqlite3.Connection, _: object) -> tuple[EarlyDisclosure, ...]:
            return register.early_disclosures(database, self._ring, objection_id)

        return cast("tuple[EarlyDisclosure, ...]", await self._read(read))

    async def accesses(
        self, numbers: frozenset[NhsNumber], /, *, reader: Actor, grant_id: str = ""
    ) -> tuple[Access, ...]:
        """What the person may be told of who asked, or with `grant_id` what happened under that grant alone;
        the look itself is recorded, in the same commit.
        """
        now = now_text(self._clock.now())
        body = entries.Body(kind=RecordKind.READING, at=now, roles=(reader.role,), grant=grant_id)
        identity = identity_of_reader(numbers, user_id=reader.name)

        def run(database: sqlite3.Connection, entry: entries.Entry) -> tuple[Access, ...]:
            hashes = links.hashes_of(database, self._ring, numbers)
            found = accesses_under(database, self._ring, hashes)
            self._append(database, entry)
            return tuple(one for one in found if grant_id in {"", one.grant})

        prepare = lambda: entries.entry_of(body, identity, self._ring)  # noqa: E731 - as its neighbours
        job = Job(service="audit", prepare=prepare, run=run, patience_s=DESK_PATIENCE_S)
        return cast("tuple[Access, ...]", await self._writer.do(job))

    async def judged_record(self, sequence: int, /, *, reader: Actor) -> JudgedRecord | None:
        """What one record was judged on; None when there is none. The look is recorded before it is shown."""
        found = await self._read(lambda database, _: judged_record(database, self._ring, sequence))
        record = cast("JudgedRecord | None", found)
        if record is not None:
            await self._look(record.numbers, reader)
        return record

    async def proved(self, sequence: int, /, *, reader: Actor) -> OnFile:
        """What one disclosure proves. Raises NotProved where it proves nothing here."""
        found = cast("OnFile", await self._read(lambda database, _: proved(database, self._ring, sequence)))
        await self._look(found.numbers, reader)
        return found

    async def _look(self, numbers: frozenset[NhsNumber], reader: Actor) -> None:
        """Somebody looks into the trail of these numbers: on record before it is shown."""
        body = entries.Body(kind=RecordKind.READING, at=now_text(self._clock.now()), roles=(reader.role,))
        identity = identity_of_reader(numbers, user_id=reader.name)
        prepare = lambda: entries.entry_of(body, identity, self._ring)  # noqa: E731 - as its neighbours
        await self._writer.do(
            Job(service="audit", prepare=prepare, run=self._append, patience_s=DESK_PATIENCE_S)
        )

    async def reseal(self) -> int:
        """Seal and hash every identifier under the active keys. Returns how many records were resealed."""
        self._ring.active(Purpose.SEAL)
        after = resealed = 0
        while True:
            found = await self._at_the_desk(partial(_reseal_some, ring=self._ring, after=after))
            after, count = cast("tuple[int, int]", found)
            if count == 0:
                break
            resealed += count
        await self._at_the_desk(lambda db, _: resealing.forget_unused_index_keys(db))
        await self._at_the_desk(lambda db, _: resealing.empty_the_log(db), outside=True)
        return resealed

    async def aclose(self) -> None:
        """Write what waits, then close."""
        await self._writer.aclose()

    def _refuse_if_moved(self, database: sqlite3.Connection, disclosure: Disclosure) -> None:
        context = disclosure.context
        hashes = links.hashes_of(database, self._ring, context.numbers)
        if register.version_under(database, hashes) != context.objection_version:
            raise ObjectionsChanged(register.snapshot_under(database, self._ring, hashes))


def _reseal_some(database: sqlite3.Connection, _: object, *, ring: KeyRing, after: int) -> tuple[int, int]:
    return resealing.reseal_some(database, ring, after)
