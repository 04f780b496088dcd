"""The space, the theorems, the solver and the room into one report."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.prove import rooms
from tests.prove.blocks import blocks
from tests.prove.pooling import walked
from tests.prove.reporting import Report
from tests.prove.revisions import revisions
from tests.prove.smt.statements import contradiction, statements
from tests.prove.smt.tying import TIES, differences
from tests.prove.space import Block, counts
from tests.prove.theorems import OF_ONE, OF_TWO
from tests.prove.walking import Found, Walk

NOBODY_ASKED = "While the store is down or no policies are loaded nobody is asked and nothing is released."
SHOWN_MAX = 3


def prove(folder: Path) -> Report:
    """Everything; altered revisions of the policies are written under `folder`."""
    report = Report()
    _space(report, Walk.of(revisions(folder)), blocks())
    _instants(report)
    _rooms(report)
    return report


def _space(report: Report, walk: Walk, every: Iterable[Block]) -> None:
    report.theorems.update(dict.fromkeys((one.sentence for one in (*OF_ONE, *OF_TWO)), 0))
    every = tuple(every)
    for block, found in walked(walk, every):
        report.blocks[block.name] = found.points
        _count(report, found)
    report.coverage = dict(counts(every))


def _count(report: Report, found: Found) -> None:
    report.points += found.points
    report.mismatches += found.mismatches
    report.places += found.shown[:SHOWN_MAX]
    for sentence, places in found.breaches.items():
        report.theorems[sentence] += len(places)
        report.places += [f"{sentence} {place}" for place in places[:SHOWN_MAX]]


def _instants(report: Report) -> None:
    for statement in statements():
        contradicted = contradiction(statement)
        report.theorems[statement.sentence] = 0 if contradicted is None else 1
        report.places += [] if contradicted is None else [f"{statement.sentence} {contradicted}"]
    for tie in TIES:
        differing = list(differences(tie))
        report.theorems[f"At every edge in time the code judges {tie.name} as its model does."] = len(
            differing
        )
        report.places += differing[:SHOWN_MAX]


def _rooms(report: Report) -> None:
    with tempfile.TemporaryDirectory(prefix="watersmeet-prove-") as folder:
        points, breaches = asyncio.run(rooms.breaches(Path(folder)))
    report.theorems[NOBODY_ASKED] = len(breaches)
    report.blocks["rooms"] = points
    report.points += points
    report.places += breaches[:SHOWN_MAX]
