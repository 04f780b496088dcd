"""What the oracle answers: the whole request, and each partner of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Because = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """What of some open categories is held back: items, or a span, as the objection has them.

    `categories` are only those that are open all the same; where none is, there is no part.
    """

    categories: frozenset[str]
    items: frozenset[tuple[str, str]] = frozenset()
    period_from: str | None = None
    period_until: str | None = None


@dataclass(frozen=True, slots=True)
class OfPartner:
    """One partner. `because` is the first reason of (topic, rule): of a permit, what held something back.

    Where the effect is `deny`, nothing is open, no part is held back and every class is hidden.
    """

    effect: str
    because: Because
    open: frozenset[str]
    parts: frozenset[Part]
    hidden: frozenset[str]
    naming: str
    in_scope: bool
    placeless: bool
    awaits_pointer: bool


@dataclass(frozen=True, slots=True)
class Whole:
    """The whole request. `told` is `neutral`, `objection` or `restricted`, and `neutral` for a permit.

    `permits` are the permits that a judgement states of the requester and of a grant that fits.
    """

    effect: str
    because: Because
    told: str
    alert: bool
    partners: Mapping[str, OfPartner]
    permits: frozenset[Because] = field(default=frozenset())


@dataclass(frozen=True, slots=True)
class Verdict:
    """One partner of one request, and the request."""

    request: Whole
    partner: OfPartner
