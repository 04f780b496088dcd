"""The units that a mapping may give a quantity: UCUM's code, and the words for a reader."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

UCUM = "http://unitsofmeasure.org"
UNITS: Mapping[str, str] = MappingProxyType(
    {
        "min": "minutes",
        "h": "hours",
        "d": "days",
        "wk": "weeks",
        "mo": "months",
        "a": "years",
        "min/d": "minutes a day",
        "h/d": "hours a day",
        "h/wk": "hours a week",
        "/d": "times a day",
        "/wk": "times a week",
        "kg": "kilograms",
        "cm": "centimetres",
        "1": "",
    }
)
