"""STU3 inputs that another project translated, and its R4, into how far ours agrees, element by element."""

from __future__ import annotations

from pathlib import Path

from tests.fidelity.explained import LISTED, Agreement, Difference, compared, explain, reasons
from tests.fidelity.places import HERE
from tests.fidelity.reading import exact, source
from tests.fidelity.records import Translate

INPUTS, EXPECTED = "stu3-to-r4/ms-input", "stu3-to-r4/ms-expected-r4"


def agreement(
    folder: Path, translate: Translate, known_in: Path = HERE / "differences/stu3.yaml"
) -> Agreement:
    """Every pair of files that both folders have."""
    result, known = Agreement(), reasons(known_in)
    for path in sorted((folder / EXPECTED).glob("*.json")):
        given = folder / INPUTS / path.name
        if given.is_file():
            ours = next(iter(translate(source("", path.name, given.read_bytes()))))
            theirs = exact(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
            if ours.reason is not None:
                explain(iter([Difference(path.stem, "", LISTED)]), known, result)
            else:
                explain(compared(path.stem, ours.tree, theirs, result), known, result)
            result.files += 1
    result.idle = [reason for reason in known if not reason.used]
    return result
