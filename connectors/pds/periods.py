"""Whether a period holds on the day that PDS answered: a connector reads no clock of its own."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from connectors.pds.shapes import mapping, optional_text

_DATE_CHARS = 10


def day_of(headers: Mapping[str, str]) -> str | None:
    """The ISO date in the answer's Date header; None when there is none that can be read."""
    date = next((value for name, value in headers.items() if name.lower() == "date"), None)
    if date is None:
        return None
    try:
        return parsedate_to_datetime(date).date().isoformat()
    except ValueError:
        return None


def is_current(holder: dict[str, Any], today: str | None) -> bool:
    """True when `holder.period` is open on `today`. Without a day, a period with an end has ended."""
    period = mapping(holder, "period")
    start, end = optional_text(period, "start"), optional_text(period, "end")
    if today is None:
        return end is None
    return _starts_by(start, today) and (end is None or end[:_DATE_CHARS] >= today[: len(end[:_DATE_CHARS])])


def _starts_by(start: str | None, today: str) -> bool:
    return start is None or start[:_DATE_CHARS] <= today
