"""The text of a table to its lines: what becomes of each STU3 element of each type.

    Observation
      status     code! {registered final}      a code of R4's own list, which R4 requires
      comment    string ~note                  an operation on the way
      date       dateTime > recordedDate       another name
      taken      code > +                      no place in R4: an extension
      component  -*                            a list of elements, whose own lines stand below
        value[x] Quantity|string               one line for each type of a choice
        range    #Observation.range*           the same lines as that element's

A type is R4's, `*` a list in R4, `!` required in R4; `{old=new}` changes a code, `{@name}` is a shared
list. After the type's name `> Name` gives the resource its name in R4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from connectors.stu3.tables.codes import CODES

_INDENT = 2
_LINE = re.compile(
    r"(?P<name>\w+)(?P<choice>\[x\])? +(?P<kinds>[-\w.#|]+)(?P<many>\*)?(?P<required>!)?"
    r"(?: +\{(?P<codes>[^}]*)\})?(?: +~(?P<operation>\w+)(?: (?P<argument>[\w.-]+))?)?"
    r"(?: +> (?P<target>\+|\w+))?"
)
_CHANGE = re.compile(r"([\w-]+)=([\w-]+)")
CARRIED = "+"
BACKBONE = "-"
SAME_AS = "#"
_SHARED = "@"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One STU3 element. `target` is its R4 name, or `+` where R4 has no place; `group` is the choice that
    its R4 name belongs to.
    """

    name: str
    kind: str
    many: bool
    required: bool
    target: str
    group: str = ""
    codes: Mapping[str, str] | None = None
    operation: str = ""
    argument: str = ""
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Table:
    """One STU3 type, and what R4 calls it."""

    name: str
    target: str
    lines: list[Line]


def read_tables(text: str) -> list[Table]:
    """The tables of `text`. A line of any other form raises ValueError with its words."""
    tables: list[Table] = []
    open_lines: list[list[Line]] = []
    for written in filter(str.strip, text.splitlines()):
        depth = (len(written) - len(written.lstrip())) // _INDENT
        if depth == 0:
            name, _, target = (part.strip() for part in written.partition(">"))
            tables.append(Table(name, target or name, []))
            open_lines = [tables[-1].lines]
            continue
        del open_lines[depth:]
        lines = list(_lines_of(written))
        open_lines[-1].extend(lines)
        open_lines.append(lines[-1].lines)
    return tables


def _lines_of(written: str) -> Iterator[Line]:
    found = _LINE.fullmatch(written.strip())
    if found is None:
        raise ValueError(
            f"No line of a table: {written.strip()}. Its form is `name type {{codes}} ~operation > target`."
        )
    for kind in found["kinds"].split("|"):
        suffix = kind[0].upper() + kind[1:] if found["choice"] else ""
        target = found["target"] or found["name"]
        yield Line(
            name=found["name"] + suffix,
            kind=kind,
            many=found["many"] is not None,
            required=found["required"] is not None,
            target=target if target == CARRIED else target + suffix,
            group=target if found["choice"] and target != CARRIED else "",
            codes=_codes(found["codes"]),
            operation=found["operation"] or "",
            argument=found["argument"] or "",
        )


def _codes(written: str | None) -> Mapping[str, str] | None:
    if written is None:
        return None
    words: list[str] = []
    for word in written.split():
        words.extend(CODES[word[1:]].split() if word.startswith(_SHARED) else [word])
    changes = (_CHANGE.fullmatch(word) for word in words)
    changed = zip(changes, words, strict=True)
    return MappingProxyType({(old[1] if old else word): (old[2] if old else word) for old, word in changed})
