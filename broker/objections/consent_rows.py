"""FHIR R4 Consents, one for each line or in one Bundle, to one reading for each of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Final

from broker.domain.identity import NHS_NUMBER_SYSTEM, NhsNumber
from broker.domain.json_bytes import ENTRY_BYTES_MAX, UnreadableJson, parse_strict
from broker.domain.objection import Scope
from broker.domain.objection_life import IdentityCheck
from broker.objections.consent_scope import scope_of
from broker.objections.reading import NOBODY, Reading, UnreadableFile, numbers_in, own_id, received

NOT_JSON = "It cannot be read as JSON that says everything once, and so names nobody."
NOT_A_CONSENT = "It is not a Consent, and so names nobody."
IN_ERROR = "Its source says that it was entered in error: nobody ever said it."
OF_RESEARCH = "It is of research, not of care: it does not say who may look for the person's own care."
STATUS = "Its status is neither `active` nor `inactive`; it binds the whole record."
NOT_PRIVACY = "Its scope is not `patient-privacy`; it binds the whole record."
MODIFIED = "Something modifies it that is not read here; it binds the whole record."
SHAPE = "It does not have the shape of an R4 Consent; it binds the whole record."
_SCOPES = "http://terminology.hl7.org/CodeSystem/consentscope"
_SCOPE, _RESEARCH = (_SCOPES, "patient-privacy"), (_SCOPES, "research")
_ALL_OF_IT: Final = (STATUS, NOT_PRIVACY, MODIFIED)


def consent_lines(path: Path, *, partners: Collection[str], now: dt.datetime) -> Iterator[Reading]:
    """One Consent on each line; a blank line is no row. Memory is bounded by the longest line allowed."""
    with path.open("rb") as file:
        for row, line in _lines(file):
            yield _of_bytes(row, line, partners, now)


def consents_in_file(path: Path, *, partners: Collection[str], now: dt.datetime) -> Iterator[Reading]:
    """One Consent, or a Bundle that says that it is whole. Raises UnreadableFile."""
    with path.open("rb") as file:
        raw = file.read(ENTRY_BYTES_MAX + 1)
    try:
        tree = parse_strict(raw.removeprefix(b"\xef\xbb\xbf"))
    except UnreadableJson:
        raise UnreadableFile(
            "The file is not one JSON value that says everything once and is of a size to be read whole. "
            "Write a large one with one Consent on each line, as .ndjson."
        ) from None
    if not isinstance(tree, dict) or tree.get("resourceType") != "Bundle":
        yield _reading(1, tree, partners, now)
        return
    for row, entry in enumerate(_entries(tree), start=1):
        yield _reading(row, entry.get("resource") if isinstance(entry, dict) else None, partners, now)


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Each line that is not blank, with its number; None for one that is too long."""
    row = 0
    while line := file.readline(ENTRY_BYTES_MAX):
        row += 1
        whole = line.endswith(b"\n") or len(line) < ENTRY_BYTES_MAX
        while not (line.endswith(b"\n") or len(line) < ENTRY_BYTES_MAX):
            line = file.readline(ENTRY_BYTES_MAX)
        if not whole:
            yield row, None
        elif line.strip(b" \t\r\n\xef\xbb\xbf"):
            yield row, line.removeprefix(b"\xef\xbb\xbf") if row == 1 else line


def _entries(bundle: Mapping[str, Any]) -> list[Any]:
    entries, links = bundle.get("entry", []), bundle.get("link", [])
    if not isinstance(entries, list) or not isinstance(links, list):
        raise UnreadableFile("The Bundle does not have the shape of an R4 Bundle.")
    if any(not isinstance(link, dict) or link.get("relation") == "next" for link in links):
        raise UnreadableFile("The Bundle is one page of several. Give all of them in one file.")
    total = bundle.get("total", 0)
    if not isinstance(total, int) or total > len(entries):
        raise UnreadableFile("The Bundle says that there are more Consents than it holds.")
    return entries


def _of_bytes(row: int, line: bytes | None, partners: Collection[str], now: dt.datetime) -> Reading:
    if line is None:
        return Reading(row=row, fault=NOT_JSON)
    try:
        return _reading(row, parse_strict(line), partners, now)
    except UnreadableJson:
        return Reading(row=row, fault=NOT_JSON)


