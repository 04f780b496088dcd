"""The file of a source to its rows, read twice: once to see what is in it, and once to act on it.

The first reading finds what cannot be followed to its end before anything is recorded, and rows of one id
that say different things, so that the order in which they stand does not matter.
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from broker.objections.consent_rows import consent_lines, consents_in_file
from broker.objections.csv_rows import csv_readings
from broker.objections.reading import Reading, UnreadableFile

TWICE = "Another row of the file has the same id and says something else."
TWICE_WITHDRAWN = "It is withdrawn, and another row of the file with the same id says something else."


class Form(enum.StrEnum):
    """What is in a file."""

    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"


_READERS = MappingProxyType({Form.CSV: csv_readings, Form.JSON: consents_in_file, Form.NDJSON: consent_lines})
_SUFFIXES: Mapping[str, Form] = MappingProxyType(
    {".csv": Form.CSV, ".json": Form.JSON, ".ndjson": Form.NDJSON, ".jsonl": Form.NDJSON}
)


def form_of(path: Path) -> Form:
    """By the file's name. Raises UnreadableFile."""
    form = _SUFFIXES.get(path.suffix.lower())
    if form is None:
        raise UnreadableFile("The file's name does not say what it is. Name it .csv, .json or .ndjson.")
    return form


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file that was read once to its end. `rows` is how many it has; `torn` are ids, as hashes, that
    stand in it with different meanings.
    """

    path: Path
    form: Form
    rows: int
    torn: frozenset[bytes] = field(repr=False)
    partners: frozenset[str]
    now: dt.datetime

    @classmethod
    def survey(cls, path: Path, form: Form, *, partners: Collection[str], now: dt.datetime) -> SourceFile:
        """Raises UnreadableFile; then nothing of it may be recorded."""
        seen: dict[bytes, bytes] = {}
        torn: set[bytes] = set()
        rows = 0
        for reading in _READERS[form](path, partners=partners, now=now):
            rows += 1
            if reading.numbers and seen.setdefault(_hash(reading), reading.digest) != reading.digest:
                torn.add(_hash(reading))
        return cls(
            path=path, form=form, rows=rows, torn=frozenset(torn), partners=frozenset(partners), now=now
        )

    def readings(self) -> Iterator[Reading]:
        """Every row. Raises UnreadableFile when the file has changed meanwhile so that it cannot be read."""
        for reading in _READERS[self.form](self.path, partners=self.partners, now=self.now):
            if reading.numbers and _hash(reading) in self.torn:
                yield _torn(reading)
            else:
                yield reading


def _torn(reading: Reading) -> Reading:
    """One that binds holds provisionally; one that would open something does nothing."""
    if reading.no_objection:
        return reading
    if reading.withdrawn:
        return Reading(row=reading.row, fault=TWICE_WITHDRAWN)
    return replace(reading, doubts=(*reading.doubts, TWICE))


def _hash(reading: Reading) -> bytes:
    return hashlib.blake2b(reading.row_id.encode(), digest_size=16).digest()
