"""OBX-5 by its type into the value of an Observation: numbers keep their characters, text its words.

A value that is not of the type it claims, and every type that FHIR has no value for, stands as given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import msgspec

from connectors.hl7v2 import tables
from connectors.hl7v2.datatypes import compact, concept, extended
from connectors.hl7v2.moments import date_time, time_of_day
from connectors.hl7v2.reading import Value
from connectors.r4 import Tree, as_given

# A JSON number of at most 60 characters. `+5`, `.5` and `007` are numbers to some, and stand as given.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)
_NUMBER_CHARS_MAX = 60
_COMPARATORS = frozenset({"<", "<=", ">=", ">"})


def value_of(kind: str, value: Value, units: Value) -> Tree:
    """The `value[x]` member for one repetition of OBX-5."""
    return _BY_TYPE.get(kind, _text)(value, units)


def quantity(number: str, units: Value, comparator: str = "") -> Tree:
    """A Quantity; a number that FHIR cannot write stands as given in its place."""
    meant = number.strip(" ")
    tree: Tree = {"comparator": comparator, **_units(units)}
    if _NUMBER.fullmatch(meant) and len(meant) <= _NUMBER_CHARS_MAX:
        return compact({"value": msgspec.Raw(meant.encode()), **tree})
    return compact({"_value": {"extension": [as_given(number)]}, **tree})


def _units(units: Value) -> Tree:
    """As the partner writes them; their code only where the code system is known."""
    if not units:
        return {}
    meant = concept(units)
    coding: Tree = next(iter(meant.get("coding", [])), {})
    unit = meant.get("text") or coding.get("display") or coding.get("code")
    known = {name: coding[name] for name in ("system", "code") if coding.keys() >= {"system", "code"}}
    tree = {"unit": unit, **known}
    alone = "extension" not in meant and "_system" not in coding and len(meant.get("coding", [])) <= 1
    return tree if alone else extended(tree, as_given(units.raw))


def _numeric(value: Value, units: Value) -> Tree:
    return {"valueQuantity": quantity(value.whole, units)}


def _structured(value: Value, units: Value) -> Tree:
    """SN: a comparator and a number, two ends of a range, or a ratio; anything else in words."""
    comparator, first, separator, second = map(value.text, (1, 2, 3, 4))
    plain = not value.says_more_than(frozenset({1, 2, 3, 4}))
    comparator = "" if comparator == "=" else comparator
    if plain and first and not separator and not second and comparator in {"", *_COMPARATORS}:
        return {"valueQuantity": quantity(first, units, comparator)}
    if plain and not comparator and separator == "-" and first and second:
        return {"valueRange": {"low": quantity(first, units), "high": quantity(second, units)}}
    if plain and not comparator and separator in {":", "/"} and first and second:
        nothing = Value("", value.grammar)
        ratio = {"numerator": quantity(first, nothing), "denominator": quantity(second, nothing)}
        return {"valueRatio": _with_units(ratio, units)}
    words = "".join(map(value.text, (1, 2, 3, 4))) if plain else value.whole
    given = {"_valueString": {"extension": [as_given(units.raw)]}} if units else {}
    return {"valueString": " ".join([words, *_in_words(units)]), **given}


def _with_units(ratio: Tree, units: Value) -> Tree:
    return extended(ratio, as_given(units.raw)) if units else ratio


def _in_words(units: Value) -> list[str]:
    return [units.text(2) or units.text(1)] if units else []


def _range(value: Value, units: Value) -> Tree:
    """NR."""
    ends = {"low": value.text(1), "high": value.text(2)}
    return {"valueRange": {name: quantity(number, units) for name, number in ends.items() if number}}


def _composite(value: Value, units: Value) -> Tree:
    """CQ: a number with units of its own."""
    own = value.within(2)
    found = quantity(value.text(1), own or units)
    return {"valueQuantity": extended(found, as_given(value.raw)) if own and units else found}


def _coded(value: Value, units: Value) -> Tree:
    del units
    return {"valueCodeableConcept": concept(value)}


def _moment(value: Value, units: Value) -> Tree:
    del units
    return date_time("valueDateTime", value.whole)


def _time(value: Value, units: Value) -> Tree:
    del units
    return time_of_day("valueTime", value.whole)


def _text(value: Value, units: Value) -> Tree:
    del units
    return {"valueString": value.whole}


_BY_TYPE: Mapping[str, Callable[[Value, Value], Tree]] = {
    "NM": _numeric,
    "SN": _structured,
    "NR": _range,
    "CQ": _composite,
    **dict.fromkeys(["CE", "CWE", "CNE", "CF", "IS", "ID"], _coded),
    **dict.fromkeys(["DT", "TS", "DTM"], _moment),
    "TM": _time,
}
# Lines of one text, not several values.
IN_LINES = frozenset({"ST", "TX", "FT", ""})
NUMERIC = frozenset({"NM", "SN", "NR", "CQ"})
ATTACHED = frozenset({"ED", "RP"})


def interpretation(value: Value) -> Tree:
    """OBX-8."""
    code = value.text(1)
    known = f"{tables.TERMINOLOGY}/v3-ObservationInterpretation" if code in tables.INTERPRETATIONS else ""
    return concept(value, system=known or tables.table("0078"))
