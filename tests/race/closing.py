"""What each kind of happening closes to whom, in words of the judge's own.

A closing says which strings may stand in no answer to which reader, from which record of the store on. It
is written here from the words of each objection; the product's decision has no part in it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from broker.domain.category import Category
from broker.domain.objection import Direction, Scope
from tests.race import world
from tests.race.journal import BEFORE
from tests.race.world import ADDENBURY, ITEM_SYSTEM, ITEMS, PAPERMILL, Item, canaries

ALL = canaries("p")
OPEN: Mapping[str, frozenset[str]] = {"hazel": frozenset(), "birch": frozenset()}
SHUT: Mapping[str, frozenset[str]] = {"hazel": ALL, "birch": ALL}
STANDING = frozenset({"withdrawal", "review that opens", "review that closes"})
_WHOLE = 0.4
_STAFF_OF = {ADDENBURY: "hazel", PAPERMILL: "birch"}


@dataclass(slots=True)
class Closing:
    """What is closed from one step on. `sequence` is its record in the store; a policy has none.

    `returned_at` is when whoever took the step heard that it was done (moment, and seconds of the loop).
    """

    closed: Mapping[str, frozenset[str]]
    sequence: int | None
    returned_at: int
    returned_s: float


@dataclass(slots=True)
class Happening:
    """`under` are the numbers that it is recorded under: `old` or `current`. `of_others` is what it closes of
    a person whom no objection is about. `grant_id` is the emergency access that its reader names.
    """

    kind: str
    closed: Mapping[str, frozenset[str]]
    scope: Scope = field(default_factory=Scope)
    under: frozenset[str] = frozenset({"current"})
    of_others: frozenset[str] = frozenset()
    grant_id: str = ""
    closings: list[Closing] = field(default_factory=list)


def closes(kind: str, target: str, dice: random.Random) -> Happening:
    """The objection of this kind; which item, partner or category it is, is for the dice to say.

    One that stands already is to a part, where a request is to come further than the index.
    """
    if kind in STANDING and target == BEFORE and dice.random() < _WHOLE:
        return _whole(kind, dice)
    return _MAKE.get(kind, _whole)(kind, dice)


def _whole(kind: str, _dice: random.Random) -> Happening:
    return Happening(kind, SHUT)


def _partner(kind: str, dice: random.Random) -> Happening:
    """As source, as viewer, or both: its own staff see nothing where it is named as viewer."""
    partner = dice.choice(world.PARTNERS)
    direction = dice.choice(tuple(Direction))
    held = canaries("p", items_where(lambda item: item.partner == partner))
    source = held if direction is not Direction.VIEWER else frozenset[str]()
    closed = {
        reader: ALL if direction is not Direction.SOURCE and _STAFF_OF.get(partner) == reader else source
        for reader in OPEN
    }
    return Happening(kind, closed, Scope(partners=frozenset({partner}), direction=direction))


def _category(kind: str, dice: random.Random) -> Happening:
    category = dice.choice(("observations", "problems", "allergies", "documents"))
    held = canaries("p", items_where(lambda item: item.category == category))
    scope = Scope(categories=frozenset({Category(category)}))
    return Happening(kind, {"hazel": held, "birch": held}, scope)


def _item(kind: str, dice: random.Random) -> Happening:
    item = dice.choice(ITEMS)
    held = canaries("p", (item,))
    scope = Scope(items=frozenset({(ITEM_SYSTEM, item.local_id)}))
    return Happening(kind, {"hazel": held, "birch": held}, scope)


def _staff(kind: str, _dice: random.Random) -> Happening:
    return Happening(kind, {**OPEN, "hazel": ALL}, Scope(staff=frozenset({"hazel"})))


def _period(kind: str, _dice: random.Random) -> Happening:
    held = canaries("p", items_where(lambda item: "2026-01-01" <= item.day < "2026-02-01"))
    scope = Scope(period_start="2026-01-01", period_end="2026-02-01")
    return Happening(kind, {"hazel": held, "birch": held}, scope)


def _old_number(kind: str, dice: random.Random) -> Happening:
    return Happening(kind, SHUT, under=frozenset({dice.choice(("old", "current"))}))


def _policy(kind: str, _dice: random.Random) -> Happening:
    """The second hospital supplies allergies alone from now on, of everybody."""
    items = items_where(lambda item: item.partner == PAPERMILL)
    held = canaries("p", items)
    return Happening(kind, {"hazel": held, "birch": held}, of_others=canaries("q", items))


def _standing(kind: str, _dice: random.Random) -> Happening:
    held = canaries("p", items_where(lambda item: item.category == "problems"))
    return Happening(kind, {"hazel": held, "birch": held}, Scope(categories=frozenset({Category.PROBLEMS})))


def items_where(which: Callable[[Item], bool]) -> tuple[Item, ...]:
    """The items for which this is so."""
    return tuple(item for item in ITEMS if which(item))


_MAKE = {
    "partner": _partner,
    "category": _category,
    "item": _item,
    "named staff": _staff,
    "period": _period,
    "old number": _old_number,
    **dict.fromkeys(STANDING, _standing),
    "tightened policy": _policy,
}
