"""The medicine that an item is about, where another item or a contained one lends it its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from broker.domain.item_words import Tree
from broker.pipeline.presentation.views.items import ViewItem
from broker.pipeline.presentation.views.shapes import references, trees, word, words


@dataclass(frozen=True, slots=True)
class Medicine:
    """Its concept as written, None where nothing tells it; and the item that lends it, if another does."""

    concept: Tree | None
    lender: ViewItem | None = None
    display: str = ""

    @property
    def named(self) -> str:
        """What it is called; empty where nothing says so."""
        return words(self.concept) or self.display

    @property
    def words(self) -> str:
        """What it is called, or that nothing says so."""
        return self.named or "medicine without a name"

    def spoken(self, tree: Tree) -> Tree:
        """An item as it is put into words: with the name that is lent to it."""
        reference = next(iter(trees(tree.get("medicationReference"))), None)
        if self.concept is None or reference is None:
            return tree
        return {**tree, "medicationReference": {**reference, "display": self.words}}


def medicine_of(tree: Tree, by_name: Mapping[str, ViewItem]) -> Medicine:
    """Of any item that has one. A reference that leads nowhere leaves what stands beside it."""
    concept = next(iter(trees(tree.get("medicationCodeableConcept"))), None)
    reference = tree.get("medicationReference")
    name = next(iter(references(reference)), "")
    if concept is not None or not name:
        return Medicine(concept, display=_display(reference))
    if name.startswith("#"):
        inside = (one for one in trees(tree.get("contained")) if f"#{one.get('id')}" == name)
        return Medicine(next((_code(one) for one in inside), None), display=_display(reference))
    lender = by_name.get(name)
    return Medicine(_code(lender.tree) if lender else None, lender, _display(reference))


def _code(medication: Tree) -> Tree | None:
    return next(iter(trees(medication.get("code"))), None)


def _display(reference: object) -> str:
    return next((word(one.get("display")) for one in trees(reference)), "")
