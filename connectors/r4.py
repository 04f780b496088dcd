"""What every connector that writes FHIR R4 itself shares: ids, dates, values as given, and listed items.

A value that R4 cannot hold stands as the partner wrote it in an extension beside the gap. An item that
cannot stand without such a value is listed: a Basic resource with its category, why, and the original.
"""

from __future__ import annotations

import calendar
import enum
import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec

from broker.domain.category import LISTED_SYSTEM, Category, listed_code
from broker.domain.json_bytes import lossless_tree, write_tree
from broker.domain.resource import CONFIDENTIALITY_SYSTEM

Tree: TypeAlias = dict[str, Any]

_ROOT = "https://watersmeet.example/fhir/StructureDefinition"
AS_GIVEN = f"{_ROOT}/as-given"
LISTED_REASON = f"{_ROOT}/listed-reason"
ORIGINAL = f"{_ROOT}/original"

_ID_CHARS = 32
# R4 4.0.1, Data Types: date, dateTime and instant. A dateTime with a time must have a zone.
_DAY = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_PARTIAL = rf"[0-9]{{4}}(?:-(?:0[1-9]|1[0-2]))?|{_DAY}"
_DATE = re.compile(_PARTIAL, re.ASCII)
_DATE_TIME = re.compile(rf"{_PARTIAL}|{_DAY}T{_TIME}{_ZONE}", re.ASCII)
_INSTANT = re.compile(rf"{_DAY}T{_TIME}{_ZONE}", re.ASCII)
_CLOCK = re.compile(_TIME, re.ASCII)
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)
_CODE = re.compile(r"\S+(?: \S+)*")
_URI = re.compile(r"\S+")


class ListedReason(enum.StrEnum):
    """Why an item is listed instead of translated: the closed table."""

    REQUIRED_DATE = "required-date"  # R4 requires a date or time, and this one it cannot hold
    REQUIRED_VALUE = "required-value"  # R4 requires a value that is not there
    REQUIRED_CODE = "required-code"  # R4 requires a code of its own list, and this is none of them
    UNKNOWN_KIND = "unknown-kind"  # a kind of item that this dialect's guide does not name
    SHAPE = "shape"  # not of the shape that its kind has: it cannot be read member by member


def is_date(text: object) -> bool:
    """A FHIR R4 date: a year, a month or a day."""
    return isinstance(text, str) and _DATE.fullmatch(text) is not None and _is_of_calendar(text)


def is_date_time(text: object) -> bool:
    """A FHIR R4 dateTime: a date at its own precision, or a time to the second with its zone."""
    return isinstance(text, str) and _DATE_TIME.fullmatch(text) is not None and _is_of_calendar(text)


def is_instant(text: object) -> bool:
    """A FHIR R4 instant: to the second, with its zone."""
    return isinstance(text, str) and _INSTANT.fullmatch(text) is not None and _is_of_calendar(text)


def is_time(text: object) -> bool:
    """A FHIR R4 time: to the second, without a zone."""
    return isinstance(text, str) and _CLOCK.fullmatch(text) is not None


def _is_of_calendar(text: str) -> bool:
    """Whether the calendar has that year and day: it has no year 0, and no 30 February."""
    if text.startswith("0000"):
        return False
    day = text[8:10]
    if day < "29":  # every month has it, or no day is given
        return True
    return int(day) <= calendar.monthrange(int(text[:4]), int(text[5:7]))[1]


def is_id(text: object) -> bool:
    """A FHIR R4 id."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def stable_id(*parts: str | bytes) -> str:
    """An id in FHIR's alphabet that is the same for the same parts, and tells nothing of them."""
    digest = hashlib.sha256()
    for part in parts:
        written = part.encode() if isinstance(part, str) else part
        digest.update(b"%d:" % len(written) + written)
    return digest.hexdigest()[:_ID_CHARS]


def as_given(value: Any) -> Tree:
    """The extension that carries a value exactly as the partner gave it: text as it is, else its JSON.

    Blank text is carried as its JSON, because R4 has no empty string.
    """
    text = value if isinstance(value, str) and value.strip() else write_tree(value).decode()
    return {"url": AS_GIVEN, "valueString": text}


