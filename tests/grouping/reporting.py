"""Verdicts into what is printed, what is written as JSON, and whether it may pass."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ruamel.yaml import YAML

from tests.grouping.judging import Judged, Verdict

LISTED = Path(__file__).parent / "listed.yaml"


def read_listed(path: Path = LISTED) -> Mapping[str, str]:
    """What may be missed or said too often, by the name of its pair, and why."""
    return {one["pair"]: one["reason"] for one in YAML(typ="safe").load(path) or ()}


def failures(judged: Sequence[Judged], listed: Mapping[str, str]) -> Iterator[str]:
    """Each reason not to pass. A false merge has no excuse, and an excuse that is not needed goes."""
    wrong = [one for one in judged if one.verdict is not Verdict.RIGHT]
    for one in wrong:
        if one.verdict is Verdict.FALSE_MERGE or one.name not in listed:
            yield f"{one.verdict}: {one.name}"
    names = {one.name for one in wrong}
    yield from (f"listed, and right: {name}" for name in listed if name not in names)


def lines(judged: Sequence[Judged], listed: Mapping[str, str]) -> Iterator[str]:
    """The report as it is printed; the last line is the verdict's."""
    for one in judged:
        if one.verdict is not Verdict.RIGHT:
            why = f" ({listed[one.name]})" if one.name in listed else ""
            yield f"{one.verdict:12} {one.name}{why}"
    yield from (f"failed       {failure}" for failure in failures(judged, listed))
    counted = Counter(one.verdict for one in judged)
    yield f"false alarms {counted[Verdict.FALSE_ALARM]}"
    yield (
        f"grouping: right {counted[Verdict.RIGHT]} of {len(judged)}; "
        f"false merges {counted[Verdict.FALSE_MERGE]}; missed {counted[Verdict.MISSED]}"
    )


def write(judged: Sequence[Judged], listed: Mapping[str, str], path: Path) -> None:
    """The same as JSON."""
    counted = Counter(one.verdict for one in judged)
    found = {
        "pairs": len(judged),
        "right": counted[Verdict.RIGHT],
        "false_merges": counted[Verdict.FALSE_MERGE],
        "missed": counted[Verdict.MISSED],
        "false_alarms": counted[Verdict.FALSE_ALARM],
        "wrong": [
            {"pair": one.name, "verdict": str(one.verdict), "reason": listed.get(one.name, "")}
            for one in judged
            if one.verdict is not Verdict.RIGHT
        ],
        "failures": list(failures(judged, listed)),
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
