"""One value of a record into one member of R4, with what the partner wrote beside it where they differ.

What R4 cannot hold, or a table does not know, leaves a gap: the partner's own text stands in an extension.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import Any

import msgspec

from broker.domain.json_bytes import NUMBER_CHARS_MAX, write_tree
from connectors.r4 import as_given, is_instant
from connectors.rest_json.dates import fhir_date, fhir_date_time
from connectors.rest_json.mapping import Leaf
from connectors.rest_json.targets import Kind
from connectors.rest_json.units import UCUM, UNITS

NOT_IN_TABLE = "https://watersmeet.example/fhir/StructureDefinition/not-in-table"

_TOKEN = re.compile(r"\S+( \S+)*")
_URI = re.compile(r"\S+")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)
# FHIR R4, string: no character below U+0020 but tab, line feed and carriage return.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


_RESPELT = frozenset({Kind.CODE, Kind.BOOLEAN, Kind.DATE, Kind.DATE_TIME, Kind.INSTANT})


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the member (None is a gap) and the extensions beside it."""

    value: Any = field(repr=False, default=None)
    beside: tuple[Any, ...] = field(repr=False, default=())


def carriable(text: str) -> str:
    """The text, or its JSON spelling when it is none that FHIR may hold: it has forbidden characters, or
    nothing but white space.
    """
    return text if _is_fhir_text(text) else write_tree(text).decode()


def _is_fhir_text(text: str) -> bool:
    return not text.isspace() and _FORBIDDEN.search(text) is None


def gap(text: str) -> Written:
    """Nothing, with the partner's text beside it."""
    return Written(beside=(as_given(carriable(text)),))


def written(leaf: Leaf, text: str) -> Written:
    """What `leaf` makes of a value's own characters."""
    kind = leaf.target.kind
    if kind is Kind.CONCEPT:
        return Written(_concept(leaf, text))
    if kind is Kind.QUANTITY:
        return Written(_quantity(leaf, text))
    value = _plain(leaf, kind, text)
    if value is None:
        return gap(text)
    spelt = {True: "true", False: "false"}[value] if isinstance(value, bool) else value
    # Text is written as it is; what was respelt or recoded no longer shows the partner's own word.
    differs = kind in _RESPELT and spelt != text
    return Written(value, (as_given(carriable(text)),) if differs else ())


def _plain(leaf: Leaf, kind: Kind, text: str) -> Any:  # noqa: PLR0911 - one line for each kind
    if kind is Kind.CODE or kind is Kind.BOOLEAN:
        return _coded(leaf, kind, text)
    if kind is Kind.DATE:
        return fhir_date(text, leaf.form)
    if kind is Kind.DATE_TIME:
        return fhir_date_time(text, leaf.form)
    if kind is Kind.INSTANT:
        moment = fhir_date_time(text, leaf.form)
        return moment if is_instant(moment) else None
    if kind is Kind.ENCODED:
        return base64.b64encode(text.encode()).decode()
    if not _is_fhir_text(text):
        return None
    if kind is Kind.TOKEN:
        return text if _TOKEN.fullmatch(text) else None
    if kind is Kind.URI:
        return text if _URI.fullmatch(text) else None
    return text


def _coded(leaf: Leaf, kind: Kind, text: str) -> Any:
    if leaf.table is not None:
        coded = leaf.table.values.get(text)
        word = coded.code if coded else None
    else:
        word = text if kind is Kind.BOOLEAN or text in leaf.target.codes else None
    return {"true": True, "false": False}.get(word or "") if kind is Kind.BOOLEAN else word


def _concept(leaf: Leaf, text: str) -> Any:
    """The partner's words always, and the code where the table has one. A word that it lacks is flagged."""
    concept: dict[str, Any] = {}
    coded = leaf.table.values.get(text) if leaf.table else None
    if leaf.table and coded is None:
        concept["extension"] = [{"url": NOT_IN_TABLE, "valueString": carriable(text)}]
    if leaf.table and coded:
        coding = {"system": leaf.table.system, "code": coded.code, "display": coded.display}
        concept["coding"] = [{name: value for name, value in coding.items() if value}]
    return {**concept, "text": carriable(text)}


def _quantity(leaf: Leaf, text: str) -> Any:
    unit = {"unit": UNITS[leaf.unit], "system": UCUM, "code": leaf.unit}
    rest = {name: value for name, value in unit.items() if value}
    if not _DECIMAL.fullmatch(text) or len(text) > NUMBER_CHARS_MAX:
        return {"_value": {"extension": [as_given(carriable(text))]}, **rest}
    return {"value": msgspec.Raw(text.encode()), **rest}
