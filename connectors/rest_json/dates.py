"""A date or time as a partner writes it into FHIR's spelling, at the precision that it has, or None.

Nothing is filled in: a time without seconds stays out, and so does one without a zone, unless the mapping
says that the partner's clocks are the United Kingdom's. Then summer time decides the zone, and the hour
that comes twice in October stays out, as nobody can say which of the two it was.
"""

from __future__ import annotations

import datetime as dt
import re

from connectors.r4 import is_date, is_date_time

DATE_FORMS = ("date", "day-first", "midnight")
TIME_FORMS = (*DATE_FORMS, "date-time", "uk-date-time")

_DAY_FIRST = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})", re.ASCII)
_MIDNIGHT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]00:00(?::00(?:\.0{1,9})?)?Z?", re.ASCII)
_LOCAL = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]{1,9})?", re.ASCII
)
# Since then, summer time begins and ends on the last Sundays of March and October, at 01:00 UTC.
_FIRST_YEAR = 1996
_SUNDAY = 6


def fhir_date(text: str, form: str) -> str | None:
    """A FHIR date; None for whatever is not of the form, and for a day that no calendar has."""
    if form == "day-first":
        found = _DAY_FIRST.fullmatch(text)
        text = f"{found[3]}-{found[2]}-{found[1]}" if found else ""
    elif form == "midnight":
        found = _MIDNIGHT.fullmatch(text)
        text = found[1] if found else ""
    return text if is_date(text) and _is_a_day(text) else None


def fhir_date_time(text: str, form: str) -> str | None:
    """A FHIR dateTime; a text that is only a date stays one in every form."""
    if form in DATE_FORMS:
        return fhir_date(text, form)
    if is_date(text):
        return text if _is_a_day(text) else None
    written = _with_uk_zone(text) if form == "uk-date-time" else text
    return written if is_date_time(written) and _is_a_day((written or "")[:10]) else None


def _is_a_day(text: str) -> bool:
    """A year or a month is taken as it is; `0000` is neither."""
    try:
        dt.date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return True


def _with_uk_zone(text: str) -> str | None:
    found = _LOCAL.fullmatch(text)
    if found is None or int(found[1]) < _FIRST_YEAR:
        return None
    try:
        moment = dt.datetime(*(int(part) for part in found.groups()[:6]))  # type: ignore[arg-type] # noqa: DTZ001 - the zone is what is sought
    except ValueError:
        return None
    zone = _zone_of(moment)
    return None if zone is None else text.replace(" ", "T") + zone


def _zone_of(moment: dt.datetime) -> str | None:
    """The offset at a UK clock's reading; None in an hour that never is, or that comes twice."""
    hour = dt.timedelta(hours=1)
    spring, autumn = _change(moment.year, 3), _change(moment.year, 10)
    if spring <= moment < spring + hour or autumn <= moment < autumn + hour:
        return None
    return "+01:00" if spring < moment < autumn else "+00:00"


def _change(year: int, month: int) -> dt.datetime:
    """01:00 on the last Sunday of the month, on a UK clock."""
    last = dt.datetime(year, month, 31, 1)  # noqa: DTZ001 - a UK clock's reading
    return last - dt.timedelta(days=(last.weekday() - _SUNDAY) % 7)
