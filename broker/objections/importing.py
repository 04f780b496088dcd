"""The rows of a source's file to objections in force, each row ending in exactly one of five ways."""

from __future__ import annotations

import asyncio
import datetime as dt
import enum
import secrets
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Final

from broker.domain.errors import ServiceDown
from broker.domain.objection import ObjectionState
from broker.domain.objection_life import (
    Actor,
    Channel,
    IdentityCheck,
    Intake,
    ObjectionEvent,
    SourceRow,
)
from broker.objections import life
from broker.objections.contrary import DECIDED_COMPETENTLY, disputed_from_receipt
from broker.objections.reading import Reading
from broker.objections.throttling import NOT_RECORDED
from broker.ports.clock import Clock
from broker.ports.objection_register import ObjectionRegister, RowHistory, StepTaken

# Few enough that a commit of them holds up a release in another process for milliseconds, and then it
# has the store to itself for as long.
BATCH_ROWS: Final = 32
PAUSE_S: Final = 0.02
_TRIES: Final = 100
UNVERIFIED = "Nobody is known to have checked the objector's identity."
CHANGED = "Its source has changed it since it was imported; what was imported before binds beside it."
ACTIVE_AGAIN = "It was withdrawn before, and its source says that it is in force."
OURS_IS_NEWER = "The person withdrew it here after the source received it."
NOT_IMPORTED = "It withdraws what was never imported from this source."
SOMEBODY_ELSE = "It withdraws what its source had said of somebody else."
IN_DISPUTE = "It is disputed here: only the Caldicott Guardian ends it."
BINDS_ON = "What was imported from it before binds on, until its source or the person withdraws it."
UNCLEAR = "It withdraws, and it is not clear what:"


class Outcome(enum.StrEnum):
    """How a row ended. `provisional` binds, for review today; `not-an-objection` is known to be none."""

    RECORDED = "recorded"
    ALREADY = "already-recorded"
    PROVISIONAL = "provisional"
    WITHDRAWN = "withdrawn"
    NO_OBJECTION = "not-an-objection"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Result:
    """One row's end, in words that name nobody."""

    row: int
    outcome: Outcome
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Whose file it is, who imports it, with whom, and how the source checks identities where a row does
    not say.
    """

    source: str
    by: Actor
    identity_check: IdentityCheck = IdentityCheck.NONE
    seconded: Actor | None = None


class Importing:
    """Raises ServiceDown when the store cannot answer: what was given out before is on file."""

    def __init__(
        self,
        store: ObjectionRegister,
        clock: Clock,
        sender: Sender,
        *,
        most: int | None = None,
        pause_s: float = PAUSE_S,
    ) -> None:
        """`most` is how many objections may be recorded; `pause_s` is left to releases after each batch."""
        self._store, self._clock, self._sender, self._pause_s = store, clock, sender, pause_s
        self._left = most

    async def run(self, readings: Iterable[Reading]) -> AsyncIterator[list[Result]]:
        """The results of each batch in the order of its rows, once all of them are durable."""
        rows = iter(readings)
        while batch := _next(rows):
            ended = await asyncio.gather(*map(self._row, batch), return_exceptions=True)
            yield list(_unless_down(ended))
            await asyncio.sleep(self._pause_s)

    async def _row(self, reading: Reading) -> Result:
        """Somebody else may import the same row at once: then it is looked at again."""
        if reading.fault:
            return Result(reading.row, Outcome.REFUSED, (reading.fault,))
        if reading.no_objection:
            return await self._pass_over(reading)
        for _ in range(_TRIES):
            try:
                return await (self._withdraw(reading) if reading.withdrawn else self._record(reading))
            except StepTaken:
                continue
        raise ServiceDown("release-store")

    async def _pass_over(self, reading: Reading) -> Result:
        """A row that is none opens nothing: what was recorded from it before binds on, and is told of."""
        imported = newest(await self._store.history_of_row(self._origin(reading)))
        before = (BINDS_ON,) if any(map(binds, imported)) else ()
        return Result(reading.row, Outcome.NO_OBJECTION, (reading.no_objection, *before))

    async def _record(self, reading: Reading) -> Result:
        history = await self._store.history_of_row(self._origin(reading))
        imported = newest(history)
        settled = _settled(imported, reading)
        if settled is not None:
            return Result(reading.row, Outcome.ALREADY, settled)
        doubts = _doubts(imported, reading)
        event = disputed_from_receipt(self._first(reading, doubts), await self._beside(reading))
        if self._left == 0:
            return Result(reading.row, Outcome.REFUSED, (NOT_RECORDED,))
        with self._counted():
            await self._store.append_from_source(event, seen=history.version)
        if event.objection.verified:
            return Result(reading.row, Outcome.RECORDED)
        unverified = (UNVERIFIED,) if event.intake.identity_check is IdentityCheck.NONE else ()
        contrary = (DECIDED_COMPETENTLY,) if event.disputed is not None else ()
        return Result(reading.row, Outcome.PROVISIONAL, (*doubts, *unverified, *contrary))

    async def _beside(self, reading: Reading) -> Iterable[ObjectionEvent]:
        """The newest step of what else stands under the row's numbers, where somebody spoke for another."""
        if not reading.on_behalf_of:
            return ()
        events = await self._store.events_under(reading.numbers)
        return {event.objection.objection_id: event for event in events}.values()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """Rows are recorded side by side: a place is taken before, and given back by one that was not."""
        if self._left is not None:
            self._left -= 1
        try:
            yield
        except BaseException:
            if self._left is not None:
                self._left += 1
            raise

    async def _withdraw(self, reading: Reading) -> Result:
        """Everything that was imported from the row, one step after another."""
        if reading.doubts:
            return Result(reading.row, Outcome.REFUSED, (UNCLEAR, *reading.doubts))
        outcome = Outcome.ALREADY
        while True:
            history = await self._store.history_of_row(self._origin(reading))
            imported = newest(history)
            theirs = [event for event in imported if event.numbers & reading.numbers]
            if not theirs:
                return Result(reading.row, Outcome.REFUSED, (SOMEBODY_ELSE if imported else NOT_IMPORTED,))
            binding = [event for event in theirs if binds(event)]
            if not binding:
                return Result(reading.row, outcome)
            if binding[0].disputed is not None:
                return Result(reading.row, Outcome.REFUSED, (IN_DISPUTE,))
            step = life.withdraw_by_source(binding[0], by=self._sender.by, at=self._clock.now())
            await self._store.append_from_source(step, seen=history.version)
            outcome = Outcome.WITHDRAWN

    def _first(self, reading: Reading, doubts: tuple[str, ...]) -> ObjectionEvent:
        now = self._clock.now()
        intake = Intake(
            channel=Channel.IMPORT,
            received_at=min(reading.received_at or now, now),
            identity_check=reading.identity_check or self._sender.identity_check,
            consequences_explained=reading.consequences_explained,
            on_behalf_of=reading.on_behalf_of,
            origin=self._origin(reading),
            seconded=self._sender.seconded,
        )
        first = life.receive(
            f"ob-{secrets.token_hex(8)}",
            numbers=reading.numbers,
            intake=intake,
            by=self._sender.by,
            scope=reading.scope,
            at=now,
            note=" ".join(doubts),
        )
        return life.provisionally(first) if doubts else first

    def _origin(self, reading: Reading) -> SourceRow:
        return SourceRow(source=self._sender.source, row_id=reading.row_id)


