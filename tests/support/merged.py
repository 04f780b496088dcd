"""Views of what some partners hold, merged alone: each item as its partner would write it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from broker.domain.category import Category
from broker.domain.leads import SHIPPED_LEADS
from broker.domain.outcome import OutcomeLabel, PartnerOutcome, Tally
from broker.domain.registration import Organisation
from broker.domain.resource import Resource
from broker.domain.view import View
from broker.pipeline.merging import Ground, merge
from tests.support.records import ALL, NOW, decision, finished, judgement, person, readable, registration

HOSPITAL, HEART_HOSPITAL, PRACTICE = "addenbury", "papermill", "fen-edge"
KINDS = {HOSPITAL: "acute", HEART_HOSPITAL: "acute", PRACTICE: "gp"}
SNOMED = "http://snomed.info/sct"
Tree = dict[str, Any]


def items_of(partner_id: str, *resources: Tree) -> tuple[Resource, ...]:
    """One partner's released items, without its Patient."""
    return readable(resources, partner_id)[1:]


def ground(
    partners: Iterable[str],
    leads: Mapping[Category, tuple[str, ...]] = SHIPPED_LEADS,
    **of_person: Any,
) -> Ground:
    """Everything is permitted, in the order of `partners`."""
    names = list(partners)
    return Ground(
        patient=person(practice_ods="RX901", **of_person),
        judgement=judgement(*(decision(name) for name in names)),
        registrations=[
            registration(
                name,
                organisation=Organisation(
                    name=name, ods_codes=frozenset({"RX901"}), kind=KINDS.get(name, "acute")
                ),
            )
            for name in names
        ],
        wanted=ALL,
        sure=ALL,
        asked_at=NOW,
        leads=leads,
    )


def merged_items(items: Sequence[Resource], on: Ground) -> View:
    """One view of them; every partner answered in full."""
    outcomes = {
        one.partner_id: PartnerOutcome(partner_id=one.partner_id, label=OutcomeLabel.COMPLETE, tally=Tally())
        for one in on.registrations
    }
    return finished(merge(items, outcomes, on))


def merged(*held: tuple[str, Sequence[Tree]], **changes: Any) -> View:
    """What each partner holds, in the order of the plan."""
    items = [one for partner_id, resources in held for one in items_of(partner_id, *resources)]
    partners = dict.fromkeys(partner_id for partner_id, _ in held)
    return merged_items(items, ground(partners, **changes))


def groups_of(one: View) -> list[tuple[str, ...]]:
    """Each group by its items' own names at their partners, the lead first."""
    return [tuple(named(one, at) for at in group.members) for group in one.groups]


def named(one: View, at: int) -> str:
    """An item by partner and local name."""
    item = one.items[at]
    return f"{item.partner_id} {item.local_reference}"


def clashes_of(one: View) -> list[tuple[str, tuple[int, ...]]]:
    """Each contradiction by its word and its items' places."""
    return [(clash.why, clash.members) for clash in one.contradictions]


def coded(*codes: tuple[str, str], text: str = "") -> Tree:
    """A CodeableConcept."""
    concept: Tree = {"coding": [{"system": system, "code": code} for system, code in codes]} if codes else {}
    return {**concept, **({"text": text} if text else {})}


def state(word: str) -> Tree:
    """A status that is a concept."""
    return {"coding": [{"code": word}]}
