"""One invented person: who they are, what their story shows, and what each partner holds of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from broker.domain.category import Category
from broker.domain.identity import NhsNumber
from broker.domain.objection import ObjectionState, Scope

Tree = dict[str, Any]


def day(days: int) -> str:
    """The date that many days from today, as FHIR writes it: some stories only hold near the present."""
    return (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)).isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Demographics:
    """Who an invented person is. Dates as FHIR writes them; `practice` is an ODS code."""

    number: str
    prefix: str
    given: str
    family: str
    gender: str
    birth_date: str
    practice: str
    street: str = "1 Fictional Row"
    town: str = "Cambourne"
    postcode: str = "CB99 9ZZ"
    telephone: str = "01632 960999"
    deceased: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryObjection:
    """An objection that the demonstration records before it answers anyone.

    The three `carveout` parts are what a decision not to uphold opens, on `ground`, until its review.
    """

    scope: Scope
    state: ObjectionState = ObjectionState.UPHELD
    ground: str = ""
    carveout_roles: frozenset[str] = frozenset()
    carveout_categories: frozenset[Category] = frozenset()
    carveout_partners: frozenset[str] = frozenset()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A person and the behaviour that their record shows.

    `charts` maps a partner's id to what it holds, its Patient first. `old_numbers` were superseded by
    the person's own. `restriction` is the index's confidentiality code. `down` are partners whose
    server breaks the connection for this person. `asked_as` is the demonstration user who sees it best.
    """

    name: str
    title: str
    shows: str
    demographics: Demographics
    charts: Mapping[str, tuple[Tree, ...]] = field(repr=False)
    old_numbers: tuple[str, ...] = ()
    restriction: str = "U"
    objections: tuple[StoryObjection, ...] = ()
    down: frozenset[str] = frozenset()
    asked_as: str = "doctor"

    @property
    def asked_number(self) -> NhsNumber:
        """The number that the story is asked by: an old one where that is the story."""
        return NhsNumber.parse(next(iter(self.old_numbers), self.demographics.number))
