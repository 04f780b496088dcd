"""Media types: JSON out, forms in, everything else refused."""

from __future__ import annotations

from collections.abc import Sequence

from broker.http.refusals import NotAcceptable, UnsupportedMediaType

FHIR_JSON = "application/fhir+json"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

_RANGES = frozenset({FHIR_JSON, "application/json", "application/*", "*/*"})
_FORMATS = frozenset({"json", FHIR_JSON, "application/json"})
_VERSIONS = frozenset({"4.0", "4.0.1"})


def require_json_out(accept: Sequence[str], format_parameter: str | None) -> None:
    """Raises NotAcceptable unless FHIR R4 JSON is among what the caller takes. `_format` goes first."""
    if format_parameter is not None:
        # An unescaped `+` in an address is read as a space.
        wanted, _, parameters = format_parameter.replace("fhir json", "fhir+json").partition(";")
        if wanted.strip().lower() not in _FORMATS or not _takes(parameters):
            raise NotAcceptable
        return
    ranges = [item for line in accept for item in line.split(",") if item.strip()]
    if ranges and not any(_is_json(item) for item in ranges):
        raise NotAcceptable


def _is_json(media_range: str) -> bool:
    kind, _, parameters = media_range.partition(";")
    return kind.strip().lower() in _RANGES and _takes(parameters)


def _takes(parameters: str) -> bool:
    """False when the range is turned off (`q=0`) or asks for another FHIR version."""
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        value = value.strip().strip('"')
        if name.lower() == "q" and value.rstrip("0") in ("", "0.") and value:
            return False
        if name.lower() == "fhirversion" and value not in _VERSIONS:
            return False
    return True


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


def _is_plain(wanted: str, content_type: str, content_encoding: str) -> bool:
    kind, _, parameters = content_type.partition(";")
    charset = parameters.strip().lower()
    if kind.strip().lower() != wanted or charset not in ("", "charset=utf-8", 'charset="utf-8"'):
        return False
    return content_encoding.strip().lower() in ("", "identity")
