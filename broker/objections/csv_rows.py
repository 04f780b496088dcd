"""A CSV file of objections to one reading for each of its rows.

The header's words are closed. A row is what a spreadsheet calls one: a blank line is none, the header is
row 1, and a quoted cell may run over several lines.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from broker.domain.category import Category
from broker.domain.objection import Direction, Scope
from broker.domain.objection_life import IdentityCheck
from broker.domain.objection_speaker import Standing
from broker.files import nearest
from broker.objections.life import is_date
from broker.objections.reading import NOBODY, Reading, UnreadableFile, numbers_in, own_id, received

Value = TypeVar("Value")
PROXY = "It was made on behalf of the person, and nobody here has seen by what authority."
UNKNOWN_VOICE = "Its `on_behalf_of` is not a word that is known here; it binds until somebody has asked."
NEEDED = ("row_id", "nhs_number")
HEADERS = (
    *NEEDED,
    "status",
    "received_at",
    "identity_check",
    "consequences_explained",
    "on_behalf_of",
    "partners",
    "direction",
    "categories",
    "period_start",
    "period_end",
)
_WITHDRAWN: Mapping[str, bool] = MappingProxyType({"": False, "active": False, "withdrawn": True})
_EXPLAINED: Mapping[str, bool] = MappingProxyType({"": False, "no": False, "yes": True})
_CHECKS: Mapping[str, IdentityCheck | None] = MappingProxyType(
    {"": None, **{check.value: check for check in IdentityCheck}}
)
_DIRECTIONS: Mapping[str, Direction] = MappingProxyType(
    {"": Direction.BOTH, **{direction.value: direction for direction in Direction}}
)


def csv_readings(path: Path, *, partners: Collection[str], now: dt.datetime) -> Iterator[Reading]:
    """Each row as it comes. Raises UnreadableFile where the file cannot be followed any further."""
    try:
        with path.open(encoding="utf-8-sig", errors="strict", newline="") as file:
            rows = csv.reader(file, strict=True)
            headers = _headers(next(rows, []))
            row = 1
            for cells in rows:
                row += 1
                if cells:
                    yield _reading(row, headers, cells, partners, now)
    except UnicodeDecodeError:
        raise UnreadableFile("The file is not UTF-8. Write it as CSV UTF-8.") from None
    except csv.Error:
        at = rows.line_num
        raise UnreadableFile(f"Near line {at} a quoted cell does not end, or is too long.") from None


def _headers(cells: list[str]) -> tuple[str, ...]:
    headers = tuple(cell.strip() for cell in cells)
    for place, header in enumerate(headers):
        if header not in HEADERS:
            raise UnreadableFile(f"The heading of column {place + 1} is unknown. {nearest(header, HEADERS)}")
        if header in headers[:place]:
            raise UnreadableFile(f"The heading `{header}` stands twice: which column counts is not known.")
    for needed in NEEDED:
        if needed not in headers:
            raise UnreadableFile(f"There is no column `{needed}`.")
    return headers


def _reading(
    row: int, headers: tuple[str, ...], cells: list[str], partners: Collection[str], now: dt.datetime
) -> Reading:
    if len(cells) != len(headers):
        return _of_wrong_width(row, headers, cells)
    cell = {name: text.strip() for name, text in zip(headers, cells, strict=True)}
    numbers, doubts = numbers_in(cell["nhs_number"].split(";"))
    if not numbers:
        return Reading(row=row, fault=NOBODY)
    scope, scope_doubts = _scope(cell, partners)
    withdrawn, status_doubts = _word(cell, "status", _WITHDRAWN, otherwise=False)
    check, check_doubts = _word(cell, "identity_check", _CHECKS, otherwise=IdentityCheck.NONE)
    explained, explained_doubts = _word(cell, "consequences_explained", _EXPLAINED, otherwise=False)
    voice_doubts = () if withdrawn else _voice(cell.get("on_behalf_of", ""))
    received_at, date_doubts = received(cell.get("received_at", ""), now)
    bare = Reading(row=row, numbers=numbers, scope=scope, withdrawn=withdrawn)
    row_id, id_doubts = own_id(cell["row_id"], bare.digest)
    return Reading(
        row=row,
        row_id=row_id,
        numbers=numbers,
        withdrawn=withdrawn,
        scope=scope,
        received_at=received_at,
        identity_check=check,
        consequences_explained=explained,
        on_behalf_of=cell.get("on_behalf_of", ""),
        doubts=(
            *(*doubts, *id_doubts, *status_doubts, *check_doubts, *explained_doubts, *voice_doubts),
            *date_doubts,
            *scope_doubts,
        ),
    )


def _of_wrong_width(row: int, headers: tuple[str, ...], cells: list[str]) -> Reading:
    """It binds whoever any of its cells names: which cell is which is not known."""
    numbers, _ = numbers_in(cells)
    if not numbers:
        return Reading(row=row, fault=NOBODY)
    bare = Reading(row=row, numbers=numbers)
    place = headers.index("row_id")
    row_id, _ = own_id(cells[place].strip() if place < len(cells) else "", bare.digest)
    doubt = f"It has {len(cells)} cells under {len(headers)} headings; it binds the whole record."
    return Reading(row=row, row_id=row_id, numbers=numbers, doubts=(doubt,))


def _word(
    cell: Mapping[str, str], name: str, words: Mapping[str, Value], *, otherwise: Value
) -> tuple[Value, tuple[str, ...]]:
    text = cell.get(name, "").lower()
    if text in words:
        return words[text], ()
    return otherwise, (f"Its `{name}` is not a word that is known here.",)


def _voice(word: str) -> tuple[str, ...]:
    """A file says by whom, and never what was seen of their authority."""
    if word.lower() in ("", Standing.SELF):
        return ()
    return (PROXY,) if word.lower() in list(Standing) else (UNKNOWN_VOICE,)


def _scope(cell: Mapping[str, str], partners: Collection[str]) -> tuple[Scope, tuple[str, ...]]:
    named, partner_doubts = _words_of(cell, "partners", partners)
    categories, category_doubts = _words_of(cell, "categories", [one.value for one in Category])
    direction, direction_doubts = _word(cell, "direction", _DIRECTIONS, otherwise=Direction.BOTH)
    start, end, period_doubts = _period(cell)
    if partner_doubts:
        direction = Direction.BOTH
    scope = Scope(
        partners=named,
        direction=direction,
        categories=frozenset(map(Category, categories)),
        period_start=start,
        period_end=end,
    )
    return scope, (*partner_doubts, *category_doubts, *direction_doubts, *period_doubts)


def _words_of(
    cell: Mapping[str, str], name: str, known: Collection[str]
) -> tuple[frozenset[str], tuple[str, ...]]:
    """The words of a cell, with `;` between them; when one of them is not known, all: that is the widest."""
    words = frozenset(word.strip() for word in cell.get(name, "").split(";") if word.strip())
    if all(word in known for word in words):
        return words, ()
    return frozenset(), (f"Its `{name}` has a word that is not known here; it binds for all of them.",)


def _period(cell: Mapping[str, str]) -> tuple[str | None, str | None, tuple[str, ...]]:
    start, end = cell.get("period_start", ""), cell.get("period_end", "")
    if all(not day or is_date(day) for day in (start, end)) and not (start and end and start >= end):
        return start or None, end or None, ()
    return None, None, ("Its period cannot be read; it binds for all time.",)
