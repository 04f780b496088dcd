"""One request in plain words and dates, as a person would tell it: what product and oracle are both asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class CarveOut:
    """A decision not to uphold, in the words of the register."""

    ground: str
    roles: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    partners: frozenset[str] = frozenset()
    review_on: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Objected:
    """One objection; every empty part means all."""

    state: str
    partners: frozenset[str] = frozenset()
    direction: str = "both"
    staff: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    items: frozenset[tuple[str, str]] = frozenset()
    period_from: str | None = None
    period_until: str | None = None
    verified: bool = True
    carve_out: CarveOut | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """One statement of emergency access."""

    ground: str
    numbers: frozenset[str]
    issuer: str
    user: str
    organisation: str
    session: str
    purpose: str
    partners: frozenset[str]
    granted_at: dt.datetime
    expires_at: dt.datetime
    text: str
    witness: str = ""
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One registration of a partner, as it stands."""

    partner: str
    organisations: frozenset[str]
    kind: str = ""
    status: str = "live"
    supplies: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    closed_to: frozenset[str] = frozenset()
    open_to: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks, why, by what right, about whom, when, and what the person said. `engine` and `store` are
    `ok`, or a word for what is wrong with them.
    """

    now: dt.datetime
    roles: tuple[str, ...]
    purpose: str
    relationship: str
    organisation: str
    partners: tuple[Registered, ...] = field(repr=False)
    issuer: str = "issuer-1"
    user: str = "user-1"
    session: str = "session-1"
    scopes: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    restriction: str | None = "none"
    practice: str | None = None
    died: str | None = None
    objections: tuple[Objected, ...] = ()
    grant: Granted | None = None
    engine: str = "ok"
    store: str = "ok"
