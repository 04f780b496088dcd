"""The folder of real material into the records that are to be translated, and what is no record, with why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tests.fidelity.reading import Source, source

SECTIONS = {
    "supplier": "gpconnect/structured",
    "specification": "gpconnect/spec-examples",
    "synthea": "stu3/synthea",
    "inputs": "stu3-to-r4/ms-input",
}
# Single resources to translate, of every kind: no records, so they do not count among the translated.
NO_RECORDS = {"inputs", "own"}
LEFT_OUT = {"Account.json": "billing, whose money R4 holds as another data type, is no part of a record"}
# What a consumer sends, or what describes a server: no partner's answer about a person.
NO_RECORD = {"Parameters": "a request's parameters", "CapabilityStatement": "a description of a server"}


def why_no_record(raw: bytes) -> str | None:
    """Why a file is no record; None when it is one."""
    try:
        tree = json.loads(raw.decode("utf-8-sig"))
    except ValueError:
        return "not JSON: the specification prints fragments"
    kind = tree.get("resourceType") if isinstance(tree, dict) else None
    return NO_RECORD.get(str(kind)) if kind else "no FHIR resource"


def sources(folder: Path, left_out: dict[str, str]) -> Iterator[Source]:
    """Every record; what is none is put into `left_out`."""
    for section, below in SECTIONS.items():
        for path in sorted((folder / below).glob("*.json")):
            raw = path.read_bytes()
            why = LEFT_OUT.get(path.name) or why_no_record(raw)
            if why:
                left_out[f"{below}/{path.name}"] = why
            else:
                yield source(section, path.name, raw)
