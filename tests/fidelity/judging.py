"""One source resource and the R4 made of it into the facts that are found again and those that are not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.fidelity.facts import Ext, Fact, Inner, Place, facts, names
from tests.fidelity.given import AS_GIVEN, R4_DATE_TIME, carried, equal, name_of, says
from tests.fidelity.places import Images, found_at, images, table
from tests.fidelity.reading import Tree
from tests.fidelity.special import ELSEWHERE, SPECIAL

WORDS: dict[str, dict[str, str]] = table("words.yaml")["words"]

# Whose value is a text.
NOT_NUMBERS = {("telecom",), ("identifier",), ("masterIdentifier",), ("groupIdentifier",)}

# Given the reference of the source and that of the R4: whether both name the same item.
SameTarget = Callable[[str, str], bool]


@dataclass(slots=True)
class Verdict:
    """What became of one item's facts. `claimed` are the places of the R4 that facts stand in."""

    kinds: dict[str, int] = field(default_factory=dict)
    missing: list[Fact] = field(default_factory=list, repr=False)
    claimed: set[Place] = field(default_factory=set, repr=False)


@dataclass(frozen=True, slots=True)
class Pair:
    """One source resource, or one contained in it, beside the R4 that stands for it."""

    source: Tree = field(repr=False)
    r4: Tree = field(repr=False)
    same_target: SameTarget = field(repr=False)

    @property
    def kind(self) -> str:
        """The type of the source."""
        return str(self.source.get("resourceType"))

    def within(self, step: Place) -> Pair:
        """The pair of one contained resource."""
        source = next((node for _, node in found_at(self.source, step)), {})
        return Pair(source, next((node for _, node in found_at(self.r4, step)), {}), self.same_target)

    def alike(self, word: str, given: Any, kept: Any) -> bool:
        """Whether a leaf of the source and one of the R4 say the same; `word` is the element it is of."""
        if word.endswith(".reference") and isinstance(given, str) and isinstance(kept, str):
            return self.same_target(given, kept)
        return equal(given, kept)


def verdict(pair: Pair, leave_out: frozenset[str]) -> Verdict:
    """Every fact of the source looked for in the R4. `leave_out` names contained items judged alone."""
    found = Verdict()
    for fact in facts(pair.source):
        first = fact.place[0]
        if isinstance(first, Inner) and first.identity in leave_out:
            continue
        found.kinds[fact.kind] = found.kinds.get(fact.kind, 0) + 1
        ways = _ways(pair, fact)
        if ways is None:
            found.missing.append(fact)
        else:
            found.claimed |= ways
    return found


def _ways(pair: Pair, fact: Fact) -> set[Place] | None:
    """The places of the R4 that hold the fact; None when it is nowhere where it may be."""
    place, above = fact.place, ()
    if isinstance(place[0], Inner):
        pair, above, place = pair.within(place[:1]), place[:1], place[1:]
    rule = SPECIAL.get(".".join((pair.kind, *names(place))))
    ways = rule(place, fact.leaves[0][1], pair.r4, pair.source, pair.same_target) if rule else ELSEWHERE
    if ways is ELSEWHERE:
        ways = _in_its_role(pair, Fact(fact.kind, place, fact.leaves))
    return None if ways is None else {(*above, *way) for way in ways}


def _in_its_role(pair: Pair, fact: Fact) -> set[Place] | None:
    where = images(pair.kind, fact.place)
    given = _as_given(pair, fact, where) if where.gone or fact.kind in {"word", "date", "text"} else set()
    for image in where.places:
        for way, node in found_at(pair.r4, image):
            if all(_stands(pair, fact, node, leaf) for leaf in fact.leaves):
                return {(*way, *steps) for steps, _ in fact.leaves} | given
    allowed = where.gone or all(_r4_refuses(fact, value) for _, value in fact.leaves)
    return given if given and allowed else None


def _stands(pair: Pair, fact: Fact, node: Any, leaf: tuple[Place, Any]) -> bool:
    steps, value = leaf
    kept = next((held for _, held in found_at(node, steps)), None)
    word = ".".join((pair.kind, *names((*fact.place, *steps))))
    renamed = WORDS.get(word, {}).get(value) if isinstance(value, str) else None
    return pair.alike(word, value if renamed is None else renamed, kept)


def _as_given(pair: Pair, fact: Fact, where: Images) -> set[Place]:
    """The extensions that carry the fact; what is carried beside its new word stands there too."""
    ways = set()
    for way, payload, rest in _payloads(pair, fact.place, where):
        for steps, value in fact.leaves:
            word = ".".join((pair.kind, *names((*fact.place, *steps))))
            if not says(payload, (*rest, *steps), value, partial(pair.alike, word)):
                break
        else:
            ways.add(way)
    return ways


def _payloads(pair: Pair, place: Place, where: Images) -> Iterator[tuple[Place, Any, Place]]:
    """Each carried content, its way, and the steps from the element that it is carried for to the fact."""
    for image in (*where.places, place):
        if image and isinstance(image[-1], str):
            for way, node in found_at(pair.r4, (*image[:-1], f"_{image[-1]}")):
                yield from (((*way, *step), payload, ()) for step, payload in carried(node, AS_GIVEN))
    for length in range(1, len(place) + 1):
        if isinstance(place[length - 1], str):
            url = name_of(pair.kind, place[:length])
            for parent in _above(pair.kind, place[: length - 1]):
                for way, node in found_at(pair.r4, parent):
                    yield from _numbered(carried(node, url), way, place[length:])


def _numbered(
    carried_here: Iterable[tuple[Place, Any]], way: Place, rest: Place
) -> Iterator[tuple[Place, Any, Place]]:
    """What is carried for one of a list: the extension in its place, when each has one of its own."""
    held = list(carried_here)
    each_alone = len({steps for steps, _ in held}) > 1 and bool(rest) and isinstance(rest[0], int)
    for steps, payload in held:
        if not each_alone or (isinstance(steps[0], Ext) and steps[0].nth == rest[0]):
            yield (*way, *steps), payload, rest


def _above(kind: str, parent: Place) -> Iterator[Place]:
    """The images of an element and of everything that it stands in."""
    while parent:
        yield from images(kind, parent).places
        parent = parent[:-1]
    yield ()


def _r4_refuses(fact: Fact, value: Any) -> bool:
    """Whether R4 cannot hold the value in its own element: no date, nothing at all, or words for a number."""
    if not isinstance(value, str):
        return False
    said = names(fact.place)
    is_quantity = fact.kind == "text" and said[-1:] == ("value",) and said[-2:-1] not in NOT_NUMBERS
    return is_quantity or not value.strip() or (fact.kind == "date" and not R4_DATE_TIME.fullmatch(value))
