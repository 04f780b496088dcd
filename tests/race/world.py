"""Invented people to the bytes that invented partners hold of them, each item with a string of its own.

The strings are how a judge who knows nothing of decisions tells whose item stands in an answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from broker.domain.identity import NHS_NUMBER_SYSTEM, NhsNumber, check_digit_holds

ADDENBURY, PAPERMILL = "addenbury", "papermill"
PARTNERS = (ADDENBURY, PAPERMILL)
INDEX = "pds"
BIRTH_DATE = "1951-04-09"
ITEM_SYSTEM = "https://partner.example/item"
DOCUMENT_BLOCK = b"a letter to nobody, line by line " * 2_048  # over 64 KiB: what is read before a release
DOCUMENT_PIECES = 4
_OWN_NUMBER = "whose-it-is"


@dataclass(frozen=True, slots=True)
class Item:
    """One item that a partner holds of everybody; `day` is when it happened."""

    partner: str
    kind: str
    category: str
    local_id: str
    day: str

    def canary(self, who: str) -> str:
        """The string that stands in this item of this person, and nowhere else."""
        return f"canary-{who}-{self.local_id}-end"


ITEMS = (
    Item(ADDENBURY, "AllergyIntolerance", "allergies", "a1", "2024-02-03"),
    Item(ADDENBURY, "Observation", "observations", "a2", "2026-01-10"),
    Item(ADDENBURY, "Condition", "problems", "a3", "2025-06-01"),
    Item(ADDENBURY, "DocumentReference", "documents", "a4", "2025-07-01"),
    Item(PAPERMILL, "Observation", "observations", "b1", "2026-01-20"),
    Item(PAPERMILL, "Condition", "problems", "b2", "2024-05-05"),
)
DOCUMENT = ITEMS[3]


@dataclass(frozen=True, slots=True)
class Person:
    """`who` is `p`, whom the objection is about, or `q`, who has nothing to do with it."""

    who: str
    number: NhsNumber
    old: NhsNumber | None = None


def canaries(who: str, items: tuple[Item, ...] = ITEMS) -> frozenset[str]:
    """Those of these items."""
    return frozenset(item.canary(who) for item in items)


@cache
def numbers(count: int) -> tuple[NhsNumber, ...]:
    """The first NHS numbers that are never issued to anybody."""
    return tuple(_numbers(count))


def _numbers(count: int) -> Iterator[NhsNumber]:
    candidate = 9_990_000_000
    while count:
        candidate += 1
        if check_digit_holds(str(candidate)):
            count -= 1
            yield NhsNumber(str(candidate))


def indexed(person: Person) -> bytes:
    """The patient index's answer, under whichever number it is asked."""
    return _index_template().replace(_OWN_NUMBER.encode(), person.number.digits.encode())


def found(person: Person) -> bytes:
    """A partner's answer to a search for the person."""
    return _bundle_template(person.who, "", 0).replace(_OWN_NUMBER.encode(), person.number.digits.encode())


def page(person: Person, partner: str, place: int) -> bytes:
    """A page of all that the partner holds; only the first partner's answer has two."""
    template = _bundle_template(person.who, partner, place)
    return template.replace(_OWN_NUMBER.encode(), person.number.digits.encode())


def pages_of(partner: str) -> int:
    """How many pages its answer has."""
    return 2 if partner == ADDENBURY else 1


@cache
def _index_template() -> bytes:
    patient = _patient(_OWN_NUMBER)
    return json.dumps(patient | {"meta": {"security": [{"code": "U"}]}}).encode()


@cache
def _bundle_template(who: str, partner: str, place: int) -> bytes:
    """Page `place` of a partner's answer; without a partner the Patient alone."""
    held = [item for item in ITEMS if item.partner == partner]
    half = -(-len(held) // pages_of(partner)) if partner else 0
    mine = held[place * half : (place + 1) * half]
    resources = [*([_patient(who)] if place == 0 else []), *(_resource(item, who) for item in mine)]
    links = [{"relation": "self", "url": f"Patient/{who}/$everything?page={place}"}]
    if partner and place + 1 < pages_of(partner):
        links.append({"relation": "next", "url": f"Patient/{who}/$everything?page={place + 1}"})
    entry = [{"resource": resource} for resource in resources]
    return json.dumps({"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entry}).encode()


def _patient(local_id: str) -> dict[str, Any]:
    identifier = [{"system": NHS_NUMBER_SYSTEM, "value": _OWN_NUMBER}]
    return {"resourceType": "Patient", "id": local_id, "identifier": identifier, "birthDate": BIRTH_DATE}


def _resource(item: Item, who: str) -> dict[str, Any]:
    subject = "patient" if item.kind == "AllergyIntolerance" else "subject"
    return {
        "resourceType": item.kind,
        "id": item.local_id,
        "identifier": [{"system": ITEM_SYSTEM, "value": item.local_id}],
        subject: {"reference": f"Patient/{who}"},
        **_content(item, item.canary(who)),
    }


def _content(item: Item, canary: str) -> dict[str, Any]:
    if item.kind == "Observation":
        return {"status": "final", "code": {"text": canary}, "effectiveDateTime": item.day}
    if item.kind == "DocumentReference":
        attachment = {"contentType": "text/plain", "url": "Binary/d1"}
        return {
            "status": "current",
            "description": canary,
            "date": f"{item.day}T09:00:00Z",
            "content": [{"attachment": attachment}],
        }
    return {"code": {"text": canary}, "recordedDate": item.day}
