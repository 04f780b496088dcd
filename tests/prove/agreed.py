"""The shipped policies with a party for every state of the sharing agreement and every way of being asked."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

# The day on which requests are made; `edges` of the space move around it.
DAY = dt.date(2026, 11, 2)
_BEFORE, _AFTER, _LONG_AGO = DAY - dt.timedelta(1), DAY + dt.timedelta(1), dt.date(2024, 1, 1)

STATES: dict[str, dict[str, Any]] = {
    "signed": {},
    "phase-ahead": {"phase": "ahead"},
    "term-ahead": {"from": _AFTER},
    "term-over": {"until": DAY},
    "term-ends": {"until": _AFTER},
    "begins-today": {"from": DAY},
    "blind": {"views": False},
    "suspended": {"suspended": [{"from": DAY, "until": _AFTER, "because": "It was asked for"}]},
    "suspended-for-good": {"suspended": [{"from": _LONG_AGO, "because": "It was asked for"}]},
    "suspended-twice": {
        "suspended": [
            {"from": _LONG_AGO, "until": DAY, "because": "It was asked for"},
            {"from": _AFTER, "because": "It was asked for again"},
        ]
    },
}
WAYS = ("always", "registered-practice", "pointed-to")


def _ods(state: str, way: str) -> str:
    return f"Z{tuple(STATES).index(state)}{WAYS.index(way)}001"


def party_name(state: str, way: str) -> str:
    """The partner id of the party in this state, asked in this way."""
    return f"{state}-{way}"


AGREED = {
    party_name(state, way): frozenset({_ods(state, way)}) for state, way in itertools.product(STATES, WAYS)
}


def agreed(topics: dict[str, Any]) -> dict[str, Any]:
    """`topics` with those parties, and with a network of practices beside the one that ships."""
    agreement = topics["sharing-agreement"]
    agreement["phases"].append({"id": "ahead", "title": "What is not live yet", "live_from": _AFTER})
    practices = [_ods(state, "registered-practice") for state in ("signed", "begins-today")]
    agreement["networks"].append(
        {
            "id": "second-network",
            "title": "A network of which one practice is in another too",
            "practices": ["D99001", *practices],
            "relationships": ["registration", "booking"],
        }
    )
    agreement["parties"].extend(_party(state, way) for state, way in itertools.product(STATES, WAYS))
    return topics


def _party(state: str, way: str) -> dict[str, Any]:
    return {
        "partner": party_name(state, way),
        "name": f"A party that is {state} and asked {way}",
        "organisations": [_ods(state, way)],
        "phase": "one",
        "from": _LONG_AGO,
        "views": True,
        "asked": way,
        "supplies": [
            {"to": ["doctor", "nurse", "receptionist"], "categories": ["everything"]},
            {"to": ["social-worker"], "categories": ["demographics", "plans", "social-care"]},
        ],
        "hides": [
            {"from": ["non-clinical"], "categories": ["social-care", "documents"], "because": "A test"},
            {"from": ["nurse"], "categories": ["everything"], "because": "A test"},
        ]
        if state == "begins-today"
        else [],
    } | STATES[state]
