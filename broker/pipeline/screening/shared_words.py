"""Values that belong to everybody: codes of shared systems, dates, measures. Anything else is None.

A local code system names its owner, and any free text may name a place, so each value is held against a
closed list, or a pattern that spells no word, before it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

UCUM = "http://unitsofmeasure.org"
_SNOMED_SYSTEM = re.compile(r"http://snomed\.info/sct(?:/[0-9]{6,18}(?:/version/[0-9]{8})?)?", re.ASCII)
_SNOMED_CODE = re.compile(r"[0-9]{6,18}", re.ASCII)
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
# HL7's systems, whole (R4 4.0.1): another of that shape could be somebody's own, and so could another code.
_HL7_CODES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        f"{_TERMINOLOGY}/{name}": frozenset(codes.split())
        for name, codes in {
            "allergyintolerance-clinical": "active inactive resolved",
            "allergyintolerance-verification": "unconfirmed presumed confirmed refuted entered-in-error",
            "condition-category": "problem-list-item encounter-diagnosis",
            "condition-clinical": "active recurrence relapse inactive remission resolved",
            "condition-ver-status": "unconfirmed provisional differential confirmed refuted entered-in-error",
            "data-absent-reason": (
                "unknown asked-unknown temp-unknown not-asked asked-declined masked not-applicable "
                "unsupported as-text error not-a-number negative-infinity positive-infinity not-performed "
                "not-permitted"
            ),
            "dose-rate-type": "calculated ordered",
            "observation-category": (
                "social-history vital-signs imaging laboratory procedure survey exam therapy activity"
            ),
            "v3-GTSAbbreviation": "AM PM BID TID QID QD QOD Q1H Q2H Q3H Q4H Q6H Q8H BED WK MO",
            "v3-NullFlavor": "NI UNK ASKU NAV NASK NA MSK OTH",
            "v3-ObservationInterpretation": (
                "A AA B CAR D DET E EX EXP H HH HM HU HX I IE IND L LL LU LX MS N NCL ND NEG NR NS OBX POS "
                "QCF R RR S SDD SYN-R SYN-S TOX U UNE VS W WR < >"
            ),
            "v3-RouteOfAdministration": "IDINJ IM IVINJ NASINHLC PO SQ TRNSDERM",
        }.items()
    }
)
_CODES_BY_PATTERN: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "http://loinc.org": re.compile(r"(?:LA)?[0-9]{1,7}-[0-9]", re.ASCII),
        "http://hl7.org/fhir/sid/cvx": re.compile(r"[0-9]{1,3}", re.ASCII),
        "http://hl7.org/fhir/sid/icd-10": re.compile(r"[A-Z][0-9]{2}(?:\.[0-9]{1,2})?", re.ASCII),
    }
)
# UCUM by its atoms: each run of letters is one of them, so that no unit spells a name.
_ATOM = (
    r"(?:(?:da|[YZEPTGMkhdcmunpfazy])?"
    r"(?:g|m|s|L|l|mol|eq|osm|U|IU|\[[iI]U\]|Pa|J|W|V|Hz|K|Cel|cal|bar|N|A|Bq|Gy|Sv|kat|m?\[Hg\]|m?\[H2O\])"
    r"|%|h|d|min|wk|mo|a|deg|\[(?:degF|pH|drp|in_i|ft_i|lb_av|oz_av|CFU|Ch|pptr|ppm|ppb|HPF|LPF|arb'U)\])"
)
_FACTOR = rf"(?:10[*^]-?[0-9]{{1,2}}|[1-9][0-9]{{0,3}}|{_ATOM}(?:[+-]?[1-9])?)"
_PRODUCT = rf"{_FACTOR}(?:\.{_FACTOR}){{0,2}}"
_PART = rf"(?:{_PRODUCT}|\({_PRODUCT}\))"
# Annotations are free text, but for the few that belong to the unit.
_UNIT = re.compile(
    rf"/?{_PART}(?:/{_PART}){{0,3}}(?:/?\{{1\.73_m2\}})?|\{{(?:score|INR|ratio|beats|breaths)\}}(?:/min)?",
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
    if system == UCUM:
        return _UNIT.fullmatch(code) is not None
    pattern = _CODES_BY_PATTERN.get(system)
    if pattern is not None:
        return pattern.fullmatch(code) is not None
    return code in _HL7_CODES.get(system, frozenset())
