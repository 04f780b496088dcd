"""Messages that this project did not write become valid R4 with everything in it that was said.

What is looked for is cut out of the messages by a reader of its own, which shares nothing with the
connector's; an independent converter's R4 of the same messages is held against ours.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fhir.resources.R4B import get_fhir_model_class

from connectors.hl7v2.reading import read_message
from connectors.hl7v2.translating import translate_message

MESSAGES, BYTE_ORDER_MARK = 63, b"\xef\xbb\xbf"
# What a message says of itself.
CONTROL = {"MSH", "SFT", "EVN"}
# Codes whose meaning FHIR writes in a word of its own: types, code systems, uses, a sex.
MEANT = {
    "AIS-3": {"SCT"},
    "DG1-3": {"I10", "SCT"},
    "NK1-2": {"L"},
    "NK1-3": {"HL70063"},
    "OBR-2": {"ISO"},
    "OBR-3": {"ISO"},
    "OBR-4": {"LN"},
    "OBX-2": {"CE", "CWE", "DT", "NM"},
    "OBX-3": {"LN"},
    "OBX-5": {"HL70064", "SCT"},
    "OBX-8": {"HL70078"},
    "ORC-2": {"ISO"},
    "ORC-3": {"ISO"},
    "ORC-4": {"ISO"},
    "PID-8": {"F"},
    "PID-13": {"PH", "PRN"},
    "PID-15": {"HL70296"},
    "PID-16": {"HL70002"},
    "PID-40": {"Internet", "WPN"},
    "PR1-3": {"C4", "SCT"},
    "PR1-15": {"I10", "SCT"},
    "RXA-5": {"CVX", "NDC"},
    "RXR-2": {"HL70163"},
    "SPM-4": {"SCT"},
    "SPM-8": {"HL70488"},
    "SPM-24": {"HL70493"},
}
ESCAPES = {r"\T": "&", r"\E": "\\"}


def messages(real_data: Path) -> dict[str, bytes]:
    """Each message by the name of its file, without the mark that an editor put before some."""
    folder = real_data / "hl7v2" / "ms"
    return {
        path.stem: path.read_bytes().removeprefix(BYTE_ORDER_MARK) for path in sorted(folder.glob("*.hl7"))
    }


def said_in(message: bytes) -> Iterator[tuple[str, str]]:
    """Every bit of text between two delimiters, with its field."""
    for line in message.decode().splitlines():
        name, *fields = line.split("|")
        for number, field in enumerate(fields, start=1) if name not in CONTROL else ():
            for bit in re.split(r"[~^&]", field):
                if bit.strip() and bit != '""':
                    yield f"{name}-{number}", bit


def strings_in(tree: Any) -> Iterator[str]:
    """Every leaf of a tree."""
    if isinstance(tree, (dict, list)):
        for value in tree.values() if isinstance(tree, dict) else tree:
            yield from strings_in(value)
    else:
        yield str(tree)


def test_every_message_is_read_without_loss_and_becomes_valid_r4(real_data: Path) -> None:
    """Byte for byte; and each resource passes a validator that is not ours."""
    found = messages(real_data)
    assert len(found) == MESSAGES
    for name, message in found.items():
        assert read_message(message).written() == message, name
        trees = [json.loads(raw) for raw in translate_message(message)]
        assert trees[0]["resourceType"] == "Patient", name
        assert len({(tree["resourceType"], tree["id"]) for tree in trees}) == len(trees), name
        for tree in trees:
            get_fhir_model_class(tree["resourceType"]).model_validate(tree)


def test_nothing_that_a_message_says_is_dropped(real_data: Path) -> None:
    """Each bit of it stands in the resources: as it is, as digits of a date, or as a code that FHIR means."""
    bits = 0
    for name, message in messages(real_data).items():
        text = "\n".join(leaf for raw in translate_message(message) for leaf in strings_in(json.loads(raw)))
        digits = re.sub(r"[^0-9\n]", "", text)
        for field, bit in said_in(message):
            bits += 1
            plain = bit
            for escape, sign in ESCAPES.items():
                plain = plain.replace(escape + "\\", sign)
            is_there = bit in text or plain in text or bit in MEANT.get(field, ())
            is_date = re.fullmatch(r"[0-9.+-]{4,}", bit) and re.sub(r"[^0-9]", "", bit) in digits
            assert is_there or is_date, (name, field, bit)
    assert bits > 25_000


def facts_of(trees: list[dict[str, Any]]) -> Counter[tuple[str, ...]]:
    """What anybody would look at first."""
    facts: Counter[tuple[str, ...]] = Counter()
    for tree in trees:
        kind = tree["resourceType"]
        if kind == "Patient":
            names = [one.get("family", "") for one in tree.get("name", [])[:1]]
            facts.update((kind, word) for word in (tree.get("birthDate", ""), tree.get("gender", ""), *names))
        if kind in {"Observation", "AllergyIntolerance", "Immunization"}:
            concept = tree.get("code") or tree.get("vaccineCode") or {}
            facts.update((kind, one["code"]) for one in concept.get("coding", [])[:1] if "code" in one)
        for part in (tree, *tree.get("component", [])):
            if kind == "Observation" and "value" in part.get("valueQuantity", {}):
                facts[kind, str(part["valueQuantity"]["value"])] += 1
        if kind == "Encounter":
            facts[kind, tree["class"].get("code", "")] += 1
    return facts


def test_an_independent_converter_says_the_same_of_persons_results_and_visits(real_data: Path) -> None:
    """Nearly all that it makes of the same messages is in ours; the rest it reads out of elsewhere: from
    death and accident segments, or from a code that is a name.
    """
    theirs: Counter[tuple[str, ...]] = Counter()
    ours: Counter[tuple[str, ...]] = Counter()
    for name, message in messages(real_data).items():
        expected = real_data / "hl7v2" / "ms-expected-r4" / f"{name}.json"
        if expected.is_file():
            entries = json.loads(expected.read_bytes())["entry"]
            theirs += facts_of([entry["resource"] for entry in entries])
            ours += facts_of([json.loads(raw) for raw in translate_message(message)])
    missing = theirs - ours
    assert {kind for kind, *_ in missing} <= {"Observation", "AllergyIntolerance"}
    assert missing.total() <= 30
    assert (theirs & ours).total() > 300
