"""Jobs from the event loop to durable commits: one thread, one connection, many jobs to a commit.

Each job is judged alone, behind a savepoint of its own, so that one that is refused takes nobody with it.
A job is answered only after the commit that holds it.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import structlog

from broker.adapters.release_store.journal import Journal
from broker.adapters.release_store.reserve import Reserve
from broker.adapters.release_store.schema import connect
from broker.domain.errors import ServiceDown

_log = structlog.get_logger(__name__)

BATCH_MAX: Final = 64
WAITING_MAX: Final = 1_024
# The longest that anybody waits for the thread: a disk that hangs must not hold a request for ever.
PATIENCE_S: Final = 10.0
DESK_PATIENCE_S: Final = 600.0


@dataclass(slots=True, eq=False, kw_only=True)
class Job:
    """`prepare` runs before the transaction, `run` inside it with what was prepared.

    `vital` ones may use the reserve of a full disk. `service` is ours to blame when the disk fails. One
    that is `outside` runs before the transaction of its batch and in none. Who waits longer than
    `patience_s` is refused; the job may still be written, which over-reports.
    """

    service: str
    run: Callable[[sqlite3.Connection, Any], Any]
    prepare: Callable[[], Any] = lambda: None
    writes: bool = True
    vital: bool = False
    outside: bool = False
    patience_s: float = PATIENCE_S
    prepared: Any = field(repr=False, default=None)
    result: Any = field(repr=False, default=None)
    failure: Exception | None = field(repr=False, default=None)
    future: asyncio.Future[Any] = field(init=False)


class Writer:
    """The store's thread. Every failure of the disk becomes ServiceDown of the job's own service."""

    def __init__(self, path: Path, journal: Journal, reserve: Reserve, *, waiting_max: int) -> None:
        """Start the thread. Raises ServiceDown when the store cannot be opened."""
        self._path, self._journal, self._reserve = path, journal, reserve
        self._waiting_max = waiting_max
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._closed = False
        self._failing = False
        self._opened: queue.SimpleQueue[ServiceDown | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="release-store", daemon=True)
        self._thread.start()
        fault = self._opening()
        if fault is not None:
            raise fault

    def _opening(self) -> ServiceDown | None:
        with contextlib.suppress(queue.Empty):
            return self._opened.get(timeout=DESK_PATIENCE_S)
        return ServiceDown("release-store")

    async def do(self, job: Job) -> Any:
        """The job's result, once durable. Raises what the job raised, or ServiceDown: also when the thread
        is gone, and when it does not answer in time.
        """
        if self._closed or not self._thread.is_alive() or self._queue.qsize() >= self._waiting_max:
            raise ServiceDown(job.service)
        job.future = asyncio.get_running_loop().create_future()
        self._queue.put(job)
        try:
            async with asyncio.timeout(job.patience_s):
                return await job.future
        except TimeoutError:
            raise ServiceDown(job.service) from None

    async def aclose(self) -> None:
        """Write what waits, then end the thread; a disk that hangs is not waited for longer than a desk."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join, DESK_PATIENCE_S)

    def _serve(self) -> None:
        try:
            self._database = connect(self._path)
            self._fill_reserve()
        except Exception:  # noqa: BLE001 - whatever it was, whoever opens the store must hear
            self._opened.put(ServiceDown("release-store"))
            return
        self._opened.put(None)
        try:
            while (jobs := self._take()) is not None:
                self._work(jobs)
        finally:
            self._closed = True
            self._fail_what_waits()
            self._database.close()

    def _take(self) -> list[Job] | None:
        """The first job that comes and those that wait behind it; None when the store closes."""
        first = self._queue.get()
        if first is None:
            return None
        return [first, *self._waiting(BATCH_MAX - 1)]

    def _waiting(self, most: int) -> list[Job]:
        jobs: list[Job] = []
        with contextlib.suppress(queue.Empty):
            while len(jobs) < most:
                job = self._queue.get_nowait()
                if job is None:
                    self._queue.put(None)
                    break
                jobs.append(job)
        return jobs

    def _work(self, jobs: list[Job]) -> None:
        try:
            ready = [job for job in jobs if self._prepared(job)]
            self._refuse_on_broken_reserve(ready)
            for job in ready:
                if job.outside:
                    job.result = job.run(self._database, job.prepared)
            self._together([job for job in ready if job.failure is None and not job.outside])
        except Exception:  # noqa: BLE001 - whatever went wrong here, nobody may wait for ever or be told yes
            _fail(jobs)
            self._roll_back()
        except BaseException:
            _fail(jobs)
            _answer(jobs)
            raise
        _answer(jobs)
        with contextlib.suppress(OSError, ValueError):  # a log that is closed has nowhere to say so
            self._tell(jobs)

    def _tell(self, jobs: list[Job]) -> None:
        """One line when the disk first fails, and none until a whole batch was written again.

        A key that is missing is not the disk's fault; the ring has told of it.
        """
        faults = [job.failure for job in jobs if isinstance(job.failure, ServiceDown)]
        down = next((fault for fault in faults if fault.service != "keys"), None)
        begins, self._failing = down is not None and not self._failing, down is not None
        if down is not None and begins:
            _log.error("store-failed", service=down.service)

    def _prepared(self, job: Job) -> bool:
        try:
            job.prepared = job.prepare()
        except Exception as error:  # noqa: BLE001 - the caller is told, through its future
            job.failure = error
        return job.failure is None

    def _together(self, jobs: list[Job]) -> None:
        if not jobs:
            return
        try:
            self._commit(jobs)
        except ServiceDown as down:
            self._roll_back()
            _fail(jobs, down)
        except sqlite3.Error as error:
            self._roll_back()
            if _is_full(error):
                self._each_alone(jobs)
            else:
                _fail(jobs)
                self._fail_what_waits()

    def _commit(self, jobs: list[Job]) -> None:
        writes = any(job.writes for job in jobs)
        self._database.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        if writes:
            self._journal.begin(self._database)
        for job in jobs:
            self._run(job)
        if writes:
            self._journal.finish(self._database)
        self._database.execute("COMMIT")
        if writes:
            self._journal.committed()

    def _run(self, job: Job) -> None:
        """One job behind its savepoint. Raises sqlite3.Error where the whole transaction is at fault."""
        job.failure, mark = None, self._journal.mark()
        self._database.execute("SAVEPOINT job")
        try:
            job.result = job.run(self._database, job.prepared)
        except sqlite3.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - the caller is told, through its future
            job.failure = ServiceDown(job.service) if isinstance(error, sqlite3.Error) else error
            self._database.execute("ROLLBACK TO job")
            self._journal.back_to(mark)
        self._database.execute("RELEASE job")

    def _each_alone(self, jobs: list[Job]) -> None:
        """On a full disk: each job gets its own transaction, the vital ones what was put aside."""
        for job in jobs:
            while not self._alone(job) and job.vital and self._gave_up_a_piece():
                pass

    def _alone(self, job: Job) -> bool:
        """False when there was no room for it."""
        try:
            self._commit([job])
        except ServiceDown as down:
            self._roll_back()
            job.failure = down
        except sqlite3.Error as error:
            self._roll_back()
            job.failure = ServiceDown(job.service)
            return not _is_full(error)
        return True

    def _gave_up_a_piece(self) -> bool:
        try:
            return self._reserve.give_up_a_piece(self._database)
        except sqlite3.Error:
            self._roll_back()
            return False

    def _refuse_on_broken_reserve(self, jobs: list[Job]) -> None:
        """What is left of the reserve is for vital records, until there is room to fill it again."""
        others = [job for job in jobs if job.writes and not job.vital and not job.outside]
        if not others or self._reserve.is_whole or self._fill_reserve():
            return
        for job in others:
            job.failure = ServiceDown(job.service)

    def _fill_reserve(self) -> bool:
        try:
            self._database.execute("BEGIN IMMEDIATE")
            self._reserve.fill(self._database)
            self._database.execute("COMMIT")
        except sqlite3.Error:
            self._roll_back()
            return False
        self._reserve.filled()
        return True

    def _fail_what_waits(self) -> None:
        """Whoever waited behind a database that did not answer must not wait for it again."""
        waiting = self._waiting(self._waiting_max)
        _fail(waiting)
        _answer(waiting)

    def _roll_back(self) -> None:
        """A transaction that cannot even be rolled back fails the next one, and is rolled back then."""
        with contextlib.suppress(sqlite3.Error):
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")


def _fail(jobs: list[Job], down: ServiceDown | None = None) -> None:
    for job in jobs:
        job.failure = down or ServiceDown(job.service)


def _is_full(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code == sqlite3.SQLITE_FULL or "disk is full" in str(error)


def _answer(jobs: list[Job]) -> None:
    """One wake-up for each loop that waits."""
    for loop in {job.future.get_loop() for job in jobs}:
        mine = [job for job in jobs if job.future.get_loop() is loop]
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, mine)


def _settle(jobs: list[Job]) -> None:
    for job in jobs:
        if job.future.done():
            continue
        if job.failure is not None:
            job.future.set_exception(job.failure)
        else:
            job.future.set_result(job.result)
