"""How far several items say one thing: what each says in each column, and where two say different things.

An item that is silent differs from nothing: a copy without its dose is no other dose.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from broker.pipeline.merging.concepts import SNOMED, Coded, Said
from broker.pipeline.merging.content import Content
from broker.pipeline.merging.rows import When

# The columns, by the word that a contradiction of versions has for each. Wording contradicts nothing.
CODE, DATE, STATE, VALUE, DOSE, DETAIL = "code", "date", "status", "value", "dose", "detail"
WORDING = "wording"
_SILENT = (None, "", ())
COLUMNS = (CODE, STATE, DATE, VALUE, DOSE, DETAIL)


class Agreement:
    """Items are added one by one; `differing` says in which columns two of them do not agree."""

    def __init__(self, *, wording: bool) -> None:
        """Nobody has said anything. Without `wording`, that is free."""
        self._wording = wording
        self._said: dict[tuple[str, Hashable], Hashable] = {}
        self._differing: set[str] = set()
        self._codes = _Codes()

    def add(self, content: Content) -> None:
        """Hear one item."""
        for column, slot, value in _slots(content, wording=self._wording):
            if self._said.setdefault((column, slot), value) != value:
                self._differing.add(column)
        self._codes.add(content.said)

    @property
    def differing(self) -> tuple[str, ...]:
        """The columns in which not all agree, in the order of COLUMNS."""
        found = self._differing | ({CODE} if self._codes.differ else set())
        return tuple(column for column in (*COLUMNS, WORDING) if column in found)


def _slots(content: Content, *, wording: bool) -> Iterator[tuple[str, Hashable, Hashable]]:
    """Everything that is said, each with its place. Silence has none."""
    if content.when is not None:
        for place, time in _times(content.when):
            yield DATE, place, time
    for column, values in (
        (STATE, content.state),
        (VALUE, content.value),
        (DOSE, content.dose),
        (DETAIL, content.apart),
        (WORDING, content.wording if wording else ()),
    ):
        for place, value in enumerate(values):
            if value not in _SILENT:
                yield column, place, value


def _times(when: When) -> Iterator[tuple[Hashable, Any]]:
    """An onset and a day of recording are not one date, and do not differ either."""
    name, *times = when
    for place, time in enumerate(times):
        if time:
            yield (name, place), time


class _Codes:
    """What several items are called: differing where no code is common and one terminology knows them apart.

    SNOMED CT decides where it names two of them: a code that they share beside it is the wider one.
    """

    def __init__(self) -> None:
        self._common: frozenset[Coded] | None = None
        self._by_system: dict[str | None, set[str]] = {}
        self._apart = False
        self._snomed_apart = False

    def add(self, said: Said) -> None:
        if not said.codings:
            return
        codings = frozenset(said.codings)
        self._common = codings if self._common is None else self._common & codings
        for system in {system for system, _ in codings}:
            codes = {code for of, code in codings if of == system}
            before = self._by_system.setdefault(system, set(codes))
            before &= codes
            if not before:
                self._apart = True
        if said.snomed and not self._by_system[SNOMED]:
            self._snomed_apart = True

    @property
    def differ(self) -> bool:
        return self._snomed_apart or (self._apart and not self._common)
