"""What a proof found into what is printed, what is written as JSON, and the verdict."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.prove.mutants.running import Mutated

POINTS_MIN = 500_000
SHOWN_MAX = 20


@dataclass(slots=True)
class Report:
    """One run. `theorems` counts breaches by sentence; `coverage` points by the words of each dimension."""

    points_min: int = POINTS_MIN
    points: int = 0
    mismatches: int = 0
    seconds: float = 0.0
    blocks: dict[str, int] = field(default_factory=dict)
    coverage: dict[str, Counter[str]] = field(default_factory=dict)
    theorems: Counter[str] = field(default_factory=Counter)
    places: list[str] = field(default_factory=list)
    mutated: Mutated | None = None

    @property
    def holding(self) -> int:
        """How many theorems hold everywhere."""
        return sum(1 for breaches in self.theorems.values() if not breaches)

    def failures(self) -> Iterator[str]:
        """Each aim that was missed, in words."""
        if self.points < self.points_min:
            yield f"{self.points} points, at least {self.points_min} are wanted"
        if self.mismatches:
            yield f"{self.mismatches} points are judged otherwise by the oracle"
        yield from (f"not true: {sentence}" for sentence, breaches in self.theorems.items() if breaches)
        for dimension, counts in self.coverage.items():
            never = sorted(word for word, count in counts.items() if not count)
            if never:
                yield f"{dimension}: {len(never)} words stand in no point, such as {never[0]}"
        yield from self.mutated.failures() if self.mutated else ()


def lines(report: Report) -> Iterator[str]:
    """The report as it is printed; the last line is the verdict's."""
    yield from (f"block      {name}: points {points}" for name, points in report.blocks.items())
    for dimension, counts in report.coverage.items():
        few, many = min(counts.values()), max(counts.values())
        yield f"dimension  {dimension}: words {len(counts)}; points of each {few} to {many}"
        if len(counts) <= SHOWN_MAX:
            yield "           " + "; ".join(f"{word} {count}" for word, count in counts.items())
    for number, (sentence, breaches) in enumerate(report.theorems.items(), start=1):
        yield f"T{number:<3} {'holds' if not breaches else 'BROKEN'}: {sentence}"
    yield from (f"broken     {place}" for place in report.places[:SHOWN_MAX])
    if report.mutated:
        yield from (f"equivalent {argued}" for argued in report.mutated.equivalent)
    yield from (f"failed     {failure}" for failure in report.failures())
    mutants = f"{report.mutated.line}; " if report.mutated else ""
    yield (
        f"prove: points {report.points}; mismatches {report.mismatches}; "
        f"theorems {report.holding} of {len(report.theorems)}; {mutants}seconds {report.seconds:.0f}"
    )


def write(report: Report, path: Path) -> None:
    """The same as JSON."""
    found = {
        "points": report.points,
        "mismatches": report.mismatches,
        "theorems": {sentence: not breaches for sentence, breaches in report.theorems.items()},
        "theorems_holding": report.holding,
        "theorems_stated": len(report.theorems),
        "seconds": round(report.seconds, 1),
        "blocks": report.blocks,
        "coverage": {dimension: dict(counts) for dimension, counts in report.coverage.items()},
        "places": report.places,
        "mutants": dataclasses.asdict(report.mutated) if report.mutated else None,
        "failures": list(report.failures()),
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
