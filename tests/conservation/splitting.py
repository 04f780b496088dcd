"""A record over two to six partners, from a seed: overlaps, cut pages, faults, and what each may show."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import orjson

from broker.domain.category import SUPPORTING_TYPES, Category
from broker.domain.decision import Decision, Withhold
from tests.conservation.marking import marked
from tests.conservation.records import Given
from tests.fidelity.reading import exact, written
from tests.support.records import ALL, OTHER, decision, item, patient
from tests.support.sensitive import ACT_CODE, hidden_from

PARTNERS = ("addenbury", "castle-hill", "fenland", "nenewest", "ousebank", "papermill")
_NO_ITEMS = SUPPORTING_TYPES | {"Patient", "RelatedPerson"}
OVERLAP = 0.25
PAGES_MAX = 3
_FAULTS = ("cut", "unreadable", "foreign", "repeated", "doubled", "none")
LABEL = {"system": ACT_CODE, "code": "HIV"}


@dataclass(frozen=True, slots=True)
class Sent:
    """One entry that a partner sends. `planted` says which fault it is, empty for none."""

    mark: str
    raw: bytes = field(repr=False)
    full_url: str | None = None
    readable: bool = True
    planted: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one partner sends, page by page, and what of it the reader may see. After a cut nothing comes."""

    partner_id: str
    pages: tuple[tuple[Sent, ...], ...] = field(repr=False)
    cut: bool
    ruling: Decision

    @property
    def received(self) -> tuple[Sent, ...]:
        """Every entry of the pages that came."""
        pages = self.pages[:-1] if self.cut else self.pages
        return tuple(sent for page in pages for sent in page)


def split(given: Given, seed: int) -> tuple[Answer, ...]:
    """The same answers for the same record and seed."""
    chance = random.Random(f"{seed} {given.name}")  # noqa: S311 - a seed, so that a fault can be seen again
    partners = PARTNERS[: chance.randint(2, len(PARTNERS))]
    held: dict[str, list[Sent]] = {name: [] for name in partners}
    for place in range(len(given.resources)):
        if place != given.own:
            for name in _holders(partners, chance):
                held[name].append(_sent(given, place, name))
    return tuple(_answer(name, _sent(given, given.own, name), held[name], chance) for name in partners)


def _holders(partners: Sequence[str], chance: random.Random) -> list[str]:
    """One partner, or two that hold the same."""
    return chance.sample(partners, 2 if chance.random() < OVERLAP else 1)


def _sent(given: Given, place: int, partner_id: str) -> Sent:
    mark = f"{partner_id}:{place}"
    return Sent(mark, marked(given.resources[place], mark), given.full_urls[place])


def _answer(partner_id: str, own: Sent, held: list[Sent], chance: random.Random) -> Answer:
    fault = chance.choice(_FAULTS)
    rule = chance.choice(tuple(_RULES))
    ruling, held = _RULES[rule](partner_id, held, chance)
    if fault in _PLANTS:
        held = [*held, *_PLANTS[fault](partner_id, held, chance)]
    pages = list(_pages([own, *held], chance))
    return Answer(partner_id, tuple(pages), fault == "cut" and len(pages) > 1, ruling)


