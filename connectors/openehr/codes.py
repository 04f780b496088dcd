"""Texts and coded texts into CodeableConcepts: the words as given, every code with its terminology."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.openehr.shapes import is_number, mapping, mappings, text, type_of
from connectors.r4 import Tree

TERMINOLOGY = "https://watersmeet.example/fhir/openehr/terminology"
ARCHETYPE = "https://watersmeet.example/fhir/openehr/archetype"
_ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"

# Spellings of a terminology that are met in compositions, letters and digits only, into FHIR's own URIs.
_SYSTEMS: Mapping[str, str] = {
    "snomedct": "http://snomed.info/sct",
    "snomed": "http://snomed.info/sct",
    "sct": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
    "icd10": "http://hl7.org/fhir/sid/icd-10",
    "ucum": "http://unitsofmeasure.org",
    "atc": "http://www.whocc.no/atc",
}
_URI = re.compile(r"(?:https?|urn):[^\s|]+", re.ASCII)
_WITH_VERSION = re.compile(r"([^()]+)\(([^()]+)\)")
_CODE = re.compile(r"[^\s]+(?: [^\s]+)*")
_UNSAFE = re.compile(r"[^A-Za-z0-9._~-]+", re.ASCII)


def concept(given: Any, archetype: str) -> Tree:
    """A DV_TEXT or DV_CODED_TEXT. A `local` code means something in its archetype alone, which it names."""
    codings = list(codings_of(given, archetype))
    found: Tree = {"coding": codings} if codings else {}
    words = text(given, "value")
    return {**found, "text": words} if words else found


def codings_of(given: Any, archetype: str) -> Iterator[Tree]:
    """Its own code first, then those that it is mapped to."""
    own = _coding(mapping(given, "defining_code"), archetype)
    if own:
        words = text(given, "defining_code", "preferred_term") or text(given, "value")
        yield {**own, **({"display": words} if words else {})}
    for one in mappings(mapping(given), "mappings"):
        mapped = _coding(mapping(one, "target"), archetype)
        if mapped:
            yield mapped


def ordinal(given: Tree, archetype: str) -> Tree:
    """A DV_ORDINAL or DV_SCALE: its symbol, with the number that the symbol stands for."""
    found = concept(given.get("symbol"), archetype)
    score = given.get("value")
    if is_number(score) and found:
        extension = [{"url": _ORDINAL, "valueDecimal": score}]
        codings = found.get("coding") or [{"display": found["text"]}]
        found["coding"] = [{"extension": extension, **codings[0]}, *codings[1:]]
    return found


def node_code(archetype: str, node: str, words: Tree) -> Tree:
    """What an element is: its name, and the node of the archetype that defines it."""
    found = concept(words, archetype)
    if archetype and is_code(node):
        own = {"system": ARCHETYPE, "code": node if node == archetype else f"{archetype}#{node}"}
        found = {**found, "coding": [*found.get("coding", ()), own]}
    return found


def is_code(given: str) -> bool:
    """Characters that R4 can hold as a code."""
    return _CODE.fullmatch(given) is not None


def is_coded(given: Any) -> bool:
    """True for a text that carries a code, its own or a mapped one."""
    return type_of(given) == "DV_CODED_TEXT" or any(True for _ in codings_of(given, ""))


def system_of(terminology: str, archetype: str) -> str:
    """FHIR's URI of a terminology; where it has none, one of ours that holds the name as given."""
    if _URI.fullmatch(terminology):
        return terminology
    known = _SYSTEMS.get("".join(char for char in terminology.lower() if char.isalnum()))
    if known:
        return known
    local = f"/{archetype}" if terminology == "local" and archetype else ""
    return f"{TERMINOLOGY}/{_UNSAFE.sub('-', terminology)}{local}"


def _coding(phrase: Tree, archetype: str) -> Tree:
    code, name = text(phrase, "code_string"), text(phrase, "terminology_id", "value")
    if not is_code(code):
        return {}
    version = _WITH_VERSION.fullmatch(name)
    if version:
        return {"system": system_of(version[1], archetype), "version": version[2], "code": code}
    return {"system": system_of(name, archetype), "code": code} if name else {"code": code}
