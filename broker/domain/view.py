"""The transient, read-only view: what is shown, how it is grouped, and how complete it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from broker.domain.category import Category
from broker.domain.identity import PatientIdentity
from broker.domain.outcome import PartnerOutcome
from broker.domain.resource import Resource

# What a veiled partner reads as when it refused, holds nothing, was not asked or was wholly screened.
NOTHING_TO_SHOW = "nothing-to-show"


@dataclass(frozen=True, slots=True)
class Group:
    """Items that look like one fact from several sources, or one version of it beside another.

    Indexes point into `View.items`; the first is the lead. `why` is a closed word:
    `same-identifier`, `same-content`.
    """

    members: tuple[int, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Items that cannot all be true, shown as such: `allergy-and-none-known`, `status-differs`."""

    members: tuple[int, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletenessLine:
    """What the caller may see of one partner, or of several folded into one nameless line.

    `label` is an OutcomeLabel's value or `nothing-to-show`; `name` is empty when it may not be said.
    `differs` says that its own Patient gives a gender, title or name that the index does not.
    `expected`, `unreadable` and `cause` are told only where nothing is screened from this reader.
    """

    partner_id: str
    name: str
    label: str
    shown: int = 0
    expected: int | None = None
    unreadable: int = 0
    answered_at: str = ""
    cause: str = ""
    differs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionState:
    """One category for a reader. `none_recorded` only when every possible holder completed, unscreened."""

    category: Category
    shown: int
    none_recorded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Everything that presentation may use. `outcomes` are exact and go to the audit record alone.

    `person_references` holds, for each partner, every way in which it refers to the person. Unless
    `demographics_open`, the person is shown by what is needed to know that it is they, and no more.
    `place_kept` says that a partner keeps the person's whereabouts from this reader, or that one could that
    did not say.
    """

    patient: PatientIdentity
    items: tuple[Resource, ...] = field(repr=False)
    groups: tuple[Group, ...]
    contradictions: tuple[Contradiction, ...]
    outcomes: tuple[PartnerOutcome, ...]
    lines: tuple[CompletenessLine, ...]
    sections: tuple[SectionState, ...]
    suppression_notice: str
    medicines_notice: str
    asked_at: dt.datetime
    narrative_hidden_from: frozenset[str] = frozenset()
    person_references: Mapping[str, frozenset[str]] = field(repr=False, default_factory=dict)
    locationless: bool = False
    demographics_open: bool = False
    place_kept: bool = False
