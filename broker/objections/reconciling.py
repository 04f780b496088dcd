"""The rows of a source's file and the register to what is in force of them, and what is of neither.

A row is looked for where a request would meet it: under its own NHS number, not in a list of what was
imported. Objections that were recorded and not passed on have been missed elsewhere for years, because
each side counted only its own.
"""

from __future__ import annotations

import asyncio
import enum
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

from broker.domain.identity import NhsNumber
from broker.domain.objection import ObjectionSnapshot
from broker.domain.objection_life import ObjectionEvent, SourceRow
from broker.objections.importing import IN_DISPUTE, binds, newest, says_the_same, withdrawn_here_since
from broker.objections.reading import Reading
from broker.ports.objection_register import ObjectionRegister

BATCH_ROWS: Final = 64
EVENTS_AT_ONCE: Final = 1_000
NOT_IMPORTED = "It is not in the register: import the file."
CHANGED = "Its source has changed it since it was imported: import the file."
ACTIVE_AGAIN = "It was withdrawn in the register, and its source says that it is in force: import the file."
NOT_MET = "It is in the register, and a request would not meet it: look after the store before anything else."
STILL_BINDS = "Its source has withdrawn it, and it still binds here: import the file."


class Standing(enum.StrEnum):
    """How a row stands in the register. Each row stands in exactly one way."""

    IN_FORCE = "in-force"
    PROVISIONAL = "provisional"
    WITHDRAWN = "withdrawn"
    NO_OBJECTION = "not-an-objection"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Found:
    """One row's standing; `reason` says why it is missing. `objections` are those that it accounts for."""

    row: int
    standing: Standing
    reason: str = ""
    objections: frozenset[str] = frozenset()


class Shelves(ObjectionRegister, Protocol):
    """The register, and what a request reads of it."""

    async def objections(self, numbers: frozenset[NhsNumber], /) -> ObjectionSnapshot:
        """Raises ServiceDown."""
        ...


class Reconciling:
    """Raises ServiceDown when the store cannot answer: then nothing is known, and nothing is equal."""

    def __init__(self, store: Shelves, source: str) -> None:
        """`source` is the name that the file was imported under."""
        self._store, self._source = store, source

    async def run(self, readings: Iterable[Reading]) -> AsyncIterator[list[Found]]:
        """How the rows stand, a batch at a time, in their order."""
        rows = iter(readings)
        while batch := list(islice(rows, BATCH_ROWS)):
            yield list(await asyncio.gather(*map(self._row, batch)))

    async def surplus(self, accounted: frozenset[str] | set[str]) -> tuple[str, ...]:
        """Objections of this source that bind and that no row of its file accounts for."""
        binding: dict[str, None] = {}
        after = 0
        while part := await self._store.events_after(after, EVENTS_AT_ONCE):
            after = part[-1][0]
            for _, event in part:
                origin, name = event.intake.origin, event.objection.objection_id
                if origin is not None and origin.source == self._source and name not in accounted:
                    _keep(binding, name, event)
        return tuple(binding)

    async def _row(self, reading: Reading) -> Found:
        if reading.fault:
            return Found(reading.row, Standing.MISSING, reading.fault)
        if reading.no_objection:
            return Found(reading.row, Standing.NO_OBJECTION, reading.no_objection)
        origin = SourceRow(source=self._source, row_id=reading.row_id)
        imported = newest(await self._store.history_of_row(origin))
        if reading.withdrawn:
            return _withdrawn(reading, imported)
        same = [event for event in imported if says_the_same(event, reading)]
        binding = [event for event in same if binds(event)]
        if not binding:
            return _not_binding(reading, imported, same)
        names = frozenset(event.objection.objection_id for event in binding)
        if not names <= await self._met(reading):
            return Found(reading.row, Standing.MISSING, NOT_MET, names)
        verified = any(event.objection.verified for event in binding)
        return Found(reading.row, Standing.IN_FORCE if verified else Standing.PROVISIONAL, "", names)

    async def _met(self, reading: Reading) -> frozenset[str]:
        """What a request under each one of the row's numbers meets."""
        met: list[frozenset[str]] = []
        for number in reading.numbers:
            snapshot = await self._store.objections(frozenset({number}))
            met.append(frozenset(objection.objection_id for objection in snapshot.objections))
        return frozenset.intersection(*met)


def _withdrawn(reading: Reading, imported: list[ObjectionEvent]) -> Found:
    theirs = [event for event in imported if event.numbers & reading.numbers and binds(event)]
    if theirs:
        names = frozenset(event.objection.objection_id for event in theirs)
        disputed = any(event.disputed is not None for event in theirs)
        return Found(reading.row, Standing.MISSING, IN_DISPUTE if disputed else STILL_BINDS, names)
    return Found(reading.row, Standing.WITHDRAWN)


def _not_binding(reading: Reading, imported: list[ObjectionEvent], same: list[ObjectionEvent]) -> Found:
    if same and withdrawn_here_since(same[-1], reading.received_at):
        return Found(reading.row, Standing.WITHDRAWN)
    if same:
        return Found(reading.row, Standing.MISSING, ACTIVE_AGAIN)
    return Found(reading.row, Standing.MISSING, CHANGED if imported else NOT_IMPORTED)


def _keep(binding: dict[str, None], name: str, event: ObjectionEvent) -> None:
    if binds(event):
        binding[name] = None
    else:
        binding.pop(name, None)
