"""A view and a pair to a verdict: right, a false merge, a false alarm, or missed."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from broker.domain.view import View
from tests.grouping.playing import Merge, held_at, index_in, view_of
from tests.grouping.reading import Pair, Side

# Each kind of contradiction, and the closed words by which the view may say it.
SAID_AS: Mapping[str, frozenset[str]] = {
    "allergy-and-none-known": frozenset({"allergy-and-none-known"}),
    "state": frozenset({"standing-differs", "status-differs"}),
    "dose": frozenset({"medicine-dose-differs", "dose-differs"}),
    "value": frozenset({"value-differs"}),
    "date": frozenset({"date-differs"}),
    "resuscitation": frozenset({"resuscitation-differs"}),
    "deceased": frozenset({"death-differs"}),
}


class Verdict(enum.StrEnum):
    """What the view made of one pair, the worst last."""

    RIGHT = "right"
    FALSE_ALARM = "false alarm"
    MISSED = "missed"
    FALSE_MERGE = "false merge"


@dataclass(frozen=True, slots=True)
class Judged:
    """One pair's verdict, under the name by which a report tells of it."""

    name: str
    verdict: Verdict


def judge_all(pairs: Sequence[Pair], merge: Merge) -> Iterator[Judged]:
    """Each pair by itself and among the others of its block; the worse of the two counts."""
    blocks: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        blocks.setdefault((pair.file, pair.about), []).append(pair)
    for block in blocks.values():
        merged = crowd_merges(block, merge)
        for pair in block:
            verdict = judge(pair, merge)
            yield Judged(pair.name, Verdict.FALSE_MERGE if pair.name in merged else verdict)


def judge(pair: Pair, merge: Merge) -> Verdict:
    """One pair by itself."""
    first, second = pair.sides
    ids = _ids(pair)
    if first.place == second.place:
        held = {first.place: held_at(first.place, zip(pair.sides, ids, strict=True))}
    else:
        held = {
            side.place: held_at(side.place, [(side, local_id)])
            for side, local_id in zip(pair.sides, ids, strict=True)
        }
    view = view_of(held, merge)
    at = [index_in(view, side.place, name) for side, name in zip(pair.sides, ids, strict=True)]
    return _verdict(pair, view, frozenset(at))


def _ids(pair: Pair) -> tuple[str, str]:
    """Local ids never help: they agree where the items do not, and differ where the items agree."""
    alike = pair.judgement != "one-thing" and pair.sides[0].place != pair.sides[1].place
    return ("item", "item") if alike else ("one", "other")


def _verdict(pair: Pair, view: View, both: frozenset[int]) -> Verdict:
    grouped = any(both <= set(group.members) for group in view.groups)
    said = {one.why for one in view.contradictions if both <= set(one.members)}
    if pair.judgement == "contradiction":
        if grouped:
            return Verdict.FALSE_MERGE
        return Verdict.RIGHT if said & SAID_AS[pair.kind] else Verdict.MISSED
    if grouped != (pair.judgement == "one-thing"):
        return Verdict.FALSE_MERGE if grouped else Verdict.MISSED
    return Verdict.FALSE_ALARM if said and not pair.or_said else Verdict.RIGHT


def crowd_merges(block: Sequence[Pair], merge: Merge) -> frozenset[str]:
    """The pairs of one block that are grouped and must not be, with all its sides in one record: through a
    third item, two that differ may come into one group.
    """
    names = _names(block)
    by_place: dict[str, list[tuple[Side, str]]] = {}
    for side, name in names:
        by_place.setdefault(side.place, []).append((side, name))
    view = view_of({place: held_at(place, sides) for place, sides in by_place.items()}, merge)
    wrong = set()
    for pair in block:
        at = {index_in(view, side.place, _name_of(side, names)) for side in pair.sides}
        if pair.judgement != "one-thing" and any(at <= set(group.members) for group in view.groups):
            wrong.add(pair.name)
    return frozenset(wrong)


def _name_of(side: Side, names: Sequence[tuple[Side, str]]) -> str:
    return next(name for one, name in names if one == side)


def _names(pairs: Sequence[Pair]) -> list[tuple[Side, str]]:
    """Each different side of a block once, with an id of its own. What is sent beside it stays its own."""
    names: list[tuple[Side, str]] = []
    for pair in pairs:
        for side in pair.sides:
            if all(side != one for one, _ in names):
                names.append((side, f"i{len(names)}"))
    return names
