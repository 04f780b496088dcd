"""The people of a simulated server, indexed as its searches need them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import msgspec

from connectors.simulation import World, raw_bytes

_IDENTIFIER = re.compile(r"[^|,]*\|([0-9]{10})")


class _Coding(msgspec.Struct, gc=False):
    code: str | None = None


class _Concept(msgspec.Struct, gc=False):
    coding: list[_Coding] = []


class _Meta(msgspec.Struct, gc=False):
    versionId: str = ""  # noqa: N815 - FHIR's own name


class _Header(msgspec.Struct, gc=False):
    resourceType: str  # noqa: N815 - FHIR's own name
    id: str
    meta: _Meta | None = None
    category: Any = None

    @property
    def categories(self) -> frozenset[str]:
        concepts = self.category if isinstance(self.category, list) else [self.category]
        read = [msgspec.convert(one, _Concept) for one in concepts if isinstance(one, dict)]
        return frozenset(coding.code for one in read for coding in one.coding if coding.code)


_HEADER = msgspec.json.Decoder(_Header)


@dataclass(frozen=True, slots=True)
class Held:
    """One resource of one person."""

    resource_type: str
    resource_id: str
    categories: frozenset[str]
    raw: bytes = field(repr=False)
    version: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """One person's resources at this server, the Patient first."""

    number: str = field(repr=False)
    held: tuple[Held, ...]

    @property
    def patient(self) -> Held:
        """The person's own Patient here."""
        return next(one for one in self.held if one.resource_type == "Patient")

    def of_type(self, resource_type: str, category: str | None = None) -> tuple[Held, ...]:
        """What a search for one type finds; `category` is a bare code."""
        return tuple(
            one
            for one in self.held
            if one.resource_type == resource_type and (category is None or category in one.categories)
        )


class People:
    """Everybody at this server. `answers_for` makes every question be about that person."""

    def __init__(self, world: World, answers_for: str = "") -> None:
        """`world` is read once; nothing is written back to it."""
        self.everybody = tuple(
            Person(number, tuple(_held(raw_bytes(resource)) for resource in resources))
            for number, resources in world.items()
        )
        self._by_number = {person.number: person for person in self.everybody}
        self._by_id = {person.patient.resource_id: person for person in self.everybody}
        self._always = self._by_number.get(answers_for)
        self.by_reference = cache(self._by_reference)

    def by_identifier(self, wanted: str) -> tuple[Person, ...]:
        """Those who hold one of `system|number,system|number`."""
        if self._always:
            return (self._always,)
        numbers: Iterable[str] = _IDENTIFIER.findall(wanted)
        return tuple(self._by_number[number] for number in numbers if number in self._by_number)

    def _by_reference(self, reference: str) -> Person | None:
        """`id` or `Patient/id`."""
        known = self._by_id.get(reference.removeprefix("Patient/"))
        return self._always if known and self._always else known


def _held(raw: bytes) -> Held:
    header = _HEADER.decode(raw)
    version = header.meta.versionId if header.meta else ""
    return Held(header.resourceType, header.id, header.categories, raw, version)
