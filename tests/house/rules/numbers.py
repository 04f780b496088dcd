"""Only NHS numbers from the range that is never issued may stand in the project."""

from __future__ import annotations

import re
from collections.abc import Iterator

from broker.domain.identity import check_digit_holds
from tests.house.tree import Offence, Tree

_TEN_DIGITS = re.compile(r"(?<![0-9A-Za-z.])([0-9]{3})([ -]?)([0-9]{3})\2([0-9]{4})(?![0-9A-Za-z])")
NEVER_ISSUED = "999"

# Ten digits that pass the check digit by chance and are something else, each with what it is.
SOMETHING_ELSE: dict[str, str] = {}


def issued_numbers(tree: Tree) -> Iterator[Offence]:
    """Every valid number outside 999 000 0000 to 999 999 9999; the complaint does not repeat it."""
    for path in tree.paths:
        for number, line in tree.lines(path):
            for found in _TEN_DIGITS.finditer(line):
                digits = found[1] + found[3] + found[4]
                if (
                    digits.startswith(NEVER_ISSUED)
                    or digits in SOMETHING_ELSE
                    or not check_digit_holds(digits)
                ):
                    continue
                problem = "holds a valid NHS number that could be a person's. Use one that begins with 999."
                yield Offence(path, number, problem)
