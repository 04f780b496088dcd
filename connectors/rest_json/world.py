"""The people of a simulated social care system, as its searches find them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from broker.domain.json_bytes import lossless_tree
from connectors.r4 import Tree
from connectors.simulation import BreakOff, Manners, World, raw_bytes


@dataclass(frozen=True, slots=True)
class Person:
    """One person's Patient and everything else, as R4 trees."""

    number: str = field(repr=False)
    patient: Tree = field(repr=False)
    others: tuple[Tree, ...] = field(repr=False)

    @property
    def local_id(self) -> str:
        """The system's own id."""
        return str(self.patient["id"])


class People:
    """Everybody there. With the manner `answers_for`, every question is answered about that person."""

    def __init__(self, world: World, manners: Manners) -> None:
        """`world` is read once; nothing is written back to it."""
        self._everybody = [_person(number, resources) for number, resources in world.items()]
        self._always = [one for one in self._everybody if one.number == manners.get("answers_for")]
        self._down_for = words(manners, "down_for")

    def __iter__(self) -> Iterator[Person]:
        """Those who may be found."""
        return iter(self._always or self._everybody)

    def by_id(self, local_id: str) -> Person | None:
        """The person of an id, or whoever everything is about."""
        held = (one for one in self if self._always or one.local_id == local_id)
        return next(iter(self.found(*held)), None)

    def found(self, *people: Person) -> list[Person]:
        """These people; the connection breaks when one of them is of the manner `down_for`."""
        if any(person.number in self._down_for for person in people):
            raise BreakOff
        return list(people)


def words(manners: Manners, name: str) -> frozenset[str]:
    """A manner that lists words; none when it was left out."""
    value = manners.get(name, ())
    return frozenset(map(str, value)) if isinstance(value, (list, tuple, set, frozenset)) else frozenset()


def _person(number: str, resources: Sequence[Mapping[str, Any] | bytes]) -> Person:
    trees = [lossless_tree(raw_bytes(one)) for one in resources]
    return Person(number, trees[0], tuple(trees[1:]))


def family_of(person: Person) -> str:
    """The family name, for a search that knows no case."""
    names = person.patient.get("name") or [{}]
    return str(names[0].get("family", "")).casefold()
