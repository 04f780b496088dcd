"""Dosage of a restricted person's medicine: kept whole in shared words, or not at all.

A dose without its "once a week" is a dose a day to whoever reads it. So every dosage of an item must be
kept with its timing, its condition and its order, or none is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from broker.pipeline.screening.shared_words import concept, number, period, quantity, whole_concept

Keep = Callable[[Any], Any]
_UNITS_OF_TIME = frozenset({"s", "min", "h", "d", "wk", "mo", "a"})
_DAYS = frozenset({"mon", "tue", "wed", "thu", "fri", "sat", "sun"})
_WHENS = frozenset(
    [
        "MORN",
        "MORN.early",
        "MORN.late",
        "NOON",
        "AFT",
        "AFT.early",
        "AFT.late",
        "EVE",
        "EVE.early",
        "EVE.late",
        "NIGHT",
        "PHS",
        "HS",
        "WAKE",
        "C",
        "CM",
        "CD",
        "CV",
        "AC",
        "ACM",
        "ACD",
        "ACV",
        "PC",
        "PCM",
        "PCD",
        "PCV",
    ]
)
# Words for a reader beside what is coded; the one timing that they may hold is why timing must be coded.
_WORDS = frozenset({"id", "text", "patientInstruction"})


def dosages(value: Any) -> list[dict[str, Any]] | None:
    """Each Dosage (R4 4.0.1) of a list as it was said, in shared words; None when any of it would be lost."""
    if not isinstance(value, list) or not value:
        return None
    kept = [_dosage(one) for one in value]
    return [one for one in kept if one is not None] if all(kept) else None


def _dosage(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, dict) or "timing" not in value:
        return None
    return _whole({name: member for name, member in value.items() if name not in _WORDS}, _DOSAGE)


def _whole(value: Any, keeps: Mapping[str, Keep]) -> dict[str, Any] | None:
    """Every member kept by its own rule; None when one is unknown or would be lost."""
    if not isinstance(value, dict) or not value or not value.keys() <= keeps.keys():
        return None
    kept = {name: keeps[name](member) for name, member in value.items()}
    return kept if all(member is not None for member in kept.values()) else None


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _range(value: Any) -> dict[str, Any] | None:
    return _whole(value, {"low": quantity, "high": quantity})


def _ratio(value: Any) -> dict[str, Any] | None:
    return _whole(value, {"numerator": quantity, "denominator": quantity})


def _one_of(words: frozenset[str]) -> Keep:
    return lambda value: value if isinstance(value, str) and value in words else None


def _some_of(words: frozenset[str]) -> Keep:
    return lambda value: (
        value if isinstance(value, list) and value and all(map(_one_of(words), value)) else None
    )


def _timing(value: Any) -> dict[str, Any] | None:
    return _whole(value, {"code": whole_concept, "repeat": lambda repeat: _whole(repeat, _REPEAT)})


def _doses(value: Any) -> list[Any] | None:
    if not isinstance(value, list) or not value:
        return None
    kept = [_whole(one, _DOSE_AND_RATE) for one in value]
    return kept if all(kept) else None


_NUMBERS = (
    "count",
    "countMax",
    "duration",
    "durationMax",
    "frequency",
    "frequencyMax",
    "period",
    "periodMax",
)
_REPEAT: Mapping[str, Keep] = MappingProxyType(
    {
        **dict.fromkeys((*_NUMBERS, "offset"), number),
        "boundsPeriod": period,
        "boundsDuration": quantity,
        "durationUnit": _one_of(_UNITS_OF_TIME),
        "periodUnit": _one_of(_UNITS_OF_TIME),
        "dayOfWeek": _some_of(_DAYS),
        "when": _some_of(_WHENS),
    }
)
_DOSE_AND_RATE: Mapping[str, Keep] = MappingProxyType(
    {
        "type": whole_concept,
        "doseQuantity": quantity,
        "doseRange": _range,
        "rateQuantity": quantity,
        "rateRange": _range,
        "rateRatio": _ratio,
    }
)
_DOSAGE: Mapping[str, Keep] = MappingProxyType(
    {
        "sequence": number,
        "timing": _timing,
        "asNeededBoolean": _boolean,
        "asNeededCodeableConcept": whole_concept,
        "route": concept,
        "doseAndRate": _doses,
        "maxDosePerPeriod": _ratio,
        "maxDosePerAdministration": quantity,
        "maxDosePerLifetime": quantity,
    }
)
