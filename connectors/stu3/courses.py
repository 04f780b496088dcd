"""The statement, the plan and the orders of one medicine to one course that a reader can see as one.

GP Connect says a course by three kinds of item: a statement based on a plan, and orders based on the
plan. R4 lets the statement name what it was derived from, and requests share a group identifier.
"""

from __future__ import annotations

from collections.abc import Iterable

from connectors.r4 import Tree, stable_id
from connectors.stu3.context import Context
from connectors.stu3.one_or_many import as_list
from connectors.stu3.reading import Source

_COURSE_SYSTEM = "https://watersmeet.example/fhir/medication-course"
_ORDERS = frozenset({"order", "instance-order"})


class Courses:
    """Which orders each plan of the answer has."""

    def __init__(self, sources: Iterable[Source], context: Context) -> None:
        """Learn it from the requests among `sources`."""
        self._orders: dict[str, list[str]] = {}
        for source in sources:
            if source.tree is not None and source.kind == "MedicationRequest":
                self._learn(source.tree, f"MedicationRequest/{source.new_id}", context)

    def _learn(self, request: Tree, reference: str, context: Context) -> None:
        intent = request.get("intent")
        if isinstance(intent, str) and intent in _ORDERS:
            for plan in _based_on(request):
                self._orders.setdefault(context.reference(plan) or plan, []).append(reference)

    def complete(self, out: Tree) -> None:
        """Write into a translated item what makes it a part of its course."""
        if out["resourceType"] == "MedicationStatement":
            self._derive(out)
        elif out["resourceType"] == "MedicationRequest" and "groupIdentifier" not in out:
            plan = self._plan_of(out)
            if plan is not None:
                out["groupIdentifier"] = {"system": _COURSE_SYSTEM, "value": stable_id("course", plan)}

    def _derive(self, statement: Tree) -> None:
        held = statement.get("derivedFrom", [])
        named = {each.get("reference") for each in held}
        orders = [order for plan in _based_on(statement) for order in self._orders.get(plan, ())]
        added = [{"reference": order} for order in dict.fromkeys(orders) if order not in named]
        if added:
            statement["derivedFrom"] = [*held, *added]

    def _plan_of(self, request: Tree) -> str | None:
        own = f"MedicationRequest/{request['id']}"
        if own in self._orders:
            return own
        return next((plan for plan in _based_on(request) if own in self._orders.get(plan, ())), None)


def _based_on(item: Tree) -> list[str]:
    named = [each.get("reference") for each in as_list(item.get("basedOn")) if isinstance(each, dict)]
    return [text for text in named if isinstance(text, str)]