def newest(history: RowHistory) -> list[ObjectionEvent]:
    """The newest step of each objection that was imported from a row."""
    return list({event.objection.objection_id: event for event in history.events}.values())


def binds(event: ObjectionEvent) -> bool:
    """Everything binds that is not withdrawn."""
    return event.objection.state is not ObjectionState.WITHDRAWN


def says_the_same(event: ObjectionEvent, reading: Reading) -> bool:
    """Of the same people, in the same scope. A number that we linked by hand its source may know or not."""
    theirs = event.numbers - event.linked <= reading.numbers <= event.numbers
    return theirs and event.objection.scope == reading.scope


def withdrawn_here_since(event: ObjectionEvent, received_at: dt.datetime | None) -> bool:
    """The person's newest word is the one that they gave at our desk."""
    return not binds(event) and not event.from_source and received_at is not None and received_at < event.at


def _settled(imported: list[ObjectionEvent], reading: Reading) -> tuple[str, ...] | None:
    """Why the row need not be recorded, which goes without words where it is in force; None when it must."""
    same = [event for event in imported if says_the_same(event, reading)]
    if any(binds(event) for event in same):
        return ()
    if same and withdrawn_here_since(same[-1], reading.received_at):
        return (OURS_IS_NEWER,)
    return None


def _doubts(imported: list[ObjectionEvent], reading: Reading) -> tuple[str, ...]:
    """Why a row that must be recorded holds provisionally, beside what is in the row itself."""
    if any(says_the_same(event, reading) for event in imported):
        return (*reading.doubts, ACTIVE_AGAIN)
    return (*reading.doubts, CHANGED) if any(map(binds, imported)) else reading.doubts


def _next(rows: Iterator[Reading]) -> list[Reading]:
    return list(islice(rows, BATCH_ROWS))


def _unless_down(ended: list[Result | BaseException]) -> Iterator[Result]:
    for one in ended:
        if isinstance(one, BaseException):
            raise one
        yield one
