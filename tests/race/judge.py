"""What was heard and what the store has on record, to everything that is wrong with it.

Nothing here asks the product what may be shown: it looks for each item's own string in the bytes that
came, and at the numbers of the records.
"""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from broker.pipeline.handing_on import _LOOKED_AT_EVERY_S
from tests.race.asking import Heard
from tests.race.closing import OPEN, Closing, Happening
from tests.race.parts import is_whole, parts_of
from tests.race.playing import Played
from tests.race.world import DOCUMENT, canaries

_CANARY = re.compile(rb"canary-[pq]-[a-z][0-9]-end")
_OTHERS = canaries("q")
_ALL = canaries("p")
_LETTER = DOCUMENT.canary("p")
_SLACK_S = 1e-6
_GONE = 410
_FINE = {
    "first": {200, 403},
    "whole": {200, 403},
    "listing": {200, 403},
    "stream": {200, 403},
    "later": {200, 403, _GONE},
    "document": {200, 403, 404},
}
RELEASED = "released after acknowledgement"


@dataclass(frozen=True, slots=True)
class Fault:
    """A promise that was broken: which, and how."""

    promise: str
    said: str


@dataclass(slots=True)
class Records:
    """The rows that one interleaving left: numbers of intents, disclosures and links between numbers."""

    intents: dict[str, int] = field(default_factory=dict)
    disclosures: dict[str, list[tuple[int, int | None]]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    links: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Ledger:
    """The store's file as somebody else reads it, from one interleaving to the next."""

    path: Path
    last: int = 0

    def new(self) -> Records:
        """What was written since the last look."""
        found = Records()
        query = "SELECT id, kind, intent, body FROM record WHERE id > ? ORDER BY id"
        with contextlib.closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as database:
            for number, kind, intent, body in database.execute(query, (self.last,)):
                self.last = number
                _sort(found, number, kind, intent, json.loads(body).get("request_id", ""))
        return found


def _sort(found: Records, number: int, kind: str, intent: int | None, request_id: str) -> None:
    if kind == "intent":
        found.intents[request_id] = number
    elif kind == "disclosure":
        found.disclosures.setdefault(request_id, []).append((number, intent))
    elif kind == "refusal":
        found.refused.add(request_id)
    elif kind == "link":
        found.links.append(number)


def judged(played: Played, records: Records) -> list[Fault]:
    """Every way in which this interleaving broke a promise; none is as it must be."""
    found = [Fault("asked without intent", said) for said in played.journal.faults]
    for heard in played.heard:
        found += _of_record(heard, records)
        if heard.about == "q":
            found += _of_another(heard, played.happening)
        else:
            found += _of_person(heard, played.happening, records)
    return found


def _of_record(heard: Heard, records: Records) -> Iterator[Fault]:
    """Each release has its one disclosure, each disclosure its intent, each refusal its record."""
    disclosed = records.disclosures.get(heard.request_id, [])
    if heard.status != 200:
        if disclosed:
            yield Fault("record", f"{heard}: refused, and a disclosure is on record")
        if heard.request_id not in records.refused:
            yield Fault("record", f"{heard}: refused, and no refusal is on record")
        return
    if len(disclosed) != len(heard.way.released) or (heard.kind != "stream" and len(disclosed) != 1):
        yield Fault("record", f"{heard}: answered, and {len(disclosed)} disclosures are on record")
        return
    for number, intent in disclosed:
        if intent is None or intent != records.intents.get(heard.request_id) or intent >= number:
            yield Fault("record", f"{heard}: its disclosure has no intent before it")
    number = disclosed[0][0]
    if heard.under == "old" and not any(link < number for link in records.links):
        yield Fault("record", f"{heard}: that the two numbers are one person's is not on record before it")


def _of_another(heard: Heard, happening: Happening) -> Iterator[Fault]:
    """Nothing that happens to one person touches another's answer; a policy is everybody's."""
    shown = _shown(heard)
    if heard.status != 200 or shown not in (_OTHERS, _OTHERS - happening.of_others):
        yield Fault("another person", f"{heard}: status {heard.status} with {len(shown)} items")


def _of_person(heard: Heard, happening: Happening, records: Records) -> Iterator[Fault]:
    if _shown(heard) & _OTHERS:
        yield Fault("another person", f"{heard}: another person's items are in it")
    if heard.status not in _FINE[heard.kind]:
        yield Fault("status", f"{heard}: status {heard.status} is none of those that it may have")
    if heard.status == 200:
        numbers = [number for number, _ in records.disclosures.get(heard.request_id, ())]
        parts = parts_of(heard, len(numbers))
        for number, part in zip(numbers, parts, strict=False):
            yield from _of_closed(part, happening, number, records.links)
        if any(_shown(part) for part in parts[len(numbers) :]):
            yield Fault("record", f"{heard}: a part of it went out under no release of its own")
        if heard.kind == "stream" and numbers:
            yield from _of_end(heard, happening, numbers[-1])
        yield from _of_open(heard, happening)
        if heard.kind == "document":
            yield from _of_pieces(heard, happening.closings)
    elif not (_is_to_begin_again(heard, happening) or _is_closed_ever(heard, happening)):
        yield Fault(
            "held back", f"{heard}: nothing was closed to this reader, and the status was {heard.status}"
        )


def _is_to_begin_again(heard: Heard, happening: Happening) -> bool:
    """A later page ends with whatever happens to the person or the policies, also where it closes nothing."""
    return heard.kind == "later" and heard.status == _GONE and bool(happening.closings)


def _is_closed_ever(heard: Heard, happening: Happening) -> bool:
    return any(closing.closed[heard.reader] for closing in happening.closings)


def _of_closed(heard: Heard, happening: Happening, number: int, links: list[int]) -> Iterator[Fault]:
    """Nothing is shown that was closed when it was released."""
    told = {_LETTER} if heard.kind == "document" else _shown(heard)
    # Who asks under a number that the index has linked with no other yet is not refused by the other's.
    if heard.under not in happening.under and not any(link < number for link in links):
        return
    by_record = _closed_by_record(happening.closings, number, heard.reader)
    by_time = _closed_by_time(happening.closings, number, heard)
    if told & by_record or by_record == _ALL:
        yield Fault(RELEASED, f"{heard}: {len(told)} items in record {number}, which were closed before it")
    elif told & by_time:
        yield Fault(RELEASED, f"{heard}: {len(told & by_time)} items whose closing was acknowledged before")


def _of_end(heard: Heard, happening: Happening, last: int) -> Iterator[Fault]:
    """What a stream has shown is taken away where it was closed meanwhile, and never without a reason."""
    if is_whole(heard):
        gone = _shown(heard) & _closed_by_record(happening.closings, last, heard.reader)
        if gone:
            yield Fault(RELEASED, f"{heard}: {len(gone)} items were closed, and nobody was told to take away")
    elif not _is_closed_ever(heard, happening):
        yield Fault("held back", f"{heard}: nothing was closed to this reader, and the stream was")


def _of_open(heard: Heard, happening: Happening) -> Iterator[Fault]:
    """What nothing ever closed is there: an answer that is empty for fear would pass every other look."""
    ever = frozenset().union(*(closing.closed[heard.reader] for closing in happening.closings))
    missing = _ALL - ever - _shown(heard)
    if missing and (heard.kind == "whole" or (heard.kind == "stream" and is_whole(heard))):
        yield Fault("held back", f"{heard}: {len(missing)} items that nothing ever closed are not there")


def _shown(heard: Heard) -> set[str]:
    return {one.decode() for one in _CANARY.findall(heard.body)}


def _closed_by_record(closings: list[Closing], number: int, reader: str) -> frozenset[str]:
    """By the order of the records; what has no record is not judged by it."""
    state = OPEN[reader]
    for closing in closings:
        if closing.sequence is not None and closing.sequence < number:
            state = closing.closed[reader]
    return state


def _closed_by_time(closings: list[Closing], number: int, heard: Heard) -> frozenset[str]:
    """What whoever took a step had been told to be closed before the release was handed to the store."""
    state = OPEN[heard.reader]
    for closing in closings:
        if closing.returned_at < heard.submitted:
            state = closing.closed[heard.reader]
        elif closing.sequence is not None and closing.sequence < number:
            state &= closing.closed[heard.reader]
    return state


def _of_pieces(heard: Heard, closings: list[Closing]) -> Iterator[Fault]:
    """No piece goes out later than the allowed look after an acknowledgement, and never the last one."""
    shut = [one for one in closings if _LETTER in one.closed[heard.reader]]
    if not shut and heard.cut:
        yield Fault("held back", f"{heard}: nothing closed it, and it was cut")
    if not shut or shut[0] is not closings[-1]:
        return
    [closing] = shut
    until_s = closing.returned_s + _LOOKED_AT_EVERY_S + _SLACK_S
    late = [piece for piece in heard.pieces if piece.out_s > until_s]
    if late:
        yield Fault(RELEASED, f"{heard}: {len(late)} pieces later than the look that was due")
    elif not heard.cut and heard.pieces and heard.pieces[-1].asked_at > closing.returned_at:
        yield Fault(RELEASED, f"{heard}: its last piece was asked for after it was closed, and went out")
