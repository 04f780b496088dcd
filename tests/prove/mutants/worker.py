"""One of two processes: every second mutant, and what killed it, as JSON."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.prove.mutants.killing import Killing
from tests.prove.mutants.mutating import mutants_of
from tests.prove.mutants.places import DECISION_TESTS, RELEASE_TESTS, places


def _tell(told: Path, line: str) -> None:
    with told.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def main(share: int, shares: int, written: Path) -> int:
    """The exit status. Mutants are numbered over all places, from nought."""
    every = [mutant for place in places() for mutant in mutants_of(place)]
    told = written.with_suffix(".told")
    killing = Killing(every[share::shares], partial(_tell, told))
    arguments = ["-q", "-p", "no:randomly", "-o", "timeout=0", "-n", "0", *DECISION_TESTS, *RELEASE_TESTS]
    status = pytest.main(arguments, plugins=[killing])
    killers = {share + number * shares: killer for number, killer in killing.killers.items()}
    written.write_text(json.dumps({"killers": killers, "failing": killing.failing}), encoding="utf-8")
    return 0 if status in {0, 5} else int(status)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