def listed(category: Category, reason: ListedReason, original: bytes, *, subject: str | Tree | None) -> Tree:
    """A Basic resource that stands for an item which R4 cannot hold. `subject` is `Patient/id`, or the
    Reference by which the item itself names its person; None where nobody is named.

    It is of `category` for whoever decides, has the security labels of an original that is FHIR, and holds
    the original text whole.
    """
    labels = [label_as_held(one) for one in _labels_of(original)]
    out: Tree = {
        "resourceType": "Basic",
        "id": stable_id("listed", original),
        **({"meta": {"security": labels}} if labels else {}),
        "extension": [
            {"url": LISTED_REASON, "valueCode": str(reason)},
            {"url": ORIGINAL, "valueString": original.decode("utf-8", "replace")},
        ],
        "code": {"coding": [{"system": LISTED_SYSTEM, "code": listed_code(category)}]},
    }
    if subject is not None:
        out["subject"] = {"reference": subject} if isinstance(subject, str) else subject
    return out


class _Labelled(msgspec.Struct, gc=False):
    resourceType: Any = None  # noqa: N815 - FHIR's own name
    meta: msgspec.Raw = msgspec.Raw(b"null")
    securityLabel: msgspec.Raw = msgspec.Raw(b"null")  # noqa: N815 - FHIR's own name
    confidentiality: msgspec.Raw = msgspec.Raw(b"null")


_LABELLED = msgspec.json.Decoder(_Labelled)


def _is_words(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


# R4's Coding: what each member must be.
_OF_LABEL: Mapping[str, Callable[[Any], bool]] = {
    "system": lambda value: isinstance(value, str) and _URI.fullmatch(value) is not None,
    "version": _is_words,
    "code": lambda value: isinstance(value, str) and _CODE.fullmatch(value) is not None,
    "display": _is_words,
    "userSelected": lambda value: isinstance(value, bool),
}


def _labels_of(original: bytes) -> list[Any]:
    """The security labels of an original that is JSON."""
    try:
        read = _LABELLED.decode(original)
        members = {
            "meta": lossless_tree(bytes(read.meta)),
            "securityLabel": lossless_tree(bytes(read.securityLabel)),
            "confidentiality": lossless_tree(bytes(read.confidentiality)),
        }
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return []  # no JSON object: the original speaks for itself
    return labels_in({"resourceType": read.resourceType, **members})


def labels_in(resource: Tree) -> list[Any]:
    """The security labels of a resource wherever its type has them, of whatever shape they are."""
    labels = [label for meta in _each(resource.get("meta")) for label in _labels_of_meta(meta)]
    for concept in _each(resource.get("securityLabel")):
        labels += _codings(concept)
    level = resource.get("confidentiality")
    if resource.get("resourceType") == "Composition" and level is not None:
        labels.append({"system": CONFIDENTIALITY_SYSTEM, "code": level})
    return labels


def _labels_of_meta(meta: Any) -> list[Any]:
    """Whatever stands where a meta should be could have said how closely the resource is kept."""
    return _each(meta.get("security")) if isinstance(meta, dict) else [meta]


def _each(held: Any) -> list[Any]:
    """The elements of a list; some systems write a list of one without its brackets."""
    return held if isinstance(held, list) else [] if held is None else [held]


def _codings(concept: Any) -> list[Any]:
    """The codings of a concept; the concept itself where it has none."""
    return (_each(concept.get("coding")) if isinstance(concept, dict) else []) or [concept]


def label_as_held(held: Any) -> Tree:
    """A security label as a Coding. One that R4 cannot hold is a label still, which nobody can place: what
    is kept closely must not lose that with its shape.
    """
    given = held if isinstance(held, dict) else {}
    label: Tree = {
        name: given[name] for name, fits in _OF_LABEL.items() if name in given and fits(given[name])
    }
    if "code" not in label or given.keys() - label.keys():
        label["extension"] = [as_given(held)]
    return label
