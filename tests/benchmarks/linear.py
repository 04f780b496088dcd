"""What a large record costs: one person at twelve partners, from 2,500 resources to 20,000.

Kinds come as in a record, results in panels of one moment, and every tenth item is one that another partner
holds too. Screened, merged and presented; processor time for each resource, the cheapest of a few turns, and
the longest that the event loop was held by one step. Draws `build/linear.svg`.
Run as `python -m tests.benchmarks.linear`; prints the figures as JSON.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import json
import math
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from broker.adapters.clock import SystemClock
from broker.app import keep_collector_out
from broker.domain.limits import BrokerLimits
from broker.domain.resource import Resource
from broker.pipeline.merging import Ground, merge
from broker.pipeline.presentation import present_record
from broker.pipeline.screening import screen
from broker.pipeline.slices import in_slices
from tests.benchmarks.curve import curve
from tests.benchmarks.merging import answered_by, ground_of, screened_and_shown
from tests.support.loop_watch import LoopWatch
from tests.support.records import KNOWN, item, read
from tests.support.records import patient as person_there
from tests.support.views import frame

SIZES = (2_500, 5_000, 10_000, 20_000)
PARTNERS = tuple(f"p{place}" for place in range(1, 13))
DRAWING = Path("build/linear.svg")
_TURNS = 3
_BIRTH = dt.date(1951, 4, 9)
_SHARED_EVERY = 10
Answers = Mapping[str, tuple[Resource, ...]]


def coded(code: str) -> dict[str, Any]:
    """Under SNOMED CT and a local code."""
    return {
        "coding": [
            {"system": "http://snomed.info/sct", "code": code},
            {"system": "http://read.info/readv2", "code": f"R{code}"},
        ],
        "text": f"Words for {code}",
    }


def held(place: int) -> dict[str, Any]:
    """One item of a record: ten of a day, the kinds in turn."""
    day = (_BIRTH + dt.timedelta(days=place // 10)).isoformat()
    code = coded(str(1_000 + place % 400))
    name, turn = f"i{place}", place % 10
    if turn == 0:
        return item("Condition", name, code=code, onsetDateTime=day, clinicalStatus={"text": "active"})
    if turn == 1:
        dose = [{"text": f"{place % 4 + 1} a day"}]
        medicine = {"medicationCodeableConcept": code, "dosageInstruction": dose, "intent": "order"}
        return item("MedicationRequest", name, status="active", authoredOn=day, **medicine)
    if turn == 2:
        period = {"start": f"{day}T10:{place % 60:02d}:00Z"}
        return item("Encounter", name, status="finished", type=[code], period=period)
    # A panel: the results of one moment.
    moment = f"{day}T09:30:00Z"
    value = {"value": place % 97, "unit": "mmol/L"}
    return item(
        "Observation",
        name,
        status="final",
        code=code,
        effectiveDateTime=moment,
        valueQuantity=value,
        note=[{"text": "Sample received in good condition; not haemolysed. " * 6}],
    )


def answers(size: int) -> Answers:
    """The record of one person, dealt to the partners; what is shared is at the next one too."""
    dealt: dict[str, list[dict[str, Any]]] = {name: [person_there()] for name in PARTNERS}
    place = count = 0
    while count < size:
        at = place % len(PARTNERS)
        sharing = (at, (at + 1) % len(PARTNERS)) if place % _SHARED_EVERY == 0 else (at,)
        for one in sharing:
            dealt[PARTNERS[one]].append(held(place))
        count += len(sharing)
        place += 1
    return {name: read(resources, partner_id=name).resources for name, resources in dealt.items()}


async def sliced(given: Answers, ground: Ground) -> int:
    """As the pipeline runs it: every stage in slices. Returns how many groups there are."""
    clock, slice_s = SystemClock(), BrokerLimits().slice_s
    rulings = {one.partner_id: one for one in ground.judgement.decisions}
    items: list[Resource] = []
    for name, resources in given.items():
        work = screen(name, resources, rulings[name], frozenset(), KNOWN)
        items += (await in_slices(work, clock, slice_s)).released
    view = await in_slices(merge(items, answered_by(given), ground), clock, slice_s)
    await in_slices(present_record(view, frame()), clock, slice_s)
    return len(view.groups)


async def longest_hold_ms(given: Answers, ground: Ground) -> float:
    """The longest of all steps."""
    watch = LoopWatch(held_ms_max=math.inf)
    with watch.steps_seen(), watch:
        await asyncio.create_task(sliced(given, ground))
    return watch.longest_ms


def figures() -> dict[str, float]:
    """By the names that the report gives them."""
    ground = ground_of(PARTNERS)
    found: dict[str, float] = {}
    for size, given in _records():
        taken = []
        for _ in range(_TURNS):
            began_ns = time.process_time_ns()
            screened_and_shown(given, ground, KNOWN)
            taken.append((time.process_time_ns() - began_ns) / 1000 / size)
        found[f"record_us_at_{size}"] = min(taken)
        found[f"record_hold_ms_at_{size}"] = asyncio.run(longest_hold_ms(given, ground))
    first, last = SIZES[0], SIZES[-1]
    return found | {
        "record_us_at_20000_over_2500": found[f"record_us_at_{last}"] / found[f"record_us_at_{first}"],
        "record_hold_ms": max(found[f"record_hold_ms_at_{size}"] for size in SIZES),
    }


def _records() -> Iterator[tuple[int, Answers]]:
    for size in SIZES:
        given = answers(size)
        gc.collect()
        gc.freeze()
        yield size, given


if __name__ == "__main__":
    keep_collector_out()
    made = figures()
    DRAWING.parent.mkdir(exist_ok=True)
    DRAWING.write_text(curve({size: made[f"record_us_at_{size}"] for size in SIZES}), encoding="utf-8")
    sys.stdout.write(json.dumps(made) + "\n")
