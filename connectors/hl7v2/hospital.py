"""What a simulated hospital answers: one query message into one RSP^K11, a page at a time."""

from __future__ import annotations

import itertools
import string
from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.hl7v2.reading import Message
from connectors.hl7v2.world import Held, Record, people_of
from connectors.simulation import Manners, World, number

_ANSWERED_AT = "20260301120000+0000"
_LETTERS = str.maketrans(string.digits, "ghijklmnop")


@dataclass(frozen=True, slots=True)
class _Later:
    """What a continuation pointer stands for."""

    held: Held = field(repr=False)
    offset: int


class Hospital:
    """Everybody there, and the pages that were promised. Pointers say nothing of anybody."""

    def __init__(self, people: World, manners: Manners) -> None:
        """`manners` as this folder's README lists them."""
        self._people = people_of(people)
        self._manners = manners
        self._later: dict[str, _Later] = {}
        self._down_for = _words(manners.get("down_for"))
        self._names = (f"{count:06}".translate(_LETTERS) for count in itertools.count(1))

    def answer(self, asked: Message) -> bytes | None:
        """The answer's bytes; None where the connection breaks instead."""
        down, parameters, continues = self._manners.get("down"), asked.first("QPD"), asked.first("DSC")
        if down in {"AE", "AR"} or parameters is None:
            error = f"ERR|||{self._manners.get('error', '')}|E"
            return self._message(asked, str(down or "AE"), [error])
        if continues is not None:
            return self._later_page(asked, continues.first(1).text())
        wanted = parameters.first(3).text()
        if wanted in self._down_for:
            return None
        held = self._people.get(str(self._manners.get("answers_for", "")) or wanted)
        if held is None:
            return self._message(asked, "AA", [self._qak(asked, "NF", (0, 0, 0)), parameters.raw])
        return self._page(asked, held, 0)

    def _later_page(self, asked: Message, pointer: str) -> bytes:
        later = self._later.get(pointer)
        if later is None or self._manners.get("sessions_expire"):
            return self._message(asked, "AE", ["ERR||DSC^1^1|204|E"])
        return self._page(asked, later.held, later.offset)

    def _page(self, asked: Message, held: Held, offset: int) -> bytes:
        parameters, wanted = asked.first("QPD"), asked.first("RCP")
        asked_for = wanted.first(2).text() if wanted else ""
        size = int(asked_for) if asked_for.isdecimal() else len(held.records)
        size = max(1, min(size, int(number(self._manners, "page_size", size))))
        records = held.records[offset : offset + size]
        left = len(held.records) - offset - len(records)
        counts = (len(held.records), len(records), left)
        severity = str(self._manners.get("warns", ""))
        segments = [
            *([f"ERR|||0|{severity}"] if severity else []),
            self._qak(asked, "OK", counts),
            parameters.raw if parameters else "QPD",
            held.person,
            *(segment for record in _in_order(records) for segment in record),
        ]
        if left and not self._manners.get("loses_continuation"):
            segments.append(f"DSC|{self._pointer_to(held, offset + size)}|I")
        return self._message(asked, "AA", segments)

    def _pointer_to(self, held: Held, offset: int) -> str:
        if self._manners.get("loops"):
            self._later["again"] = _Later(held, 0)
            return "again"
        pointer = next(self._names)
        self._later[pointer] = _Later(held, offset)
        return pointer

    def _message(self, asked: Message, state: str, segments: list[str]) -> bytes:
        control_id = asked.header.first(10).text()
        header = (
            f"MSH|^~\\&|PAS|TRUST|||{_ANSWERED_AT}||RSP^K11^RSP_K11|{next(self._names)}|P|2.5.1"
            "||||||UNICODE UTF-8"
        )
        return "".join(f"{line}\r" for line in (header, f"MSA|{state}|{control_id}", *segments)).encode()

    def _qak(self, asked: Message, state: str, counts: tuple[int, int, int]) -> str:
        parameters = asked.first("QPD")
        tag = parameters.first(2).text() if parameters else ""
        tag = "another" if self._manners.get("mixed_up") else tag
        query = parameters.field(1) if parameters else ""
        said = ["", "", ""] if self._manners.get("counts_nothing") else [str(count) for count in counts]
        return "|".join(["QAK", tag, state, query, *said])


def _in_order(records: tuple[Record, ...]) -> Iterator[Record]:
    """Visits stand last: what follows a PV1 would be of that visit."""
    yield from (record for record in records if not record[0].startswith("PV1"))
    yield from (record for record in records if record[0].startswith("PV1"))


def _words(value: object) -> frozenset[str]:
    return frozenset(map(str, value)) if isinstance(value, (list, tuple, set, frozenset)) else frozenset()
