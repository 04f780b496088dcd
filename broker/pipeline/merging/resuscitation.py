"""Different decisions on resuscitation or treatment escalation, each of another source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from broker.domain.resource import ABSENT, Resource
from broker.domain.view import Contradiction, Group
from broker.pipeline.merging.between_partners import differ_between_partners
from broker.pipeline.merging.candidates import Sides
from broker.pipeline.merging.clash_table import ENDED, ENDED_PLAN, PLAN
from broker.pipeline.merging.concepts import NOTHING_SAID
from broker.pipeline.merging.content import Contents
from broker.pipeline.merging.decisions import decided_by, decision_in

_CARE_PLAN = "CarePlan"
_WHY = "resuscitation-differs"


def resuscitation(
    found: Sides, items: Sequence[Resource], contents: Contents, groups: Iterable[Group]
) -> list[Contradiction]:
    """For and not for it; and plans that are not one document. A plan does not contradict a decision."""
    decided: dict[int, str] = {}
    plans: list[int] = []
    for index in (*found.decisions, *found.plans):
        item, state = items[index], contents.of(index).state
        if not ENDED.isdisjoint(state) or (item.header.resourceType == _CARE_PLAN and ENDED_PLAN in state):
            continue
        decision = decided_by(item.header, contents.concepts) or _planned(item, index, contents)
        if decision == PLAN:
            plans.append(index)
        elif decision:
            decided[index] = decision
    return [*_clash(sorted(decided), items, decided), *_clash(plans, items, _one_document(plans, groups))]


def _planned(item: Resource, index: int, contents: Contents) -> str:
    """By what the document is, or by the category of a plan that has a title."""
    category = item.header.category
    filed = NOTHING_SAID if category is ABSENT else contents.concepts.of(bytes(category))
    return decision_in(contents.of(index).said) or decision_in(filed)


def _one_document(plans: Sequence[int], groups: Iterable[Group]) -> dict[int, str]:
    """The document that each plan is: those of one group are one."""
    documents = {index: str(index) for index in plans}
    for group in groups:
        documents |= {index: f"group {group.members[0]}" for index in group.members if index in documents}
    return documents


def _clash(members: Sequence[int], items: Sequence[Resource], says: dict[int, str]) -> list[Contradiction]:
    if not differ_between_partners(members, items, says.__getitem__):
        return []
    return [Contradiction(tuple(sorted(members)), _WHY)]
