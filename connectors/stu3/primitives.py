"""A JSON value to whether FHIR R4 can hold it as a value of one primitive type."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import msgspec

from connectors.r4 import is_date, is_date_time, is_id, is_instant, is_time

Check: TypeAlias = Callable[[Any], bool]

_INTEGER_MAX = 2**31 - 1
# R4 4.0.1, Data Types: code, uri and base64Binary. A string may not be empty.
_CODE = re.compile(r"\S+(?:\s\S+)*")
_URI = re.compile(r"\S+")
_OID = re.compile(r"urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+", re.ASCII)
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]+(?:=\s*){0,2}", re.ASCII)
_BASE64_GROUP = 4


def is_string(value: object) -> bool:
    """Text that says something."""
    return type(value) is str and value != "" and not value.isspace()


def _is_code(value: object) -> bool:
    return type(value) is str and _CODE.fullmatch(value) is not None


def _is_uri(value: object) -> bool:
    return type(value) is str and _URI.fullmatch(value) is not None


def _is_oid(value: object) -> bool:
    return type(value) is str and _OID.fullmatch(value) is not None


def _is_uuid(value: object) -> bool:
    return type(value) is str and _UUID.fullmatch(value) is not None


def _is_base64(value: object) -> bool:
    if type(value) is not str or _BASE64.fullmatch(value) is None:
        return False
    return len("".join(value.split())) % _BASE64_GROUP == 0


def _is_boolean(value: object) -> bool:
    return type(value) is bool


def _is_integer(value: object) -> bool:
    return type(value) is int and -_INTEGER_MAX - 1 <= value <= _INTEGER_MAX


def _is_unsigned(value: object) -> bool:
    return type(value) is int and 0 <= value <= _INTEGER_MAX


def _is_positive(value: object) -> bool:
    return type(value) is int and 0 < value <= _INTEGER_MAX


def _is_decimal(value: object) -> bool:
    return type(value) is int or type(value) is msgspec.Raw


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "base64Binary": _is_base64,
        "boolean": _is_boolean,
        "canonical": _is_uri,
        "code": _is_code,
        "date": is_date,
        "dateTime": is_date_time,
        "decimal": _is_decimal,
        "id": is_id,
        "instant": is_instant,
        "integer": _is_integer,
        "markdown": is_string,
        "oid": _is_oid,
        "positiveInt": _is_positive,
        "string": is_string,
        "time": is_time,
        "unsignedInt": _is_unsigned,
        "uri": _is_uri,
        "url": _is_uri,
        "uuid": _is_uuid,
        "xhtml": is_string,
    }
)
