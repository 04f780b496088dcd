"""What a view rests on besides its items."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from broker.domain.category import Category
from broker.domain.decision import Judgement
from broker.domain.identity import PatientIdentity
from broker.domain.leads import SHIPPED_LEADS
from broker.domain.registration import PartnerRegistration
from broker.domain.spans import span_of

# Clocks differ, and an answer of now is as of now.
_OF_NOW = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the view rests on besides the items: the judgement, the partners and the question.

    `sure` are the categories of which every kind of item was asked for, and nothing went with what was
    withheld: only these may be called "none recorded". `differing` are the partners whose own Patient gives a
    gender, title or name that the index does not. `warnings` are those on lists that this reader may see, by
    partner and category. `as_of` is when each partner says that its answer is of, empty where it does not.
    `leads` are the kinds of partner that hold the record of each category, best first.
    """

    patient: PatientIdentity
    judgement: Judgement
    registrations: Sequence[PartnerRegistration]
    wanted: frozenset[Category]
    sure: frozenset[Category]
    asked_at: dt.datetime
    narrative_hidden_from: frozenset[str] = frozenset()
    differing: frozenset[str] = frozenset()
    leads: Mapping[Category, tuple[str, ...]] = field(default_factory=lambda: SHIPPED_LEADS)
    warnings: Mapping[str, frozenset[tuple[Category, str]]] = field(default_factory=dict)
    as_of: Mapping[str, str] = field(default_factory=dict)
    person_references: Mapping[str, frozenset[str]] = field(repr=False, default_factory=dict)

    @property
    def old(self) -> Mapping[str, str]:
        """Of when each answer is that its partner calls well before the question."""
        asked = span_of((self.asked_at - _OF_NOW).isoformat())
        said = {name: span_of(time) for name, time in self.as_of.items()}
        return {
            name: self.as_of[name]
            for name, span in said.items()
            if span is not None and asked is not None and span.ends_ns <= asked.begins_ns
        }
