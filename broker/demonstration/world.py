"""Every story into what each simulator holds and how it behaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from broker.demonstration.partners import DemonstrationPartner
from broker.demonstration.people.index import index_patient
from broker.demonstration.people.person import Story, Tree

People = Mapping[str, tuple[Tree, ...]]


BASE_PATH = "/r4"
INDEX_ID = "pds"


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorPlan:
    """One endpoint to start: what it holds and how it behaves (its simulator's own manners)."""

    partner_id: str
    connector: str
    people: People = field(repr=False)
    manners: Mapping[str, Any] = field(repr=False, default_factory=dict)


def partner_plan(partner: DemonstrationPartner, stories: tuple[Story, ...]) -> SimulatorPlan:
    """What this partner's simulator holds of everyone, and for whom it breaks the connection."""
    held = [story for story in stories if partner.partner_id in story.charts]
    down_for = [story.demographics.number for story in stories if partner.partner_id in story.down]
    manners = {"base_path": BASE_PATH, "down_for": down_for, **partner.manners}
    return SimulatorPlan(
        partner_id=partner.partner_id,
        connector=partner.connector,
        people={story.demographics.number: story.charts[partner.partner_id] for story in held},
        manners=manners,
    )


def index_plan(stories: tuple[Story, ...]) -> SimulatorPlan:
    """The patient index: everyone under their own number, with the numbers that theirs replaced."""
    superseded = {old: story.demographics.number for story in stories for old in story.old_numbers}
    return SimulatorPlan(
        partner_id=INDEX_ID,
        connector="pds",
        people={story.demographics.number: (index_patient(story),) for story in stories},
        manners={"base_path": BASE_PATH, "superseded": superseded},
    )