def _pages(entries: list[Sent], chance: random.Random) -> Iterator[tuple[Sent, ...]]:
    size = -(-len(entries) // chance.randint(1, PAGES_MAX))
    for start in range(0, len(entries), size):
        yield tuple(entries[start : start + size])


def _unreadable(partner_id: str, held: list[Sent], _: random.Random) -> list[Sent]:
    """Cut in the middle, one member twice, not for carrying: three ways not to be read."""
    raw = held[0].raw if held else b'{"resourceType":"Flag","id":"f"}'
    twice = b'{"id":"twice","id":"again",' + raw[1:]
    return [
        Sent(f"{partner_id}:cut", raw[:-1], planted="unreadable"),
        Sent(f"{partner_id}:twice", twice, planted="unreadable"),
        Sent(f"{partner_id}:refused", raw, readable=False, planted="unreadable"),
    ]


def _foreign(partner_id: str, _held: list[Sent], _: random.Random) -> list[Sent]:
    """Another person's Patient, and a result of theirs."""
    stranger = patient(OTHER.digits, id="stranger")
    theirs = item("Observation", "theirs", subject={"reference": "Patient/stranger"}, status="final")
    return [
        Sent(name, marked(orjson.dumps(tree), name), planted="foreign")
        for name, tree in ((f"{partner_id}:stranger", stranger), (f"{partner_id}:theirs", theirs))
    ]


def _repeated(_: str, held: list[Sent], chance: random.Random) -> list[Sent]:
    """The very same bytes on a later page."""
    return chance.sample(held, min(2, len(held)))


def _doubled(partner_id: str, held: list[Sent], chance: random.Random) -> list[Sent]:
    """The same id with another content: two items, and both are shown."""
    again = chance.sample(held, min(2, len(held)))
    return [
        Sent(
            name,
            one.raw.replace(f'"{one.mark}"'.encode(), f'"{name}"'.encode()),
            one.full_url,
            planted=one.planted,
        )
        for name, one in ((f"{partner_id}:again{place}", one) for place, one in enumerate(again))
    ]


_PLANTS: Mapping[str, Callable[[str, list[Sent], random.Random], list[Sent]]] = MappingProxyType(
    {"unreadable": _unreadable, "foreign": _foreign, "repeated": _repeated, "doubled": _doubled}
)
_Ruled = tuple[Decision, list[Sent]]


def _everything(partner_id: str, held: list[Sent], _: random.Random) -> _Ruled:
    return decision(partner_id), held


def _some_categories(partner_id: str, held: list[Sent], chance: random.Random) -> _Ruled:
    some = frozenset(chance.sample(sorted(ALL), 9)) | {Category.DEMOGRAPHICS}
    return decision(partner_id, some), held


def _no_class(partner_id: str, held: list[Sent], chance: random.Random) -> _Ruled:
    """Some items are labelled as of a class that a social worker may not see."""
    labelled = set(chance.sample(range(len(held)), min(2, len(held))))
    sent = [_labelled(one) if place in labelled else one for place, one in enumerate(held)]
    return decision(partner_id, hidden_classes=hidden_from("social-worker")), sent


def _labelled(one: Sent) -> Sent:
    tree = exact(one.raw)
    meta = tree.get("meta")
    tree["meta"] = {**(meta if isinstance(meta, dict) else {}), "security": [LABEL]}
    return Sent(one.mark, written(tree).encode(), one.full_url, planted="labelled")


def _not_an_item(partner_id: str, held: list[Sent], chance: random.Random) -> _Ruled:
    """The person objects to one item that has an identifier; what has none could be the one."""
    named = [name for one in held for name in _own_identifiers(one)]
    if not named:
        return _everything(partner_id, held, chance)
    objected = chance.choice(named)
    sent = [_objected(one) if objected in _own_identifiers(one) else one for one in held]
    return decision(partner_id, withholds=(Withhold(items=frozenset({objected})),)), sent


def _objected(one: Sent) -> Sent:
    return Sent(one.mark, one.raw, one.full_url, planted="objected")


def _own_identifiers(one: Sent) -> list[tuple[str, str]]:
    """Of an item; who and where are no items, and an objection to one does not mean them."""
    tree = exact(one.raw)
    return [] if tree.get("resourceType") in _NO_ITEMS else identifiers(tree)


def identifiers(tree: dict[str, object]) -> list[tuple[str, str]]:
    """System and value of an item's own identifiers that have both."""
    given = tree.get("identifier")
    every = given if isinstance(given, list) else [given]
    return [
        (one["system"].strip(), one["value"].strip())
        for one in every
        if isinstance(one, dict) and isinstance(one.get("system"), str) and isinstance(one.get("value"), str)
    ]


def _some_types(partner_id: str, held: list[Sent], chance: random.Random) -> _Ruled:
    kinds = sorted({str(exact(one.raw)["resourceType"]) for one in held} | {"Observation"})
    some = frozenset(chance.sample(kinds, -(-len(kinds) // 2))) | {"Patient"}
    return decision(partner_id, resource_types=some), held


_RULES: Mapping[str, Callable[[str, list[Sent], random.Random], _Ruled]] = MappingProxyType(
    {
        "everything": _everything,
        "everything still": _everything,
        "some categories": _some_categories,
        "no class": _no_class,
        "not an item": _not_an_item,
        "some types": _some_types,
    }
)
