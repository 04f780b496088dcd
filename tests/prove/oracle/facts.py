"""A request in plain words: who asks, about whom, when, and what was said beforehand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class CarveOut:
    """A decision not to uphold. An empty part, or no day of review, opens nothing."""

    ground: str
    roles: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    partners: frozenset[str] = frozenset()
    review_on: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Objected:
    """One objection; every empty part means all. `partners` are registration ids or organisation codes."""

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
    """One statement of emergency access, and everything that it is bound to. Both instants are aware."""

    ground: str
    numbers: frozenset[str] = field(repr=False)
    issuer: str
    user: str
    organisation: str
    session: str
    purpose: str
    partners: frozenset[str]
    granted_at: dt.datetime
    expires_at: dt.datetime
    text: str = field(repr=False)
    witness: str = ""
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One registration of a partner. `open_to` of None is everybody who is not in `closed_to`."""

    partner: str
    organisations: frozenset[str]
    kind: str = ""
    status: str = "live"
    supplies: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    closed_to: frozenset[str] = frozenset()
    open_to: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request. `partner` is the one that `judge` tells of, `partners` all that are registered.

    `restriction` of None, or `not-yet-known`, is before the patient index has answered. `engine` is `ok`,
    `not-yet-in-force`, or any other word for what went wrong while deciding; `store` is `ok` or not.
    """

    now: dt.datetime
    roles: tuple[str, ...]
    purpose: str
    relationship: str
    organisation: str
    partners: tuple[Registered, ...] = field(repr=False)
    partner: str = ""
    issuer: str = "issuer-1"
    user: str = "user-1"
    session: str = "session-1"
    scopes: frozenset[str] = frozenset()
    numbers: frozenset[str] = field(repr=False, default=frozenset())
    restriction: str | None = "none"
    practice: str | None = None
    died: str | None = None
    objections: tuple[Objected, ...] = ()
    grant: Granted | None = None
    engine: str = "ok"
    store: str = "ok"
