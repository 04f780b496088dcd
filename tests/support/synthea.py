"""Synthea's people as a partner of ours would hold them: each with an NHS number that is never issued."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from broker.domain.identity import NHS_NUMBER_SYSTEM, NhsNumber

# The four smallest people, 78 to 133 resources each, so that loading them takes a second or two.
_FILES = ("Gustavo_*", "Brett_*", "Napoleon_*", "Antonio_*")
_NUMBERS = ("9990000085", "9990000093", "9990000107", "9990000115")
_FIRST_IDENTIFIER = b'"identifier":['
_TEMPORARY = re.compile(r"urn:uuid:([0-9a-f-]{36})")


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheaPerson:
    """One transaction Bundle, its bytes Synthea's own but for the identifier that was put in."""

    number: NhsNumber
    birth_date: str
    family: str
    synthea_id: str
    transaction: bytes = field(repr=False)

    def resources(self) -> Iterator[dict[str, Any]]:
        """Each resource with `Type/id` references, as a server holds it once it is stored."""
        entries = [entry["resource"] for entry in json.loads(self.transaction)["entry"]]
        types = {resource["id"]: resource["resourceType"] for resource in entries}
        for resource in entries:
            text = json.dumps(resource, ensure_ascii=False)
            yield json.loads(_TEMPORARY.sub(lambda found: f"{types[found[1]]}/{found[1]}", text))


def read_people(real_data: Path) -> tuple[SyntheaPerson, ...]:
    """Four people from `r4/synthea` under the folder of real material."""
    folder = real_data / "r4" / "synthea"
    paths = [next(iter(sorted(folder.glob(pattern)))) for pattern in _FILES]
    return tuple(
        read_person(path, NhsNumber.parse(number)) for path, number in zip(paths, _NUMBERS, strict=True)
    )


def read_person(path: Path, number: NhsNumber) -> SyntheaPerson:
    """One file, its Patient given `number`. The text is edited in place: no number in it is written anew."""
    identifier = json.dumps({"system": NHS_NUMBER_SYSTEM, "value": number.digits}).encode()
    transaction = path.read_bytes().replace(_FIRST_IDENTIFIER, _FIRST_IDENTIFIER + identifier + b",", 1)
    patient = json.loads(transaction)["entry"][0]["resource"]
    if patient["resourceType"] != "Patient" or patient["identifier"][0]["value"] != number.digits:
        raise ValueError(f"{path.name} does not begin with its Patient")
    return SyntheaPerson(
        number=number,
        birth_date=patient["birthDate"],
        family=patient["name"][0]["family"],
        synthea_id=patient["id"],
        transaction=transaction,
    )
