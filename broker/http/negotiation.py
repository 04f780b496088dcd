"""Media types: JSON out, or what else a route can write, forms in, everything else refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from broker.domain.query import Form
from broker.http.refusals import NotAcceptable, UnsupportedMediaType

FHIR_JSON = "application/fhir+json"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
HTML = "text/html"
EVENTS = "text/event-stream"
# RFC 9110, 12.4.2; what is no weight is none that was given.
_Q = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?", re.ASCII)

# How the forms are asked for: media types, most particular first, and the words of `_format`.
_TYPES: Mapping[Form, tuple[str, ...]] = MappingProxyType(
    {
        Form.JSON: (FHIR_JSON, JSON, "application/*"),
        Form.HTML: (HTML, "text/*"),
        Form.EVENTS: (EVENTS, "text/*"),
    }
)
_FORMATS: Mapping[Form, frozenset[str]] = MappingProxyType(
    {
        Form.JSON: frozenset({"json", FHIR_JSON, JSON}),
        Form.HTML: frozenset({"html", HTML}),
        Form.EVENTS: frozenset({EVENTS}),
    }
)
_ANYTHING = "*/*"
_VERSIONS = frozenset({"4.0", "4.0.1"})


def require_json_out(accept: Sequence[str], format_parameter: str | None) -> None:
    """Raises NotAcceptable unless FHIR R4 JSON is among what the caller takes."""
    form_out(accept, format_parameter, (Form.JSON,))


def form_out(accept: Sequence[str], format_parameter: str | None, forms: Sequence[Form]) -> Form:
    """Of `forms` the one that the caller likes best, the first where it does not mind.

    `_format` goes before Accept. Raises NotAcceptable where the caller takes none of them.
    """
    if format_parameter is not None:
        # An unescaped `+` in an address is read as a space.
        wanted, _, parameters = format_parameter.replace("fhir json", "fhir+json").partition(";")
        named = [form for form in forms if wanted.strip().lower() in _FORMATS[form]]
        if not named or not _weight(parameters):
            raise NotAcceptable
        return named[0]
    ranges = [_range(item) for line in accept for item in line.split(",") if item.strip()]
    liked = {form: _liked(form, ranges) for form in forms}
    best = max(forms, key=lambda form: liked[form])
    if ranges and not liked[best]:
        raise NotAcceptable
    return best


def _range(item: str) -> tuple[str, float]:
    kind, _, parameters = item.partition(";")
    return kind.strip().lower(), _weight(parameters)


def _liked(form: Form, ranges: Sequence[tuple[str, float]]) -> float:
    """The weight of the most particular kind of range that takes this form; 0 where none does."""
    for kinds in (_TYPES[form][:-1], _TYPES[form][-1:], (_ANYTHING,)):
        weights = [weight for kind, weight in ranges if kind in kinds]
        if weights:
            return max(weights)
    return 0


def _weight(parameters: str) -> float:
    """RFC 9110's `q`; 0 where the range is turned off, or asks for another FHIR version."""
    weight = 1.0
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        value = value.strip().strip('"')
        if name.lower() == "q":
            weight = float(value) if _Q.fullmatch(value) else weight
        if name.lower() == "fhirversion" and value not in _VERSIONS:
            return 0
    return weight


def require_form_in(content_type: str, content_encoding: str) -> None:
    """Raises UnsupportedMediaType unless the body is a plain UTF-8 form: a compressed one can be a bomb."""
    if not _is_plain(FORM, content_type, content_encoding):
        raise UnsupportedMediaType


def require_json_in(content_type: str, content_encoding: str) -> None:
    """Raises UnsupportedMediaType unless the body is plain UTF-8 JSON."""
    if not _is_plain(JSON, content_type, content_encoding):
        raise UnsupportedMediaType(
            "Emergency access is asked for in `application/json`, UTF-8, not compressed."
        )


def require_parameters_in(content_type: str, content_encoding: str) -> None:
    """Raises UnsupportedMediaType unless the body of an operation is plain UTF-8 JSON, FHIR's or any."""
    if not any(_is_plain(kind, content_type, content_encoding) for kind in (FHIR_JSON, JSON)):
        raise UnsupportedMediaType(
            "An operation is asked for with a Parameters resource in `application/fhir+json`, UTF-8, not "
            "compressed, or with no body."
        )


def _is_plain(wanted: str, content_type: str, content_encoding: str) -> bool:
    kind, _, parameters = content_type.partition(";")
    charset = parameters.strip().lower()
    if kind.strip().lower() != wanted or charset not in ("", "charset=utf-8", 'charset="utf-8"'):
        return False
    return content_encoding.strip().lower() in ("", "identity")
