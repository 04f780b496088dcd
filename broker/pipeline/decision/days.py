"""An instant into the two days by which rules begin and end.

The country keeps UTC in winter and UTC+1 in summer. A rule that opens something waits for the later
midnight and ends at the earlier one, so no clock change opens anything an hour too long.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from broker.domain.policy import Term

_SUMMER_OFFSET = dt.timedelta(hours=1)
_TIME = r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
_DATE = re.compile(rf"([0-9]{{4}})(?:-([0-9]{{2}})(?:-([0-9]{{2}})({_TIME})?)?)?")


@dataclass(frozen=True, slots=True)
class Today:
    """`opens` judges beginnings, `closes` judges endings; `closes` is never the earlier day."""

    opens: dt.date
    closes: dt.date

    @classmethod
    def at(cls, now: dt.datetime) -> Today:
        """`now` is aware. Raises ValueError when it is not."""
        if now.tzinfo is None:
            raise ValueError("a decision needs an aware instant")
        instant = now.astimezone(dt.UTC)
        return cls(instant.date(), (instant + _SUMMER_OFFSET).date())

    def begun(self, day: dt.date) -> bool:
        """True from the first moment of `day` on."""
        return day <= self.opens

    def over(self, day: dt.date | None) -> bool:
        """True from the first moment of `day` on; an open end is never over."""
        return day is not None and day <= self.closes

    def closed_by(self, term: Term) -> bool:
        """True while `term` closes something: it begins at the earlier midnight and ends at the later one."""
        return self.over(term.start) and not (term.end is not None and self.begun(term.end))

    def within(self, term: Term) -> bool:
        """True when `term` has begun and is not over."""
        return self.begun(term.start) and not self.over(term.end)


def earliest_day(text: str) -> dt.date | None:
    """The earliest day that a FHIR date or dateTime may mean (`2026-03` is the 1st); None if unreadable."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day, time = found.groups()
    try:
        if time:
            dt.datetime.fromisoformat(text)  # an hour that is none makes it no date
        return dt.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
