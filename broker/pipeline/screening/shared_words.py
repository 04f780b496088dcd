"""Values that belong to everybody: codes of shared systems, dates, measures. Anything else is None.

A local code system names its owner, and any free text may name a place, so each value is held against a
pattern or a closed list before it is kept.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

UCUM = "http://unitsofmeasure.org"
_TOKEN = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)
_SNOMED_SYSTEM = re.compile(r"http://snomed\.info/sct(?:/[0-9]{6,18}(?:/version/[0-9]{8})?)?", re.ASCII)
_SNOMED_CODE = re.compile(r"[0-9]{6,18}", re.ASCII)
_LOINC_CODE = re.compile(r"(?:LA)?[0-9]{1,7}-[0-9]", re.ASCII)
_HL7_SYSTEM = re.compile(
    r"http://(?:terminology\.hl7\.org/CodeSystem|hl7\.org/fhir(?:/sid)?)/[A-Za-z0-9-]{1,64}", re.ASCII
)
# UCUM without annotations, which are free text, but for the few that belong to the unit.
_UNIT = re.compile(
    r"(?!.*[A-Za-z]{7})[A-Za-z0-9%/.*'^()\[\]_+-]{1,32}(?:\{1\.73_m2\})?|\{(?:score|INR|ratio|beats|breaths)\}(?:/min)?",
    re.ASCII,
)
_DATE = re.compile(
    r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:T(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2}))?)?)?",
    re.ASCII,
)
_COMPARATORS = frozenset({"<", "<=", ">=", ">", "ad"})
_CODING_MEMBERS = frozenset({"system", "code", "display", "version", "userSelected", "id"})


def date(value: Any) -> str | None:
    """A FHIR date, dateTime or instant."""
    return value if isinstance(value, str) and _DATE.fullmatch(value) else None


def period(value: Any) -> dict[str, str] | None:
    """A Period of which every end that it has is a date."""
    if not isinstance(value, dict) or not value or not value.keys() <= {"start", "end", "id"}:
        return None
    ends = {name: date(value[name]) for name in ("start", "end") if name in value}
    return {name: end for name, end in ends.items() if end is not None} if all(ends.values()) else None


def number(value: Any) -> Any:
    """A JSON number, in its own characters."""
    return value if isinstance(value, (int, msgspec.Raw)) and not isinstance(value, bool) else None


def quantity(value: Any) -> dict[str, Any] | None:
    """A measure in UCUM, its unit written as the code; without a shared unit there is no safe number."""
    if not isinstance(value, dict) or value.get("system") != UCUM or number(value.get("value")) is None:
        return None
    unit = value.get("code")
    if not isinstance(unit, str) or not _UNIT.fullmatch(unit):
        return None
    kept = {"value": value["value"], "unit": unit, "system": UCUM, "code": unit}
    if "comparator" not in value:
        return kept
    return {**kept, "comparator": value["comparator"]} if value["comparator"] in _COMPARATORS else None


def concept(value: Any) -> dict[str, Any] | None:
    """A concept's shared codes alone: a display is the partner's own wording and may name a place."""
    codings = value.get("coding") if isinstance(value, dict) else None
    kept = [one for one in map(_coding, codings if isinstance(codings, list) else []) if one is not None]
    return {"coding": kept} if kept else None


def whole_concept(value: Any) -> dict[str, Any] | None:
    """As `concept`, but None unless all that it says is kept: every coding shared, no words of its own."""
    kept = concept(value)
    if kept is None or not value.keys() <= {"coding", "text", "id"}:
        return None
    codings = value["coding"]
    if len(kept["coding"]) < len(codings) or any(one.keys() - _CODING_MEMBERS for one in codings):
        return None
    said = {_words(one.get(name)) for one in codings for name in ("code", "display")}
    return kept if "text" not in value or _words(value["text"]) in said else None


def _words(text: Any) -> str:
    return text.strip().lower().replace("-", " ") if isinstance(text, str) else ""


def _coding(value: Any) -> dict[str, str] | None:
    if not isinstance(value, dict):
        return None
    system, code = value.get("system"), value.get("code")
    if not isinstance(system, str) or not isinstance(code, str):
        return None
    return {"system": system, "code": code} if _is_shared(system, code) else None


def _is_shared(system: str, code: str) -> bool:
    if _SNOMED_SYSTEM.fullmatch(system):
        return _SNOMED_CODE.fullmatch(code) is not None
    if system == "http://loinc.org":
        return _LOINC_CODE.fullmatch(code) is not None
    if system == UCUM:
        return _UNIT.fullmatch(code) is not None
    return _HL7_SYSTEM.fullmatch(system) is not None and _TOKEN.fullmatch(code) is not None
