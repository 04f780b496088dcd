"""Whether anything is lost, counted twice or dependent on who answers first: every real record over two to
six partners, with overlaps and faults, through the real rooms; and whether what is withheld leaves a trace.

Ends with one line of figures; writes `build/conservation.json`; exit 0 only where nothing is found. `--thin`
plays each record in one split and two orders.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.conservation.reporting import failures, lines, write
from tests.conservation.working import Aims, Tally, in_a_process
from tests.support.real_data import PROJECT, VARIABLE, real_data_folder

WRITTEN = PROJECT / "build" / "conservation.json"
WHOLE, THIN = Aims(splits=4, orders=4), Aims(splits=1, orders=2)
_WORKERS = 2


def said(text: str) -> None:
    """One line, at once."""
    print(text, flush=True)  # noqa: T201 - this is a command


def run(folder: Path, aims: Aims) -> Tally:
    """Every record, in two processes."""
    tally = Tally()
    with ProcessPoolExecutor(_WORKERS, mp_context=multiprocessing.get_context("spawn")) as workers:
        shares = [workers.submit(in_a_process, folder, one, _WORKERS, aims) for one in range(_WORKERS)]
        for share in shares:
            tally.join(share.result())
    return tally


def main(arguments: list[str]) -> int:
    """The exit status."""
    options = argparse.ArgumentParser(prog="conservation", description=__doc__)
    options.add_argument("--thin", action="store_true")
    aims, began_s = THIN if options.parse_args(arguments).thin else WHOLE, time.monotonic()
    folder = real_data_folder()
    if not (folder / "MANIFEST.tsv").is_file():
        said(f"conservation: the real material is not at {folder}. Set {VARIABLE} to its folder.")
        return 1
    tally = run(folder, aims)
    for line in lines(tally):
        said(line)
    write(tally, aims, time.monotonic() - began_s, WRITTEN)
    return 1 if any(failures(tally)) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
