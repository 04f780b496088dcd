"""An HL7 v2 message and our R4 of it into whether what belongs together stands together, each in its element.

For the fields that matter most: the closed table `v2_roles.yaml`.
"""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, pairwise

from tests.fidelity.agreement_hl7v2 import TranslateMessage
from tests.fidelity.conserving_hl7v2 import WORDS, Value, conserved, values
from tests.fidelity.explained import leaves_of
from tests.fidelity.facts import Ext
from tests.fidelity.measuring import Row
from tests.fidelity.places import table
from tests.fidelity.planting import Planted
from tests.fidelity.reading import Tree, exact
from tests.fidelity.sayings import Sayings
from tests.fidelity.spoiling import holders

ROLES = table("v2_roles.yaml")


def judged_message(name: str, message: bytes, translate: TranslateMessage, done: Counter[str]) -> Row:
    """One message's figures: a value that stands in another role than its own is not found."""
    row = conserved(name, message, translate, done)
    text, trees = message.decode("utf-8", "replace"), [exact(raw) for raw in translate(message)]
    wrong = misplaced(text, trees)[1]
    row.found -= len(wrong)
    row.complaints += [f"{place} stands elsewhere" for place in wrong]
    faults = Planted()
    exchanged(text, trees, faults)
    row.planted += faults.planted
    row.caught += faults.caught
    row.uncaught += faults.uncaught
    return row


def misplaced(message: str, resources: Iterable[Tree]) -> tuple[int, list[str]]:
    """How many values have a role, and the places of those that do not stand in it."""
    trees, judged = list(resources), 0
    listed = "\n".join(
        str(value) for tree in trees for _, value in leaves_of(tree) if tree["resourceType"] == "Basic"
    )
    lines = re.split(r"[\r\n]+", message)
    wrong: list[str] = []
    for line, held in groupby(values(message), key=lambda value: value.line):
        segment = list(held)
        if lines[line] in listed:
            continue  # the whole segment is carried as it was sent
        roles = ROLES.get(segment[0].place.partition("-")[0], {})
        items = [_by_path(tree) for tree in trees if tree.get("resourceType") == roles.get("type")]
        roled = [value for value in segment if value.place in roles and value.part == 0]
        if roled and items:
            judged += len(roled)
            wrong += min(
                ([v.place for v in roled if not _stands(v, roles[v.place], one)] for one in items), key=len
            )
    return judged, wrong


def _by_path(tree: Tree) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for place, value in leaves_of(tree):
        names = [step.removeprefix("_") for step in place if isinstance(step, str)]
        carried = any(isinstance(step, Ext) for step in place)
        path = ".".join(names[:-1] if carried else names)
        found.setdefault(path, []).append(str(value))
    return found


def _stands(value: Value, role: str, item: Mapping[str, list[str]]) -> bool:
    here = Sayings(text for path in role.split(" | ") for text in item.get(path, ()))
    word = WORDS["places"].get(value.place, {}).get(value.text)
    field = value.place.partition(".")[0]
    by_name = Sayings(text for text in item.get("", ()) if text.startswith(f"{field}:"))
    return here.has(value.text) or (word is not None and here.has_value(word)) or by_name.has(value.text)


def exchanged(message: str, resources: Iterable[Tree], result: Planted) -> None:
    """Every two neighbouring elements with a role exchanged in each item that has no twin."""
    trees = list(resources)
    sound = misplaced(message, trees)[1]
    for name, spoilt in _exchanges(message, trees):
        result.count(name, caught=len(misplaced(message, spoilt)[1]) > len(sound))


def _exchanges(message: str, trees: list[Tree]) -> Iterator[tuple[str, list[Tree]]]:
    for segment, roles in ROLES.items():
        ways = [role.split(" | ")[0] for place, role in roles.items() if place != "type"]
        alike = [at for at, tree in enumerate(trees) if tree.get("resourceType") == roles["type"]]
        said = [[_by_path(trees[at]).get(way) for way in ways] for at in alike]
        if f"\n{segment}|" not in message.replace("\r", "\n"):
            continue
        for at, values_here in zip(alike, said, strict=True):
            if said.count(values_here) == 1:
                yield from _in_one(segment, trees, at, ways)


def _in_one(segment: str, trees: list[Tree], at: int, ways: list[str]) -> Iterator[tuple[str, list[Tree]]]:
    for one, other in pairwise(ways):
        spoilt = copy.deepcopy(trees)
        here, there = next(holders(spoilt[at], one), None), next(holders(spoilt[at], other), None)
        if here and there and _exchange(here, there):
            yield f"{segment}: {one} exchanged with {other}", spoilt


def _exchange(here: tuple[Tree, str], there: tuple[Tree, str]) -> bool:
    (one, name), (other, named) = here, there
    if {str(value) for _, value in leaves_of(one[name])} & {
        str(value) for _, value in leaves_of(other[named])
    }:
        return False
    one[name], other[named] = other[named], one[name]
    return True
