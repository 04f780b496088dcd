"""A record and its translation into what a translator may conclude of medicines: which items are one course.

GP Connect says it by `basedOn` alone: a statement and the orders are based on one plan. The R4 may say that
the statement is derived from those orders, and give the requests of one plan one identifier.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.fidelity.places import ANY, found_at
from tests.fidelity.reading import Tree
from tests.fidelity.records import Key, Ledger, Output, Record, items

COURSE = "https://watersmeet.example/fhir/medication-course"
ORDERS = {"order", "instance-order"}
Conclusions = Mapping[Key, set[Any]]


def conclusions(held: Record, made: Mapping[Key, Output], names: Ledger) -> Conclusions:
    """For each item the references and identifier values that it may have for its course."""
    medicines = [
        (key, tree)
        for key, tree in items(held.sources)
        if tree.get("resourceType") in {"MedicationRequest", "MedicationStatement"}
    ]
    plans = {key: _plans(key, tree, names) for key, tree in medicines}
    allowed: dict[Key, set[Any]] = {key: set() for key in plans}
    for key, tree in medicines:
        if tree.get("intent") in ORDERS and key in made:
            for other, its_plans in plans.items():
                if other != key and its_plans & plans[key]:
                    allowed[other].add(f"MedicationRequest/{made[key].tree.get('id')}")
    for plan, value in _groups(plans, made).items():
        for key in (plan, *(key for key, its_plans in plans.items() if plan in its_plans)):
            allowed.setdefault(key, set()).update({COURSE, value})
    return allowed


def _plans(key: Key, tree: Tree, names: Ledger) -> set[Key]:
    based_on = [text for _, text in found_at(tree, ("basedOn", ANY, "reference")) if isinstance(text, str)]
    return {plan for text in based_on for plan in names.given.meant(text, key)}


def _groups(plans: Mapping[Key, set[Key]], made: Mapping[Key, Output]) -> dict[Key, str]:
    """The identifier of each plan's course, where all its requests have one and no other course has it."""
    values: dict[Key, set[str]] = {}
    for key, its_plans in plans.items():
        group = made[key].tree.get("groupIdentifier", {}) if key in made else {}
        if group.get("system") == COURSE:
            for plan in its_plans or {key}:
                values.setdefault(plan, set()).add(str(group.get("value")))
    one = {plan: next(iter(said)) for plan, said in values.items() if len(said) == 1}
    return {plan: value for plan, value in one.items() if list(one.values()).count(value) == 1}
