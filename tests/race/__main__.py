"""Whether anything is released after an objection is acknowledged: seeded orders of everything that waits,
faults planted to prove the judge, and four real processes on one store.

Prints where each kind of objection landed and ends with one line of figures; writes `build/race.json`;
exit 0 only where every aim is met. `--thin` plays a part of it; `--seed N` is another seed, and
`--only N` the one interleaving of that number.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path

from tests.race import rounds
from tests.race.planting import PLANTS
from tests.race.playing import COMBINATIONS, ON_A_FILE
from tests.race.reporting import Aims, Report, lines, write
from tests.race.working import found_after, in_a_process, stretch
from tests.support.real_data import PROJECT

WRITTEN = PROJECT / "build" / "race.json"
SEED = 20_261_126
# More are played than are wanted: a spot that is aimed at is now and then missed.
WHOLE = Aims(interleavings=100_000, played=128_000, at_each_spot=1_000, rounds=30)
THIN = Aims(interleavings=10_000, played=10_000, at_each_spot=50, rounds=5)
_PLANTED_MAX = 2_000
_WORKERS = 2


def said(text: str) -> None:
    """One line, at once."""
    print(text, flush=True)  # noqa: T201 - this is a command


def stretches(seed: int, count: int) -> Iterator[tuple[int, int, int]]:
    """Seed, first number and count of each file's worth."""
    whole = -(-count // ON_A_FILE)
    return ((seed, place * ON_A_FILE, ON_A_FILE) for place in range(whole))


def play(report: Report, workers: Executor) -> None:
    """Every interleaving, and every planted fault."""
    work = [workers.submit(in_a_process, *one) for one in stretches(report.seed, report.aims.played)]
    plants = {name: workers.submit(found_after, SEED, name, _PLANTED_MAX) for name in PLANTS}
    for one in work:
        report.tally.join(one.result())
    report.planted = {name: one.result() for name, one in plants.items()}


def only(seed: int, number: int) -> int:
    """One interleaving, and what is wrong with it."""
    tally = stretch(seed, number, 1)
    kind, spot = COMBINATIONS[number % len(COMBINATIONS)]
    said(f"{number}: {kind}, aimed at {spot}; order {tally.digest}")
    for _, fault in tally.faults:
        said(f"{fault.promise}: {fault.said}")
    return 1 if tally.faults else 0


def main(arguments: list[str]) -> int:
    """The exit status."""
    options = argparse.ArgumentParser(prog="race", description=__doc__)
    options.add_argument("--thin", action="store_true")
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument("--only", type=int)
    given = options.parse_args(arguments)
    if given.only is not None:
        return only(given.seed, given.only)
    report, began_s = Report(given.seed, THIN if given.thin else WHOLE), time.monotonic()
    with ProcessPoolExecutor(_WORKERS, mp_context=multiprocessing.get_context("spawn")) as workers:
        play(report, workers)
    with tempfile.TemporaryDirectory(prefix="watersmeet-race-") as folder:
        report.rounds = asyncio.run(rounds.played(Path(folder), report.aims.rounds))
    report.took_s = time.monotonic() - began_s
    for line in lines(report):
        said(line)
    write(report, WRITTEN)
    return 1 if any(report.failures()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
