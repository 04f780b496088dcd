"""Pointers into the Patients that they are about: the proof that the locator itself does not give.

Each distinct NHS number that pointers name as their subject becomes one Patient with that number alone.
Normalisation judges them as any partner's: a foreign one sets its own pointers aside, never the others.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator

import msgspec

from broker.domain.identity import NHS_NUMBER_SYSTEM
from broker.domain.json_bytes import write_tree
from broker.ports.connector import Entry, Pause
from connectors.r4 import stable_id

_ENTRIES_BETWEEN_PAUSES = 500
_SPACES = str.maketrans("", "", " -")


class _Identifier(msgspec.Struct, gc=False):
    system: str | None = None
    value: str | None = None


class _Subject(msgspec.Struct, gc=False):
    identifier: _Identifier | None = None


class _Pointer(msgspec.Struct, gc=False):
    resourceType: str = ""  # noqa: N815 - FHIR's own name
    subject: _Subject | None = None

    @property
    def number(self) -> str:
        """The subject's NHS number; empty where there is none."""
        identifier = self.subject.identifier if self.subject else None
        if self.resourceType != "DocumentReference" or identifier is None:
            return ""
        if identifier.system != NHS_NUMBER_SYSTEM:
            return ""
        return (identifier.value or "").translate(_SPACES)


_POINTER = msgspec.json.Decoder(_Pointer)


class Subjects:
    """Whom one answer's pointers are about, each made a Patient once, however many pages there are."""

    def __init__(self) -> None:
        """Nobody yet."""
        self._made: set[str] = set()

    def new_in(self, entries: Iterable[Entry]) -> Generator[Pause, None, list[Entry]]:
        """A Patient for each number that was not met before."""
        found: list[Entry] = []
        for count, entry in enumerate(entries, start=1):
            found += self._new(_number_in(entry))
            if count % _ENTRIES_BETWEEN_PAUSES == 0:
                yield Pause()
        return found

    def _new(self, number: str) -> Iterator[Entry]:
        if number and number not in self._made:
            self._made.add(number)
            yield Entry(raw=_patient(number))


def _number_in(entry: Entry) -> str:
    """A pointer whose shape hides its subject names nobody, and is not believed."""
    try:
        return _POINTER.decode(entry.raw).number if entry.readable else ""
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return ""


def _patient(number: str) -> bytes:
    return write_tree(
        {
            "resourceType": "Patient",
            "id": stable_id("nrl", "subject", number),
            "identifier": [{"system": NHS_NUMBER_SYSTEM, "value": number}],
        }
    )
