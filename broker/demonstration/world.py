"""Every story into what each simulator holds and how it behaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from broker.demonstration.partners import ADDENBURY, FENLAND, PAPERMILL, DemonstrationPartner
from broker.demonstration.people.index import index_patient
from broker.demonstration.people.person import Story, Tree

People = Mapping[str, tuple[Tree, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorPlan:
    """One endpoint to start. `down_for` are the numbers for whom it breaks the connection."""

    partner_id: str
    connector: str
    people: People = field(repr=False)
    manners: Mapping[str, Any] = field(default_factory=dict)
    down_for: frozenset[str] = field(repr=False, default=frozenset())


INDEX_ID = "pds"

# Small delays make the time beside each partner worth reading; Papermill's small pages are its story.
_MANNERS: Mapping[str, Mapping[str, Any]] = {
    ADDENBURY.partner_id: {"delay_s": 0.04},
    FENLAND.partner_id: {"delay_s": 0.02},
    PAPERMILL.partner_id: {"page_size": 10, "page_delay_s": 0.4},
}


def partner_plan(partner: DemonstrationPartner, stories: tuple[Story, ...]) -> SimulatorPlan:
    """What this partner's simulator holds of everyone."""
    mine = [story for story in stories if partner.partner_id in story.charts]
    manners = dict(_MANNERS.get(partner.partner_id, {}))
    if partner.manner:
        manners["manner"] = partner.manner
    return SimulatorPlan(
        partner_id=partner.partner_id,
        connector="fhir_r4",
        people={story.demographics.number: story.charts[partner.partner_id] for story in mine},
        manners=manners,
        down_for=frozenset(
            story.demographics.number for story in stories if partner.partner_id in story.down
        ),
    )


def index_plan(stories: tuple[Story, ...]) -> SimulatorPlan:
    """The patient index: everyone under their number, and under each number that theirs replaced."""
    people: dict[str, tuple[Tree, ...]] = {}
    for story in stories:
        for number in (story.demographics.number, *story.old_numbers):
            people[number] = (index_patient(story),)
    return SimulatorPlan(partner_id=INDEX_ID, connector="pds", people=people)
