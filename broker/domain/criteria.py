"""What a search asks for beside the person and the type: filters, order and what is to come along.

The words are R4's (4.0.1, search.html). Values are kept as they were asked for, so that a link can carry
them; nothing here shows them in a `repr`, because a code can tell something of the person.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from broker.domain.spans import Span


class Prefix(enum.StrEnum):
    """How a date is compared (R4 4.0.1, search.html#prefix)."""

    EQ = "eq"
    NE = "ne"
    GT = "gt"
    LT = "lt"
    GE = "ge"
    LE = "le"
    SA = "sa"
    EB = "eb"
    AP = "ap"


@dataclass(frozen=True, slots=True)
class TokenValue:
    """`system|code`. `system` None is any system and empty is none at all; an empty `code` is any code."""

    system: str | None = field(repr=False)
    code: str = field(repr=False)

    @property
    def text(self) -> str:
        """As a parameter says it."""
        code = escaped(self.code)
        return code if self.system is None else f"{escaped(self.system)}|{code}"


@dataclass(frozen=True, slots=True)
class DateValue:
    """A date to compare with: how, the span that it means, and the date as it was asked for."""

    prefix: Prefix
    span: Span = field(repr=False)
    written: str = field(repr=False)

    @property
    def text(self) -> str:
        """As a parameter says it."""
        return self.written if self.prefix is Prefix.EQ else f"{self.prefix}{self.written}"


@dataclass(frozen=True, slots=True)
class Filter:
    """One parameter, given once: any of its values satisfies it. Several filters are all to be satisfied."""

    name: str
    values: tuple[TokenValue, ...] | tuple[DateValue, ...] = field(repr=False)

    @property
    def text(self) -> str:
        """Its values as a parameter says them, each once and in one order."""
        return ",".join(sorted({value.text for value in self.values}))


@dataclass(frozen=True, slots=True)
class SortKey:
    """A parameter to put matches in order by."""

    name: str
    descending: bool = False

    @property
    def text(self) -> str:
        """As `_sort` says it."""
        return f"-{self.name}" if self.descending else self.name


@dataclass(frozen=True, slots=True, order=True)
class Include:
    """What a match names by one of its references is to come along; only `target` types, where it is set."""

    kind: str
    name: str
    target: str = ""

    @property
    def text(self) -> str:
        """As `_include` says it."""
        return ":".join(filter(None, (self.kind, self.name, self.target)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Everything that a question says beside whom it is about and which types it wants.

    `ids` are the item ids asked for, None for any. `since`, `start` and `end` are `$everything`'s own.
    `included_types` are those that `includes` may bring; `includes_person` says that one of them names the
    person.
    """

    filters: tuple[Filter, ...] = ()
    ids: frozenset[str] | None = None
    since: DateValue | None = None
    start: DateValue | None = None
    end: DateValue | None = None
    sort: tuple[SortKey, ...] = ()
    includes: tuple[Include, ...] = ()
    included_types: frozenset[str] = frozenset()
    includes_person: bool = False

    @property
    def narrows(self) -> bool:
        """Whether an item of the types asked for may be left out by them."""
        bounds = (self.since, self.start, self.end)
        return bool(self.filters) or self.ids is not None or any(bound is not None for bound in bounds)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Name and value of each parameter, as a link says them, in one order for one meaning."""
        bounds = {"_since": self.since, "start": self.start, "end": self.end}
        said = {(one.name, one.text) for one in self.filters}
        said |= {(name, bound.text) for name, bound in bounds.items() if bound is not None}
        said |= {("_include", include.text) for include in self.includes}
        if self.ids is not None:
            said.add(("_id", ",".join(sorted(self.ids))))
        if self.sort:
            said.add(("_sort", ",".join(key.text for key in self.sort)))
        return tuple(sorted(said))


def escaped(text: str) -> str:
    r"""A value's own `,`, `|`, `$` and `\` behind a backslash (R4 4.0.1, search.html#escaping)."""
    return "".join(f"\\{one}" if one in "\\,|$" else one for one in text)


WHOLE = Criteria()