def _reading(row: int, consent: Any, partners: Collection[str], now: dt.datetime) -> Reading:
    if not isinstance(consent, dict) or consent.get("resourceType") != "Consent":
        return Reading(row=row, fault=NOT_A_CONSENT)
    numbers = _numbers(consent)
    if not numbers:
        return Reading(row=row, fault=NOBODY)
    try:
        return _read(row, numbers, consent, partners, now)
    except (TypeError, KeyError, AttributeError):
        row_id, _ = own_id(_plain_id(consent), Reading(row=row, numbers=numbers).digest)
        return Reading(row=row, row_id=row_id, numbers=numbers, doubts=(SHAPE,))


def _read(
    row: int,
    numbers: frozenset[NhsNumber],
    consent: Mapping[str, Any],
    partners: Collection[str],
    now: dt.datetime,
) -> Reading:
    no_objection = _no_objection(consent)
    if no_objection:
        bare = Reading(row=row, numbers=numbers, no_objection=no_objection)
        return replace(bare, row_id=own_id(_id(consent), bare.digest)[0])
    doubts = _doubts(consent)
    withdrawn = consent.get("status") == "inactive"
    scope, scope_doubts = (
        (Scope(), ()) if doubts or withdrawn else scope_of(consent.get("provision"), partners)
    )
    received_at, date_doubts = received(consent.get("dateTime", ""), now)
    bare = Reading(row=row, numbers=numbers, scope=scope, withdrawn=withdrawn)
    row_id, id_doubts = own_id(_id(consent), bare.digest)
    unverified = any(one.get("verified") is not True for one in consent.get("verification", []))
    return Reading(
        row=row,
        row_id=row_id,
        numbers=numbers,
        withdrawn=withdrawn,
        scope=scope,
        received_at=received_at,
        identity_check=IdentityCheck.NONE if unverified else None,
        doubts=(*doubts, *scope_doubts, *date_doubts, *id_doubts),
    )


def _no_objection(consent: Mapping[str, Any]) -> str:
    """Why it is known to be none, in R4's own closed words and with nothing beside them; else nothing."""
    if _is_modified(consent):
        return ""
    if consent.get("status") == "entered-in-error":
        return IN_ERROR
    return OF_RESEARCH if _codings(consent) == [_RESEARCH] else ""


def _is_modified(consent: Mapping[str, Any]) -> bool:
    return "modifierExtension" in consent or "implicitRules" in consent


def _codings(consent: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    return [(coding.get("system"), coding.get("code")) for coding in consent["scope"].get("coding", [])]


def _doubts(consent: Mapping[str, Any]) -> tuple[str, ...]:
    found = {
        STATUS: consent.get("status") not in ("active", "inactive"),
        NOT_PRIVACY: _codings(consent) != [_SCOPE],
        MODIFIED: _is_modified(consent),
    }
    return tuple(doubt for doubt in _ALL_OF_IT if found[doubt])


def _numbers(consent: Mapping[str, Any]) -> frozenset[NhsNumber]:
    """Those of the patient, written where it is named or in the Patient that the Consent contains."""
    patient = consent.get("patient")
    if not isinstance(patient, dict):
        return frozenset()
    identifiers = [patient.get("identifier"), *_contained(consent, patient.get("reference"))]
    written = [
        one["value"]
        for one in identifiers
        if isinstance(one, dict)
        and one.get("system") == NHS_NUMBER_SYSTEM
        and isinstance(one.get("value"), str)
    ]
    return numbers_in(written)[0]


def _contained(consent: Mapping[str, Any], reference: Any) -> list[Any]:
    found: list[Any] = []
    contained = consent.get("contained")
    for one in contained if isinstance(contained, list) else []:
        if (
            isinstance(one, dict)
            and one.get("resourceType") == "Patient"
            and f"#{one.get('id')}" == reference
        ):
            identifiers = one.get("identifier")
            found.extend(identifiers if isinstance(identifiers, list) else [])
    return found


def _id(consent: Mapping[str, Any]) -> str:
    """The business identifiers where there are some: a server may give a copy another id."""
    names = sorted(f"{one.get('system')}|{one['value']}" for one in consent.get("identifier", []))
    return " ".join(names) or _plain_id(consent)


def _plain_id(consent: Mapping[str, Any]) -> str:
    found = consent.get("id")
    return found if isinstance(found, str) else ""
