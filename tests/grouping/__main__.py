"""Whether the view groups what is one thing, keeps apart what is not, and says what cannot both be true:
labelled pairs of our own, and pairs that a rule finds in two extracts of one real record.

Names each pair that is wrong and ends with one line of figures; writes `build/grouping.json`; exit 0 only
where nothing is merged that must not be, and each miss is listed with its reason.
"""

from __future__ import annotations

import sys

from broker.pipeline.merging import merge
from tests.grouping.extracts import judge_extracts
from tests.grouping.judging import judge_all
from tests.grouping.reading import read_pairs
from tests.grouping.reporting import failures, lines, read_listed, write
from tests.support.real_data import PROJECT, VARIABLE, real_data_folder

WRITTEN = PROJECT / "build" / "grouping.json"


def said(text: str) -> None:
    """One line, at once."""
    print(text, flush=True)  # noqa: T201 - this is a command


def main() -> int:
    """The exit status."""
    folder = real_data_folder()
    if not (folder / "MANIFEST.tsv").is_file():
        said(f"grouping: the real material is not at {folder}. Set {VARIABLE} to its folder.")
        return 1
    judged = [*judge_all(read_pairs(), merge), *judge_extracts(folder, merge)]
    listed = read_listed()
    for line in lines(judged, listed):
        said(line)
    write(judged, listed, WRITTEN)
    return 1 if any(failures(judged, listed)) else 0


if __name__ == "__main__":
    sys.exit(main())
