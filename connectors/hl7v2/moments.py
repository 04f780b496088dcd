"""HL7 v2 dates and times into FHIR members at their own precision, with what FHIR cannot hold beside them.

A FHIR time has seconds and a zone. A v2 time that lacks either stands as its date, and as given in an
extension on that date. The zone of the header is not lent to it: in summer it would be wrong for winter.
"""

from __future__ import annotations

import datetime as dt
import re

from connectors.r4 import Tree, as_given, is_date, is_date_time, is_instant

_MOMENT = re.compile(
    r"([0-9]{4})(?:([0-9]{2})(?:([0-9]{2})(?:([0-9]{2})(?:([0-9]{2})(?:([0-9]{2}(?:\.[0-9]+)?))?)?)?)?)?"
    r"([+-][0-9]{4})?",
    re.ASCII,
)
_TIME = re.compile(r"([01][0-9]|2[0-3])([0-5][0-9])([0-5][0-9](?:\.[0-9]{1,4})?)", re.ASCII)


def date_time(member: str, text: str) -> Tree:
    """A dateTime member, or nothing for nothing."""
    return _member(member, text, _date_time_of(text))


def date(member: str, text: str) -> Tree:
    """A date member. A time behind it is kept as given."""
    return _member(member, text, _day_of(text))


def instant(member: str, text: str) -> Tree:
    """An instant member; anything less stands as given alone."""
    whole = _date_time_of(text)[0]
    return _member(member, text, (whole if is_instant(whole) else "", is_instant(whole)))


def time_of_day(member: str, text: str) -> Tree:
    """A time member, whole to the second."""
    found = _TIME.fullmatch(text)
    return _member(member, text, (":".join(found.groups()), True) if found else ("", False))


def period(member: str, start: str, end: str) -> Tree:
    """A Period of what is there of both ends."""
    ends = {**date_time("start", start), **date_time("end", end)}
    return {member: ends} if ends else {}


def _member(member: str, text: str, meant: tuple[str, bool]) -> Tree:
    if not text:
        return {}
    written, whole = meant
    found: Tree = {member: written} if written else {}
    return found if whole else {**found, f"_{member}": {"extension": [as_given(text)]}}


def _date_time_of(text: str) -> tuple[str, bool]:
    """What FHIR can hold of it, and whether that is all of it."""
    found = _MOMENT.fullmatch(text)
    day, whole = _day_of(text)
    if not found or not day or whole:
        return day, whole
    hour, minute, second, zone = found.group(4, 5, 6, 7)
    if not second or not zone:
        return day, False
    written = f"{day}T{hour}:{minute}:{second}{zone[:3]}:{zone[3:]}"
    return (written, True) if is_date_time(written) else (day, False)


def _day_of(text: str) -> tuple[str, bool]:
    """The date of it, and whether there is no more. Empty for a day that no calendar has."""
    found = _MOMENT.fullmatch(text)
    if not found:
        return "", False
    day = "-".join(part for part in found.group(1, 2, 3) if part)
    if not is_date(day) or (found[3] and not _in_the_calendar(day)):
        return "", False
    return day, found[4] is None and found[7] is None


def _in_the_calendar(day: str) -> bool:
    try:
        dt.date.fromisoformat(day)
    except ValueError:
        return False
    return True
