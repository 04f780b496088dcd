"""Observations into what was measured: each value with its unit and range, exactly as its source gave it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

from broker.domain.item_words import CANNOT_BE_SHOWN, Tree, quantity
from broker.domain.value_words import no_value, value_of
from broker.pipeline.presentation.views.alike import names_of
from broker.pipeline.presentation.views.items import ViewItem
from broker.pipeline.presentation.views.shapes import trees, word, words


@dataclass(frozen=True, slots=True)
class Measured:
    """One value of one item. `unit` is as written, empty where the value has none: two units are two things.

    `names` are those by which another's value is known to be of the same test.
    """

    item: ViewItem
    test: str
    unit: str
    names: frozenset[Hashable] = field(repr=False)
    value: dict[str, Any] = field(repr=False)


def measured_in(item: ViewItem) -> Iterator[Measured]:
    """The item's own value, and one for each component; a header without either has none."""
    tree = item.tree
    components = trees(tree.get("component"))
    if _has_value(tree) or not (components or tree.get("hasMember")):
        yield _measured(item, tree, words(tree.get("code")), names_of(_code(tree)))
    for part in components:
        test = f"{words(tree.get('code'))}: {words(part.get('code'))}"
        yield _measured(item, part, test, names_of(_code(part)))


def _code(tree: Tree) -> Tree | None:
    return next(iter(trees(tree.get("code"))), None)


def _has_value(tree: Tree) -> bool:
    return any(name.startswith("value") for name in tree)


def _measured(item: ViewItem, tree: Tree, test: str, names: set[Hashable]) -> Measured:
    """A modifier that is not understood, on the item or the component, leaves no value to compare."""
    if item.tree.get("modifierExtension") or tree.get("modifierExtension"):
        return Measured(item, test, "", frozenset(names), {"text": CANNOT_BE_SHOWN})
    found = next(iter(trees(tree.get("valueQuantity"))), None)
    unit = word(found.get("unit")) or word(found.get("code")) if found else ""
    given = _quantity(found) if found else {}
    given["text"] = _text(tree)
    ranges = [one for one in map(_range, trees(tree.get("referenceRange"))) if one]
    if ranges:
        given["ranges"] = ranges
    if tree.get("interpretation"):
        given["interpretation"] = words(tree["interpretation"])
    return Measured(item, test, unit, frozenset(names), given)


def _quantity(value: Tree) -> dict[str, Any]:
    """The number's own characters, as text."""
    told = {name: str(value[name]) for name in ("comparator", "value") if name in value}
    for name in ("unit", "system", "code"):
        if word(value.get(name)):
            told[name] = value[name]
    return told


def _text(tree: Tree) -> str:
    try:
        return value_of(tree) or no_value(tree)
    except (AttributeError, KeyError, TypeError):
        return CANNOT_BE_SHOWN


def _range(given: Tree) -> dict[str, str]:
    """Its ends with their own units, its words, and for whom it holds."""
    told = {end: quantity(one) for end in ("low", "high") for one in trees(given.get(end))}
    told["text"] = word(given.get("text"))
    told["of"] = ", ".join(filter(None, (words(given.get("type")), words(given.get("appliesTo")))))
    told["age"] = " to ".join(quantity(one) for age in trees(given.get("age")) for one in _ends(age))
    return {name: value for name, value in told.items() if value}


def _ends(value: Tree) -> list[Tree]:
    return [one for end in ("low", "high") for one in trees(value.get(end))]
