"""Verdicts into what is printed, what is written as JSON, and whether it may pass."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from tests.grouping.judging import Judged, Verdict

LISTED = Path(__file__).parent / "listed.yaml"


@dataclass(frozen=True, slots=True)
class Excuse:
    """Why a pair may be missed, and for how many pairs of its name that is good."""

    reason: str
    pairs: int = 1


def read_listed(path: Path = LISTED) -> Mapping[str, Excuse]:
    """What may be missed or said too often, by the name of its pair."""
    given = YAML(typ="safe").load(path) or ()
    return {one["pair"]: Excuse(one["reason"], one.get("pairs", 1)) for one in given}


def failures(judged: Sequence[Judged], listed: Mapping[str, Excuse]) -> Iterator[str]:
    """Each reason not to pass. A false merge has no excuse, and an excuse is for just so many pairs."""
    wrong = Counter(one.name for one in judged if one.verdict in {Verdict.MISSED, Verdict.FALSE_ALARM})
    for one in judged:
        if one.verdict is Verdict.FALSE_MERGE or (one.name in wrong and one.name not in listed):
            yield f"{one.verdict}: {one.name}"
    for name, excuse in listed.items():
        if wrong[name] != excuse.pairs:
            yield f"listed {excuse.pairs} times, and wrong {wrong[name]} times: {name}"


def lines(judged: Sequence[Judged], listed: Mapping[str, Excuse]) -> Iterator[str]:
    """The report as it is printed; the last line is the verdict's."""
    for one in judged:
        if one.verdict is not Verdict.RIGHT:
            why = f" ({listed[one.name].reason})" if one.name in listed else ""
            yield f"{one.verdict:12} {one.name}{why}"
    yield from (f"failed       {failure}" for failure in failures(judged, listed))
    counted = Counter(one.verdict for one in judged)
    yield f"false alarms {counted[Verdict.FALSE_ALARM]}"
    yield (
        f"grouping: right {counted[Verdict.RIGHT]} of {len(judged)}; "
        f"false merges {counted[Verdict.FALSE_MERGE]}; missed {counted[Verdict.MISSED]}"
    )


def write(judged: Sequence[Judged], listed: Mapping[str, Excuse], path: Path) -> None:
    """The same as JSON."""
    counted = Counter(one.verdict for one in judged)
    found = {
        "pairs": len(judged),
        "right": counted[Verdict.RIGHT],
        "false_merges": counted[Verdict.FALSE_MERGE],
        "missed": counted[Verdict.MISSED],
        "false_alarms": counted[Verdict.FALSE_ALARM],
        "wrong": [
            {"pair": one.name, "verdict": str(one.verdict), "reason": _reason(one, listed)}
            for one in judged
            if one.verdict is not Verdict.RIGHT
        ],
        "failures": list(failures(judged, listed)),
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")


def _reason(one: Judged, listed: Mapping[str, Excuse]) -> str:
    return listed[one.name].reason if one.name in listed else ""
