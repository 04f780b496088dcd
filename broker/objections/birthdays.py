"""A birth date, perhaps without its day, to the earliest day on which an age can be reached."""

from __future__ import annotations

import datetime as dt
from typing import Final

# A parent's objection is reviewed when the person may decide for themselves.
REVIEW_AGES: Final = (13, 16)
AGE_OF_MAJORITY: Final = 18
_NO_SUCH_DAY: Final = (2, 29)


def birthday(born: str, age: int) -> dt.date:
    """Of `YYYY-MM-DD` or `YYYY-MM`; who was born on 29 February has it on the 28th in other years.

    Raises ValueError of anything else.
    """
    year, month, *rest = (int(part) for part in born.split("-"))
    day = rest[0] if rest else 1
    try:
        return dt.date(year + age, month, day)
    except ValueError:
        if (month, day) != _NO_SUCH_DAY:
            raise
        return dt.date(year + age, month, day - 1)
