"""Which observations of an answer are results of its reports, said in R4 by a category of their own.

GP Connect's observations carry no category (Access Record Structured 1.6.2, Investigations): that one is a
laboratory's result, and not something that was seen in a consultation, stands only in the report or in the
list of investigations that names it. Whoever may see no results must not meet them as observations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from broker.domain.category import RESULT_OF_REPORT, RESULT_SYSTEM
from connectors.r4 import Tree
from connectors.stu3.context import Context
from connectors.stu3.one_or_many import as_list
from connectors.stu3.reading import Source

_INVESTIGATIONS = "887191000000108"
_CATEGORY: Tree = {"coding": [{"system": RESULT_SYSTEM, "code": RESULT_OF_REPORT}]}


class Results:
    """Every observation that a report or the list of investigations names, and every member of one."""

    def __init__(self, sources: Iterable[Source], context: Context) -> None:
        """Learn it from the reports, lists and observations among `sources`."""
        members: dict[str, list[str]] = {}
        named: list[str] = []
        for source in sources:
            if source.tree is not None and source.kind == "Observation":
                related = _each(source.tree.get("related"), "target")
                members[f"Observation/{source.new_id}"] = list(_targets(related, context))
            elif source.tree is not None:
                named += _targets(_named_by(source.kind, source.tree), context)
        self._results: set[str] = set()
        while named:
            name = named.pop()
            if name not in self._results:
                self._results.add(name)
                named += members.get(name, ())

    def complete(self, out: Tree) -> None:
        """Write into a translated observation that it is a report's result."""
        if out["resourceType"] == "Observation" and f"Observation/{out['id']}" in self._results:
            out["category"] = [*out.get("category", ()), _CATEGORY]


def _named_by(kind: str, tree: Tree) -> list[Any]:
    """The references by which a report, or the list of investigations, names its results."""
    if kind == "DiagnosticReport":
        return as_list(tree.get("result"))
    codes = [coding.get("code") for coding in _each(tree.get("code"), "coding") if isinstance(coding, dict)]
    return _each(tree.get("entry"), "item") if kind == "List" and _INVESTIGATIONS in codes else []


def _each(value: object, member: str) -> list[Any]:
    """`member` of each object, as one list."""
    holders = [one for one in as_list(value) if isinstance(one, dict)]
    return [each for holder in holders for each in as_list(holder.get(member))]


def _targets(references: Iterable[Any], context: Context) -> Iterator[str]:
    for one in references:
        text = one.get("reference") if isinstance(one, dict) else None
        if isinstance(text, str):
            yield context.reference(text) or text
