"""The value of one search parameter to what it asks: codes, dates, ids, an order, what comes along.

R4 4.0.1, search.html. Nothing of a value is ever said again in a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from broker.domain.criteria import DateValue, Include, Prefix, SortKey, TokenValue
from broker.domain.errors import BadRequest, NotSupported
from broker.domain.identity import NHS_NUMBER_SYSTEM
from broker.domain.include_parameters import INCLUDE_PARAMETERS, include_names, names_person
from broker.domain.search_parameters import DATE, parameters_of
from broker.domain.spans import span_of
from broker.http.parameters import is_number

# A character, or one that is escaped.
_PIECE = re.compile(r"\\?.", re.DOTALL)
_ESCAPES = re.compile(r"(?:[^\\]|\\[\\,|$])*", re.DOTALL)
_PREFIXES = frozenset(prefix.value for prefix in Prefix)
_PREFIX_LETTERS = 2
_DATE_FORM = (
    "a date as FHIR writes it, as exact as it is known (`2026`, `2026-03-01`, `2026-03-01T10:00:00Z`; in an "
    "address a `+` is written `%2B`)"
)


def tokens(value: str, name: str) -> tuple[TokenValue, ...]:
    """`system|code`, `|code`, `code` or `system|`, by comma. Raises BadRequest."""
    return tuple(_token(one, name) for one in _split(value, ",", name))


def _token(text: str, name: str) -> TokenValue:
    parts = [_unescaped(one) for one in _split(text, "|", name)]
    if len(parts) > 2 or not any(parts):  # noqa: PLR2004 - a system and a code
        raise BadRequest(
            f"`{name}` lists codes by comma, each as `system|code`, `|code`, `code` or `system|`."
        )
    system, code = (None, parts[0]) if len(parts) == 1 else (parts[0], parts[1])
    if system == NHS_NUMBER_SYSTEM or is_number(system or code):
        raise BadRequest(
            f"`{name}` could name a person, who is named as `patient` alone. Ten digits that could be an NHS "
            "number are asked for with their code system."
        )
    return TokenValue(system, code)


def dates(value: str, name: str) -> tuple[DateValue, ...]:
    """Dates with R4's prefixes, by comma. Raises BadRequest."""
    return tuple(_date(one, name) for one in value.split(","))


def _date(text: str, name: str) -> DateValue:
    prefix, written = text[:_PREFIX_LETTERS], text[_PREFIX_LETTERS:]
    if not prefix.isalpha():
        prefix, written = Prefix.EQ.value, text
    span = span_of(written)
    if prefix not in _PREFIXES or span is None:
        raise BadRequest(f"`{name}` is {_DATE_FORM}, behind one of {_listed(Prefix)} where it is wanted.")
    return DateValue(Prefix(prefix), span, written)


def bound(value: str | None, name: str) -> DateValue | None:
    """One date without a prefix. Raises BadRequest."""
    if value is None:
        return None
    span = span_of(value)
    if span is None:
        raise BadRequest(f"`{name}` is {_DATE_FORM}.")
    return DateValue(Prefix.EQ, span, value)


def sort_keys(value: str, kind: str) -> tuple[SortKey, ...]:
    """Date parameters of the type by comma, each once. Raises NotSupported."""
    keys = tuple(SortKey(one.removeprefix("-"), one.startswith("-")) for one in value.split(","))
    names = [key.name for key in keys]
    known = sorted(name for name, row in parameters_of(kind).items() if row.search_type == DATE)
    if not set(names) <= set(known) or len(set(names)) < len(names):
        raise NotSupported(
            f"`_sort` lists parameters by comma, each once, `-` before one for the latest first. "
            f"{kind} is sorted by {_listed(known)}."
        )
    return keys


def include(value: str, kind: str) -> Include:
    """`Type:parameter` or `Type:parameter:Target`. Raises NotSupported."""
    source, _, rest = value.partition(":")
    name, _, target = rest.partition(":")
    if source != kind or not _is_followed(kind, name, target):
        raise NotSupported(
            f"`_include` is `Type:parameter`, or `Type:parameter:Target` for one type alone, and never `*`. "
            f"For {kind} it follows {_listed(include_names(kind))}."
        )
    return Include(source, name, target)


def _is_followed(kind: str, name: str, target: str) -> bool:
    if names_person(kind, name):
        return target in {"", "Patient"}
    row = INCLUDE_PARAMETERS.get(kind, {}).get(name)
    return row is not None and (not target or target in row.targets)


def types_included(one: Include) -> frozenset[str]:
    """The types that an include may bring; the person is not one of the record's items."""
    if names_person(one.kind, one.name):
        return frozenset()
    return frozenset({one.target}) if one.target else INCLUDE_PARAMETERS[one.kind][one.name].targets


def _split(text: str, mark: str, name: str) -> Iterator[str]:
    """The parts between marks that are not escaped, each still as it was written."""
    if not _ESCAPES.fullmatch(text):
        raise BadRequest(f"In `{name}` a backslash stands before `,`, `|`, `$` or another backslash.")
    part = ""
    for piece in _PIECE.findall(text):
        if piece == mark:
            yield part
            part = ""
        else:
            part += piece
    yield part


def _unescaped(text: str) -> str:
    return "".join(piece[-1] for piece in _PIECE.findall(text))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
