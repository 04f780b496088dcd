"""Every story into what each simulator holds and how it behaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from broker.demonstration.partners import ADDENBURY, FENLAND, PAPERMILL, DemonstrationPartner
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


# Small delays make the time beside each partner worth reading; Papermill's small pages are its story.
_MANNERS: Mapping[str, Mapping[str, Any]] = {
    ADDENBURY.partner_id: {"delay_s": 0.02},
    FENLAND.partner_id: {"delay_s": 0.01},
    PAPERMILL.partner_id: {"page_size": 10, "page_delay_s": 0.4},
}


def partner_plan(partner: DemonstrationPartner, stories: tuple[Story, ...]) -> SimulatorPlan:
    """What this partner's simulator holds of everyone, and for whom it breaks the connection."""
    held = [story for story in stories if partner.partner_id in story.charts]
    down_for = [story.demographics.number for story in stories if partner.partner_id in story.down]
    manners = {"base_path": BASE_PATH, "down_for": down_for, **_MANNERS.get(partner.partner_id, {})}
    if partner.manner:
        manners["manner"] = partner.manner
    return SimulatorPlan(
        partner_id=partner.partner_id,
        connector="fhir_r4",
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
