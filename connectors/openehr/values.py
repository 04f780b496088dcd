"""Data values of the reference model into R4 values, and what must stand beside them as it was given."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.openehr.codes import concept, is_code, is_coded, ordinal
from connectors.openehr.shapes import is_number, mapping, text, type_of
from connectors.r4 import Tree, is_date_time

UCUM = "http://unitsofmeasure.org"
_UCUM_CODE = re.compile(r"[!-~]+", re.ASCII)
_COMPARATORS = ("<", "<=", ">=", ">")
_INTEGERS = range(-(2**31), 2**31)
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?", re.ASCII)
_COMMA_FRACTION = re.compile(r"(T?[0-9]{2}:[0-9]{2}:[0-9]{2}),([0-9]+)", re.ASCII)
# An estimate is the value all the same; that it is one stands beside it.
_VALUES_THEMSELVES = (None, "=", "~")
_ONE_UNIT = re.compile(r"P([0-9]+)([YMWD])|PT([0-9]+(?:\.[0-9]+)?)([HMS])", re.ASCII)
_DAYS: Mapping[str, str] = {"Y": "a", "M": "mo", "W": "wk", "D": "d"}
_HOURS: Mapping[str, str] = {"H": "h", "M": "min", "S": "s"}
_URI = re.compile(r"\S+")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Value:
    """`member` is `valueQuantity` and its like, or empty when R4 has none that holds this value.

    `given` is what must stand beside it, because `value` does not say all of it; None when it does.
    """

    member: str
    value: Any = field(default=None, repr=False)
    given: Any = field(default=None, repr=False)


Reader = Callable[[Tree, str], Value]


def value_of(given: Any, archetype: str) -> Value:
    """One data value. Whatever R4 cannot say of it is in `given`."""
    kind = type_of(given)
    if kind not in _READERS:
        exact = isinstance(given, str) and given != ""
        return Value("valueString", given) if exact else Value("", given={"value": given})
    if _is_limit(given) and kind != "DV_QUANTITY":
        return _limit(given)
    reader, told = _READERS[kind]
    found = reader(given, archetype)
    untold = {name for name, value in given.items() if value is not None} - told - {"_type"}
    if untold and found.given is None:
        return Value(found.member, found.value, given)
    return found


def _is_limit(given: Tree) -> bool:
    """Whether a magnitude is no value but a limit or something unknown: read alone it would say otherwise."""
    return given.get("magnitude_status") not in _VALUES_THEMSELVES


def _limit(given: Tree) -> Value:
    """A count below or above has its place in R4; a time, a proportion or a sign unknown has none."""
    status, magnitude = given["magnitude_status"], given.get("magnitude")
    if type_of(given) == "DV_COUNT" and status in _COMPARATORS and is_number(magnitude):
        return Value("valueQuantity", {"comparator": status, "value": magnitude})
    return Value("", given=given)


def date_of(given: str) -> tuple[str | None, str | None]:
    """A date or time as R4 writes it, and the text as given where R4's is another or there is none.

    openEHR lets a comma stand before the fraction of a second; that is the one spelling that changes.
    """
    if is_date_time(given):
        return given, None
    spelt = _COMMA_FRACTION.sub(r"\1.\2", given)
    return (spelt if is_date_time(spelt) else None), given


def _text(given: Tree, archetype: str) -> Value:
    """How well a mapping matches has no place in a CodeableConcept: it stands beside it."""
    words = text(given, "value")
    if is_coded(given):
        found = concept(given, archetype)
        told = "defining_code" not in given or bool(found.get("coding"))
        exact = told and words and not given.get("mappings")
        return (
            Value("valueCodeableConcept", found, None if exact else given)
            if found
            else Value("", given=given)
        )
    return Value("valueString", words) if words else Value("", given=given)


def _boolean(given: Tree, _: str) -> Value:
    value = given.get("value")
    return Value("valueBoolean", value) if isinstance(value, bool) else Value("", given=given)


def _count(given: Tree, _: str) -> Value:
    value = given.get("magnitude")
    if isinstance(value, int) and value in _INTEGERS:
        return Value("valueInteger", value)
    return Value("valueQuantity", {"value": value}) if is_number(value) else Value("", given=given)


def _quantity(given: Tree, _: str) -> Value:
    found = quantity(given)
    status = given.get("magnitude_status")
    if not found or (_is_limit(given) and status not in _COMPARATORS):
        return Value("", given=given)
    if status in _COMPARATORS:
        found = {"comparator": status, **found}
    return Value("valueQuantity", found, None if status in (None, "=", *_COMPARATORS) else given)


def quantity(given: Tree) -> Tree:
    """A magnitude with its unit. Units are UCUM unless the value names another system."""
    magnitude, units = given.get("magnitude"), text(given, "units")
    if not is_number(magnitude):
        return {}
    found: Tree = {"value": magnitude}
    if units:
        found["unit"] = text(given, "units_display_name") or units
        if _UCUM_CODE.fullmatch(units) and text(given, "units_system") in {"", UCUM}:
            found |= {"system": UCUM, "code": units}
    return found


def _date_time(given: Tree, _: str) -> Value:
    spelt, as_it_stands = date_of(text(given, "value"))
    if spelt is None:
        return Value("", given=text(given, "value") or given)
    return Value("valueDateTime", spelt, as_it_stands)


def _time(given: Tree, _: str) -> Value:
    value = text(given, "value")
    spelt = _COMMA_FRACTION.sub(r"\1.\2", value)
    if not _TIME.fullmatch(spelt):
        return Value("", given=value or given)
    return Value("valueTime", spelt, None if spelt == value else value)


def _duration(given: Tree, _: str) -> Value:
    """One unit is a Quantity; several are text, since nobody can add months to days."""
    value = text(given, "value")
    one = _ONE_UNIT.fullmatch(value)
    if one is None:
        return Value("valueString", value) if value else Value("", given=given)
    amount, unit = (one[1], _DAYS[one[2]]) if one[1] else (one[3], _HOURS[one[4]])
    if not amount.isdecimal() or str(int(amount)) != amount:
        return Value("valueString", value)
    return Value("valueQuantity", {"value": int(amount), "unit": unit, "system": UCUM, "code": unit}, value)


def _proportion(given: Tree, _: str) -> Value:
    above, below = given.get("numerator"), given.get("denominator")
    if not is_number(above) or not is_number(below):
        return Value("", given=given)
    return Value("valueRatio", {"numerator": {"value": above}, "denominator": {"value": below}}, given)


def _ordinal(given: Tree, archetype: str) -> Value:
    found = ordinal(given, archetype)
    exact = (
        found.get("text") and is_number(given.get("value")) and not mapping(given, "symbol").get("mappings")
    )
    return Value("valueCodeableConcept", found, None if exact else given) if found else Value("", given=given)


def _interval(given: Tree, _: str) -> Value:
    """Two quantities are a Range, two times a Period; whether the ends belong to it stands as given."""
    lower, upper = mapping(given, "lower"), mapping(given, "upper")
    kinds = {type_of(end) for end in (lower, upper) if end}
    unbounded = (lower and given.get("lower_unbounded")) or (upper and given.get("upper_unbounded"))
    if unbounded or _is_limit(lower) or _is_limit(upper):
        return Value("", given=given)
    if kinds in ({"DV_QUANTITY"}, {"DV_COUNT"}):
        ends = {"low": quantity(lower), "high": quantity(upper)}
        return Value("valueRange", {name: end for name, end in ends.items() if end}, given)
    if kinds and kinds <= {"DV_DATE_TIME", "DV_DATE"}:
        days = {"start": date_of(text(lower, "value"))[0], "end": date_of(text(upper, "value"))[0]}
        period = {name: day for name, day in days.items() if day}
        return Value("valuePeriod", period, given) if period else Value("", given=given)
    return Value("", given=given)


def identifier_of(given: Tree) -> Tree:
    """A DV_IDENTIFIER: who gave it, of which kind, and its characters."""
    found: Tree = {}
    if text(given, "type"):
        found["type"] = {"text": text(given, "type")}
    if _URI.fullmatch(text(given, "issuer")) and ":" in text(given, "issuer"):
        found["system"] = text(given, "issuer")
    if text(given, "id"):
        found["value"] = text(given, "id")
    names = [text(given, name) for name in ("assigner", "issuer") if text(given, name)]
    return {**found, "assigner": {"display": " / ".join(dict.fromkeys(names))}} if names else found


def _identifier(given: Tree, _: str) -> Value:
    found = identifier_of(given)
    return Value("valueIdentifier", found) if found else Value("", given=given)


def _multimedia(given: Tree, _: str) -> Value:
    size = given.get("size")
    found = {
        "contentType": text(given, "media_type", "code_string"),
        "data": text(given, "data"),
        "url": text(given, "uri", "value"),
        "size": size if isinstance(size, int) and 0 < size in _INTEGERS else "",
        "title": text(given, "alternate_text"),
    }
    kept = {name: value for name, value in found.items() if value}
    exact = is_code(text(given, "media_type", "code_string")) and _is_base64(text(given, "data"))
    return Value("valueAttachment", kept) if kept and exact else Value("", given=given)


def _is_base64(given: str) -> bool:
    """Characters that R4 can hold as data; none at all are as good."""
    return _BASE64.fullmatch(given) is not None


def _uri(given: Tree, _: str) -> Value:
    value = text(given, "value")
    return Value("valueUri", value) if _URI.fullmatch(value) else Value("", given=given)


# Each kind's reader, and the members that it tells in full.
_TEXT = frozenset({"value", "defining_code", "mappings"})
_READERS: Mapping[str, tuple[Reader, frozenset[str]]] = {
    "DV_TEXT": (_text, _TEXT),
    "DV_CODED_TEXT": (_text, _TEXT),
    "DV_PARSABLE": (_text, frozenset({"value"})),
    "DV_BOOLEAN": (_boolean, frozenset({"value"})),
    "DV_COUNT": (_count, frozenset({"magnitude"})),
    "DV_QUANTITY": (
        _quantity,
        frozenset({"magnitude", "units", "units_system", "magnitude_status"}),
    ),
    "DV_DATE_TIME": (_date_time, frozenset({"value"})),
    "DV_DATE": (_date_time, frozenset({"value"})),
    "DV_TIME": (_time, frozenset({"value"})),
    "DV_DURATION": (_duration, frozenset({"value"})),
    "DV_PROPORTION": (_proportion, frozenset({"numerator", "denominator"})),
    "DV_ORDINAL": (_ordinal, frozenset({"value", "symbol"})),
    "DV_SCALE": (_ordinal, frozenset({"value", "symbol"})),
    "DV_INTERVAL": (_interval, frozenset({"lower", "upper"})),
    "DV_IDENTIFIER": (_identifier, frozenset({"id", "type", "issuer", "assigner"})),
    "DV_MULTIMEDIA": (_multimedia, frozenset({"media_type", "data", "uri", "size", "alternate_text"})),
    "DV_URI": (_uri, frozenset({"value"})),
    "DV_EHR_URI": (_uri, frozenset({"value"})),
}
