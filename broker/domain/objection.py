"""An objection as a decision sees it. Its life (received, reviewed, withdrawn) is in broker/objections."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field
from typing import Final

from broker.domain.category import Category


class ObjectionState(enum.StrEnum):
    """Received and under review bind as upheld does; an unverified objection holds provisionally."""

    RECEIVED = "received"
    UNDER_REVIEW = "under-review"
    UPHELD = "upheld"
    PARTLY_UPHELD = "partly-upheld"
    NOT_UPHELD = "not-upheld"
    WITHDRAWN = "withdrawn"


class Direction(enum.StrEnum):
    """Which side of a partner an objection names: its data, its staff's view, or both (the default)."""

    SOURCE = "source"
    VIEWER = "viewer"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What an objection covers. Every empty part means "all"; all parts empty is the whole record.

    `partners` are registration ids or ODS codes; `staff` are user ids; `items` are (system, value) of
    identifiers; the period is half-open, `period_start <= clinical date < period_end`, as ISO dates.
    """

    partners: frozenset[str] = frozenset()
    direction: Direction = Direction.BOTH
    staff: frozenset[str] = frozenset()
    categories: frozenset[Category] = frozenset()
    items: frozenset[tuple[str, str]] = frozenset()
    period_start: str | None = None
    period_end: str | None = None

    @property
    def is_whole_record(self) -> bool:
        """True when nothing narrows it."""
        return self == Scope()


@dataclass(frozen=True, slots=True, kw_only=True)
class Carveout:
    """What a decision *not* to uphold opens, for whom, and until when (then denied again).

    Every part is named: an empty part, or no `review_on`, opens nothing. `ground` is one of safeguarding,
    public-interest, risk-of-harm, care-not-possible; `roles` are role groups of the roles policy;
    `partners`, the sources that it opens, are registration ids or ODS codes. On the day `review_on` it is
    closed again.
    """

    ground: str
    roles: frozenset[str] = frozenset()
    categories: frozenset[Category] = frozenset()
    partners: frozenset[str] = frozenset()
    review_on: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """One objection in its newest state. A future `effective_from` binds from acknowledgement anyway."""

    objection_id: str
    state: ObjectionState
    scope: Scope = field(default_factory=Scope)
    acknowledged_at: dt.datetime
    verified: bool = True
    carveout: Carveout | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionSnapshot:
    """All objections under some numbers, and the version of the register that said so.

    An empty `objections` means "asked, and there are none". Not knowing is never a snapshot: the store
    raises ServiceDown.
    """

    version: int
    objections: tuple[Objection, ...] = ()


# To judge by who asks and why alone, whoever it is about; never in place of the register.
NOBODY_OBJECTED: Final = ObjectionSnapshot(version=0)
