"""What was played into what is printed, what is written as JSON, and the verdict."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tests.conservation.working import PARTS, Aims, Tally

RECORDS_MIN = 300


def failures(tally: Tally) -> Iterator[str]:
    """Each reason not to pass, in words."""
    if tally.records < RECORDS_MIN:
        yield f"{tally.records} records, at least {RECORDS_MIN} are wanted"
    yield from (f"unaccounted: {said}" for said in tally.unaccounted)
    yield from (f"depends on the order: {said}" for said in tally.differences)
    yield from (f"leaves a trace: {said}" for said in tally.traces)


def lines(tally: Tally) -> Iterator[str]:
    """The report as it is printed; the last line is the verdict's."""
    yield "entries: " + "; ".join(f"{part} {tally.totals.get(part, 0)}" for part in PARTS)
    yield from (f"failed  {failure}" for failure in failures(tally))
    yield f"withheld: worlds without it {tally.worlds}; traces {len(tally.traces)}"
    yield (
        f"conservation: records {tally.records}; unaccounted {len(tally.unaccounted)}; "
        f"orders tried {tally.orders}; differences {len(tally.differences)}"
    )


def write(tally: Tally, aims: Aims, took_s: float, path: Path) -> None:
    """The same as JSON."""
    found = {
        "records": tally.records,
        "splits_each": aims.splits,
        "entries": {part: tally.totals.get(part, 0) for part in PARTS},
        "unaccounted": len(tally.unaccounted),
        "orders_tried": tally.orders,
        "differences": len(tally.differences),
        "worlds_without_the_withheld": tally.worlds,
        "traces": len(tally.traces),
        "took_s": round(took_s, 1),
        "failures": list(failures(tally)),
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
