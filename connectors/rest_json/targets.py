"""The kinds of member that a mapping may write, and FHIR R4 4.0.1's datatypes made of them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from connectors.rest_json import r4_codes as codes


class Kind(enum.Enum):
    """How a member's value is read from text."""

    TEXT = "text"
    TOKEN = "token"  # noqa: S105 - FHIR's `code` of somebody's own system, no secret
    CODE = "code"  # of one of R4's own closed lists
    URI = "uri"
    DATE = "date"
    DATE_TIME = "dateTime"
    INSTANT = "instant"
    BOOLEAN = "boolean"
    QUANTITY = "quantity"
    CONCEPT = "concept"
    ENCODED = "encoded text"
    GROUP = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One member. A group has `members`; a concept may be written as one value or member by member."""

    kind: Kind
    repeats: bool = False
    required: bool = False
    codes: frozenset[str] = frozenset()
    members: Mapping[str, Target] = field(default_factory=dict)


Members: TypeAlias = Mapping[str, Target]

# The simple ones.
TEXT, URI, TOKEN = Target(kind=Kind.TEXT), Target(kind=Kind.URI), Target(kind=Kind.TOKEN)
DATE, DATE_TIME, INSTANT = (Target(kind=kind) for kind in (Kind.DATE, Kind.DATE_TIME, Kind.INSTANT))
BOOLEAN, QUANTITY = Target(kind=Kind.BOOLEAN), Target(kind=Kind.QUANTITY)
TEXTS = Target(kind=Kind.TEXT, repeats=True)


def code(valid: frozenset[str], *, required: bool = False) -> Target:
    """A code of one of R4's own lists."""
    return Target(kind=Kind.CODE, codes=valid, required=required)


def group(*, repeats: bool = False, required: bool = False, **members: Target) -> Target:
    """Members that are written together."""
    return Target(kind=Kind.GROUP, members=members, repeats=repeats, required=required)


def concept(*, repeats: bool = False, required: bool = False) -> Target:
    """A CodeableConcept."""
    coding = group(repeats=True, system=URI, code=TOKEN, display=TEXT)
    members = {"text": TEXT, "coding": coding}
    return Target(kind=Kind.CONCEPT, members=members, repeats=repeats, required=required)


def reference(*, repeats: bool = False, required: bool = False) -> Target:
    """A reference that names somebody in words."""
    return group(repeats=repeats, required=required, display=TEXT)


CONCEPT, CONCEPTS = concept(), concept(repeats=True)
REFERENCE, REFERENCES = reference(), reference(repeats=True)
META = group(lastUpdated=INSTANT)
PERIOD = group(start=DATE_TIME, end=DATE_TIME)
IDENTIFIERS = group(repeats=True, system=URI, value=Target(kind=Kind.TEXT, required=True))
NOTES = group(repeats=True, text=Target(kind=Kind.TEXT, required=True), time=DATE_TIME, authorString=TEXT)
NAMES = group(
    repeats=True,
    use=code(codes.NAME_USE),
    text=TEXT,
    family=TEXT,
    given=TEXTS,
    prefix=TEXTS,
    suffix=TEXTS,
)
TELECOMS = group(
    repeats=True,
    system=code(codes.CONTACT_SYSTEM),
    value=Target(kind=Kind.TEXT, required=True),
    use=code(codes.CONTACT_USE),
)
ADDRESSES = group(
    repeats=True,
    use=code(codes.ADDRESS_USE),
    text=TEXT,
    line=TEXTS,
    city=TEXT,
    district=TEXT,
    postalCode=TEXT,
    country=TEXT,
    period=PERIOD,
)
PERSON: Members = {
    "identifier": IDENTIFIERS,
    "active": BOOLEAN,
    "name": NAMES,
    "telecom": TELECOMS,
    "address": ADDRESSES,
    "gender": code(codes.GENDER),
    "birthDate": DATE,
}
ATTACHMENT = group(
    required=True,
    contentType=TOKEN,
    title=TEXT,
    creation=DATE_TIME,
    data=Target(kind=Kind.ENCODED),
)
