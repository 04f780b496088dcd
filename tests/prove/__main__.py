"""Whether the decision does what the policies say, over the whole space of decisions, judged a second time.

Every point is compared with an oracle that another hand wrote from the words of the policies; theorems are
held to every point and to every pair that differs in one word; bounds in time are proved by a solver, and the
store is taken away from a real request at every step. Prints what each dimension covers and ends with one
line; writes `build/prove.json`; exit 0 only where every aim is met. `--mutants` also makes every small fault
in what decides and releases, and tells which of them no test finds.
"""

from __future__ import annotations

import sys
import time

from tests.prove.mutants.running import mutated
from tests.prove.proof import prove
from tests.prove.reporting import lines, write
from tests.support.real_data import PROJECT

WRITTEN = PROJECT / "build" / "prove.json"


def main(arguments: list[str]) -> int:
    """The exit status."""
    started_s = time.perf_counter()
    report = prove(PROJECT / "build" / "prove")
    if "--mutants" in arguments:
        report.mutated = mutated()
    report.seconds = time.perf_counter() - started_s
    for line in lines(report):
        print(line, flush=True)  # noqa: T201 - this is a command
    write(report, WRITTEN)
    return 1 if any(report.failures()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
