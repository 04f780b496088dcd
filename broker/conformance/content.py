"""The items of an answer into findings: dates, codes, labels, ids, references and structure."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from broker.conformance.findings import Finding, kind_of
from broker.domain.category import SUPPORTING_TYPES
from broker.domain.json_bytes import lossless_tree
from broker.domain.references import plain_name, references_in
from broker.domain.resource import ABSENT, Resource, concept_in

_DATED = re.compile(
    r"(?:.*(?:Date|DateTime|Instant)|issued|date|authoredOn|recorded|start|end|created|sent)\Z"
)
_PARTIAL = re.compile(r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?", re.ASCII)
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
_MOMENT = re.compile(_TIME + r"(?:Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII)
_LOCAL_MOMENT = re.compile(_TIME, re.ASCII)
# What was written down or measured has happened; appointments and plans may lie ahead.
_PAST = frozenset({"recordedDate", "issued", "effectiveDateTime", "authoredOn", "occurrenceDateTime"})
_LABEL_SYSTEMS = ("/v3-Confidentiality", "/v3-ActCode", "/v3-ObservationValue")
_CONFIDENTIALITY = frozenset({"U", "L", "M", "N", "R", "V"})
_NATIONAL = frozenset({"http://snomed.info/sct", "https://dmd.nhs.uk", "http://loinc.org"})
_CODED = ("code", "vaccineCode", "medicationCodeableConcept")
_NEEDS_CODE = {
    "AllergyIntolerance": "code",
    "Condition": "code",
    "Observation": "code",
    "DiagnosticReport": "code",
    "Procedure": "code",
    "Flag": "code",
    "Immunization": "vaccineCode",
}
_DAY = dt.timedelta(days=1)


def judge_content(items: Sequence[Resource], now: dt.datetime) -> Iterator[Finding]:
    """Findings over all items of one answer, each kind of fault counted by kind of item."""
    found: Counter[tuple[str, str]] = Counter()
    for item in items:
        kind = kind_of(item)
        found.update((name, kind) for name in {*_codes(item), *_labels(item)})
        found.update((name, f"{kind}.{member}") for name, member in set(_dates(item, now)))
    found.update(_ids(items))
    found.update(_references(items))
    for (name, where), times in sorted(found.items()):
        yield Finding(name, where, times)
    if _only_local(items):
        yield Finding("no-national-code")


def _dates(item: Resource, now: dt.datetime) -> Iterator[tuple[str, str]]:
    tomorrow = (now + _DAY).isoformat()
    for member, text in _dated(lossless_tree(item.raw)):
        if _LOCAL_MOMENT.fullmatch(text):
            yield "date-without-zone", member
        elif not _PARTIAL.fullmatch(text) and not _MOMENT.fullmatch(text):
            yield "date-not-valid", member
        elif member in _PAST and text[:10] > tomorrow[: len(text[:10])]:
            yield "date-to-come", member


def _dated(node: Any) -> Iterator[tuple[str, str]]:
    """Every member that FHIR makes a date by its name, at any depth, but for text that carries one."""
    if isinstance(node, dict):
        for name, value in node.items():
            if isinstance(value, str) and _DATED.fullmatch(name):
                yield name, value
            else:
                yield from _dated(value)
    elif isinstance(node, list):
        for one in node:
            yield from _dated(one)


def _codes(item: Resource) -> Iterator[str]:
    member = _NEEDS_CODE.get(item.header.resourceType)
    if member is not None:
        concept = concept_in(getattr(item.header, member) or b"null")
        if concept is None or not (concept.text or any(c.code or c.display for c in concept.coding)):
            yield "code-missing"
    for concept in _concepts(item):
        if any(coding.code and not coding.system for coding in concept.coding):
            yield "code-without-system"


def _concepts(item: Resource) -> Iterator[Any]:
    for member in _CODED:
        raw = getattr(item.header, member)
        concept = None if raw is ABSENT else concept_in(raw)
        if concept is not None:
            yield concept


def _only_local(items: Iterable[Resource]) -> bool:
    systems = {coding.system for item in items for concept in _concepts(item) for coding in concept.coding}
    return bool(systems) and systems.isdisjoint(_NATIONAL)


def _labels(item: Resource) -> Iterator[str]:
    meta = item.header.meta
    for label in meta.security if meta else ():
        system, code = label.system or "", label.code or ""
        known = system.endswith(_LABEL_SYSTEMS) and bool(code)
        confidentiality = system.endswith(_LABEL_SYSTEMS[0])
        bare_patient = item.header.resourceType == "Patient" and not system and code in _CONFIDENTIALITY
        if not bare_patient and (not known or (confidentiality and code not in _CONFIDENTIALITY)):
            yield "label-not-known"


def _ids(items: Iterable[Resource]) -> Counter[tuple[str, str]]:
    """Exact repeats were counted away before: what is left under one name differs."""
    times = Counter(item.local_reference for item in items)
    return Counter(
        ("id-repeated", name.partition("/")[0]) for name, count in times.items() for _ in range(count - 1)
    )


def _references(items: Sequence[Resource]) -> Counter[tuple[str, str]]:
    here = {item.local_reference for item in items} | {item.full_url for item in items}
    found: Counter[tuple[str, str]] = Counter()
    for item in items:
        for reference in references_in(item.raw):
            name = plain_name(reference)
            if name and name not in here and reference not in here and _is_expected(name):
                found["reference-leads-nowhere", name.partition("/")[0]] += 1
    return found


def _is_expected(name: str) -> bool:
    """Who and where often stay with the partner; a clinical item should come along."""
    return name.partition("/")[0] not in SUPPORTING_TYPES
