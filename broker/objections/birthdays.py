"""A birth date, perhaps without its day, to the earliest and latest day on which an age can be reached."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Final

# A parent's objection is reviewed when the person may decide for themselves.
REVIEW_AGES: Final = (13, 16)
AGE_OF_MAJORITY: Final = 18
_BORN: Final = re.compile(r"\d{4}-\d{2}(-\d{2})?", re.ASCII)
_NO_SUCH_DAY: Final = (2, 29)


def is_birth_date(born: str) -> bool:
    """True of a day, or of a month where the day is not known."""
    if not _BORN.fullmatch(born):
        return False
    try:
        dt.date.fromisoformat(born if len(born) > len("YYYY-MM") else f"{born}-01")
    except ValueError:
        return False
    return True


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


def latest_birthday(born: str, age: int) -> dt.date:
    """As `birthday`, for what may not be done before the person has surely reached the age: a month that
    does not say its day ends with it, and 29 February is 1 March in other years.
    """
    if len(born) == len("YYYY-MM"):
        year, month = (int(part) for part in born.split("-"))
        return dt.date(year + age, month, calendar.monthrange(year + age, month)[1])
    first = birthday(born, age)
    return first if first.day == int(born[-2:]) else first + dt.timedelta(days=1)
