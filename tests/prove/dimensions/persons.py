"""About whom and when: what the patient index says, and moments on both sides of each midnight."""

from __future__ import annotations

import datetime as dt

from tests.prove.agreed import DAY
from tests.prove.dimensions.people import Values

NOON = dt.datetime.combine(DAY, dt.time(12), dt.UTC)
# The country's midnight is that of UTC in winter and an hour earlier in summer.
_MIDNIGHT = dt.datetime.combine(DAY, dt.time(0), dt.UTC)
_INSTANT = dt.timedelta(microseconds=1)
_HOUR = dt.timedelta(hours=1)

MOMENTS: Values = {
    name: {"now": now}
    for name, now in {
        "noon": NOON,
        "before-summer-midnight": _MIDNIGHT - _HOUR - _INSTANT,
        "summer-midnight": _MIDNIGHT - _HOUR,
        "before-midnight": _MIDNIGHT - _INSTANT,
        "midnight": _MIDNIGHT,
        "before-next-summer-midnight": _MIDNIGHT + 23 * _HOUR - _INSTANT,
        "next-summer-midnight": _MIDNIGHT + 23 * _HOUR,
        "before-next-midnight": _MIDNIGHT + 24 * _HOUR - _INSTANT,
        "next-midnight": _MIDNIGHT + 24 * _HOUR,
        "noon-in-another-zone": NOON.astimezone(dt.timezone(dt.timedelta(hours=-9))),
    }.items()
}

RESTRICTIONS: Values = {
    "unprotected": {"restriction": "none"},
    "restricted": {"restriction": "restricted"},
    "very-restricted": {"restriction": "very-restricted"},
    "index-not-asked": {"restriction": None},
}

PRACTICES: Values = {
    "with-a-practice": {"practice": "D99001"},
    "with-another-practice": {"practice": "D99002"},
    "with-a-practice-of-a-network": {"practice": "Z01001"},
    "with-a-suspended-practice": {"practice": "Z71001"},
    "practice-of-none-that-signed": {"practice": "D99999"},
    "no-practice": {"practice": None},
}

DEATHS: Values = {
    "alive": {"died": None},
    "died-today": {"died": DAY.isoformat()},
    "died-27-days-ago": {"died": (DAY - dt.timedelta(27)).isoformat()},
    "died-28-days-ago": {"died": (DAY - dt.timedelta(28)).isoformat()},
    "died-29-days-ago": {"died": (DAY - dt.timedelta(29)).isoformat() + "T23:59:59Z"},
    "died-tomorrow": {"died": (DAY + dt.timedelta(1)).isoformat()},
    "died-this-month": {"died": f"{DAY:%Y-%m}"},
    "died-this-year": {"died": f"{DAY:%Y}"},
    "died-unreadably": {"died": "last week"},
    "died-at-no-hour": {"died": f"{DAY.isoformat()}T24:61:00Z"},
    "died-in-the-night": {"died": f"{DAY.isoformat()}Tin the night"},
    "died-in-the-morning": {"died": f"{DAY.isoformat()}T03:04:05.678+01:00"},
    "died-on-no-day": {"died": "2026-02-30"},
}
