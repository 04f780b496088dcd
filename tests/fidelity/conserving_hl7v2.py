"""An HL7 v2 message and our R4 of it into how many of its values are found again, and which are not.

Every component of every field counts, but for the envelope (MSH, SFT, EVN, UAC), which says nothing of the
person, and for a segment's own number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tests.fidelity.agreement_hl7v2 import TranslateMessage
from tests.fidelity.explained import leaves_of
from tests.fidelity.facts import Ext
from tests.fidelity.measuring import Row
from tests.fidelity.places import found_at, table
from tests.fidelity.reading import exact
from tests.fidelity.sayings import Sayings, of_resources

ENVELOPE = {"MSH", "SFT", "EVN", "UAC"}
REASON = "https://watersmeet.example/fhir/StructureDefinition/listed-reason"
# HL7's word for: the value is deleted.
NULL = '""'
_TABLE = re.compile(r"HL7-?(\d{4})", re.IGNORECASE)
WORDS = table("v2_words.yaml")
_UNIQUE_MIN = 6
# In how many messages one kind of field is left out.
MESSAGES_MAX = 5


class Value(NamedTuple):
    """One component of one field, or the nth part of one. `line` and `field` say where in the message."""

    place: str
    text: str
    line: int
    field: int
    part: int


def values(message: str) -> Iterator[Value]:
    """Every value that a message has."""
    for line, segment in enumerate(re.split(r"[\r\n]+", message)):
        name, *fields = segment.split("|")
        if name in ENVELOPE:
            continue
        for number, field in enumerate(fields, 1):
            if not (number == 1 and field.isdigit()):
                yield from _of_field(f"{name}-{number}", field, line, number)


def _of_field(place: str, field: str, line: int, number: int) -> Iterator[Value]:
    for repetition in field.split("~"):
        for component, text in enumerate(repetition.split("^"), 1):
            for nth, part in enumerate(text.split("&")):
                if part.strip() and part != NULL:
                    yield Value(f"{place}.{component}", part, line, number, nth)


@dataclass(frozen=True, slots=True)
class Kept:
    """What our R4 of a message says, and the names of its members."""

    said: Sayings
    members: frozenset[str]


def kept_by(resources: Iterable[bytes]) -> Kept:
    """Read R4 resources."""
    trees = [exact(raw) for raw in resources]
    return Kept(
        of_resources(trees),
        frozenset(str(step) for tree in trees for way, _ in leaves_of(tree) for step in way),
    )


def is_kept(value: Value, kept: Kept) -> bool:
    """Whether our R4 says the value, or what R4 says instead."""
    said, member = kept.said, WORDS["members"].get(value.place)
    if said.has(value.text) or (member and any(name.startswith(member) for name in kept.members)):
        return True
    words = (WORDS["places"].get(value.place, {}).get(value.text), WORDS["telecom"].get(value.text))
    numbered = _TABLE.fullmatch(value.text)
    address = f"v2-{numbered[1]}" if numbered else WORDS["systems"].get(value.text.upper())
    return any(word and said.has_value(word) for word in words) or bool(address and said.has(address))


def conserved(name: str, message: bytes, translate: TranslateMessage, done: Counter[str]) -> Row:
    """How many values of a message are found again, and how many that are left out are missed.

    `done` counts in how many messages each field was left out: a few are enough.
    """
    text, made = message.decode("utf-8", "replace"), translate(message)
    row, kept = _counted(name, made), kept_by(made)
    for value in values(text):
        row.facts += 1
        row.found += is_kept(value, kept)
        if not is_kept(value, kept):
            row.complaints.append(f"{value.place} is gone")
    for value, without in _planted(text, done):
        row.planted += 1
        if is_kept(value, kept_by(translate(without.encode()))):
            row.uncaught.append(f"{value.place} left out")
        else:
            row.caught += 1
    return row


def _counted(name: str, made: Iterable[bytes]) -> Row:
    """The items of a message: translated, or listed for a reason."""
    row = Row(name, "hl7v2")
    for tree in map(exact, made):
        reasons = [value for _, value in found_at(tree, (Ext("extension", REASON, 0), "valueCode"))]
        row.given += 1
        row.listed += bool(reasons)
        row.translated += not reasons
        row.reasons.update(reasons)
    return row


def _planted(text: str, done: Counter[str]) -> Iterator[tuple[Value, str]]:
    """One value of each kind of field, and the message without it, which then says it nowhere."""
    here: set[str] = set()
    for value in values(text):
        field = value.place.partition(".")[0]
        if field in here or done[field] >= MESSAGES_MAX or len(value.text) < _UNIQUE_MIN:
            continue
        without = _without(text, value)
        if value.text.lower() not in WORDS["common"] and not Sayings([without]).has(value.text):
            here.add(field)
            done[field] += 1
            yield value, without


def _without(text: str, value: Value) -> str:
    lines = re.split(r"[\r\n]+", text)
    fields = lines[value.line].split("|")
    fields[value.field] = ""
    lines[value.line] = "|".join(fields)
    return "\r".join(lines)
