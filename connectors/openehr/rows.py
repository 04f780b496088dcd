"""A RESULT_SET into rows, and each row into the R4 entries that its composition and entry become."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import msgspec

from broker.domain.json_bytes import UnreadableJson, lossless_tree, parse_strict
from broker.ports.connector import Entry
from connectors.openehr.aql import COLUMNS
from connectors.openehr.frame import Frame
from connectors.openehr.manner import Manner
from connectors.openehr.sections import COMPOSITION, Section
from connectors.openehr.translating import composition_of, translate_entry
from connectors.r4 import Tree, is_id

_WITHOUT_ENTRY = COLUMNS[:-1]
_NULL = b"null"


class NotAResultSet(ValueError):
    """A 200 whose body has no rows to read."""


class _Column(msgspec.Struct, gc=False):
    name: str = ""


class _ResultSet(msgspec.Struct, gc=False):
    rows: list[msgspec.Raw]
    columns: list[_Column] | None = None


_RESULT_SET = msgspec.json.Decoder(_ResultSet)
_CELLS = msgspec.json.Decoder(list[msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of rows as they were written, and the names of their columns."""

    rows: tuple[bytes, ...] = field(repr=False)
    columns: tuple[str, ...]

    @property
    def digest(self) -> bytes:
        """The same for the very same rows in the same order."""
        return hashlib.sha256(b"\n".join(self.rows)).digest()


def read_rows(body: bytes) -> Rows:
    """The rows of an answer; `rows` alone is required. Raises NotAResultSet."""
    try:
        found = _RESULT_SET.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise NotAResultSet from None
    return Rows(tuple(map(bytes, found.rows)), tuple(one.name for one in found.columns or ()))


def entries_of(row: bytes, columns: tuple[str, ...], section: Section, manner: Manner) -> tuple[Entry, ...]:
    """What one row becomes. One that cannot be read is handed on as that, to be counted and listed."""
    cells = _cells_of(row, columns, section)
    ehr_id = cells.get("ehr_id")
    if not is_id(ehr_id):
        return (Entry(raw=row, readable=False),)
    frame = _frame_of(str(ehr_id), cells)
    if section.rm_class == COMPOSITION:
        return (Entry(raw=composition_of(frame, manner.sections)),)
    made = translate_entry(cells.get("entry"), frame, sections=manner.sections, namespace=manner.namespace)
    return tuple(Entry(raw=one) for one in made)


def is_of(kind: str, entry: Entry) -> bool:
    """Whether an entry is of its section's kind. What is listed, or is a Basic in an appointment's place, is
    not what whoever asks for that kind alone would look for.
    """
    return entry.raw.startswith(b'{"resourceType":"%s"' % kind.encode())


def _cells_of(row: bytes, columns: tuple[str, ...], section: Section) -> Tree:
    """The cells by name; empty when the row is not what was asked for."""
    wanted = _WITHOUT_ENTRY if section.rm_class == COMPOSITION else COLUMNS
    names = columns if set(wanted) <= set(columns) else wanted
    try:
        cells = _CELLS.decode(row)
        if len(cells) != len(names):
            return {}
        return {name: _value_of(bytes(cell)) for name, cell in zip(names, cells, strict=True)}
    except (msgspec.DecodeError, UnreadableJson, RecursionError, UnicodeDecodeError):
        return {}


def _value_of(cell: bytes) -> Any:
    parse_strict(cell)
    return None if cell == _NULL else lossless_tree(cell)


def _frame_of(ehr_id: str, cells: Tree) -> Frame:
    """A composition as its columns tell of it."""
    told = {
        "_type": COMPOSITION,
        "name": {"_type": "DV_TEXT", "value": cells.get("name")} if cells.get("name") else None,
        "uid": {"value": cells.get("uid")} if cells.get("uid") else None,
        "archetype_node_id": cells.get("archetype"),
        **{member: cells.get(member) for member in ("context", "composer", "feeder_audit")},
    }
    return Frame(ehr_id, {name: value for name, value in told.items() if value is not None})
