"""The table's rules made ready: which column each member of a resource stands in, and what a header tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from broker.domain.resource import Header, Period
from broker.pipeline.merging.moments import is_moment, time_of
from broker.pipeline.merging.table import BY_KIND, OTHERWISE, GroupingRule

CHOICE: Final = "[x]"
# Elements that the header holds undecoded, and so knows by their spelling alone.
_SPELLED = frozenset({"code", "vaccineCode"})
_HEADER = frozenset(Header.__struct_fields__)
# The element that it stands in and the time, or both ends of a period.
When = tuple[Any, ...]
Members = Mapping[str, msgspec.Raw]


@dataclass(frozen=True, slots=True)
class Row:
    """One rule. `date_names` and `code_name` are what the header has of it; empty where it has not all."""

    rule: GroupingRule
    date_names: tuple[str, ...]
    code_name: str

    def when(self, header: Header) -> When | None:
        """The first date that is there; None where there is none."""
        for name in self.date_names:
            found = getattr(header, name)
            if found is not None:
                return when_of(name, found)
        return None


def when_of(name: str, found: str | Period) -> When | None:
    """A date with the element that it stands in: an onset and a day of recording are not one date."""
    if isinstance(found, str):
        return (name, time_of(found))
    if found.start is None and found.end is None:
        return None
    return (name, time_of(found.start or ""), time_of(found.end or ""))


def names_moment(when: When) -> bool:
    """Whether it tells the time of day at which something began, or was."""
    return is_moment(when[1])


def names_in(column: str) -> tuple[str, ...]:
    """The elements of one column of the table."""
    return tuple(column.split(", ")) if column else ()


def _row(rule: GroupingRule) -> Row:
    dates = names_in(rule.date)
    known = dates if rule.likens and all(name in _HEADER for name in dates) else ()
    code = rule.code if rule.code in _SPELLED else ""
    return Row(rule, known, code if known else "")


ROWS: Mapping[str, Row] = {kind: _row(rule) for kind, rule in BY_KIND.items()}
ROW_OF_OTHERS = _row(OTHERWISE)


def found_in(members: Members, name: str) -> Iterator[tuple[str, bytes]]:
    """Each member that an element's name means, by its own name, as written."""
    if name.endswith(CHOICE):
        stem = name.removesuffix(CHOICE)
        found = ((each, members[each]) for each in sorted(members) if _is_choice(each, stem))
        yield from ((each, bytes(raw)) for each, raw in found)
    elif name in members:
        yield name, bytes(members[name])


def _is_choice(name: str, stem: str) -> bool:
    return name.startswith(stem) and name[len(stem) : len(stem) + 1].isupper()
