"""Messages written for tests, and the resources that they become."""

from __future__ import annotations

import json
from typing import Any

from fhir.resources.R4B import get_fhir_model_class

from connectors.hl7v2.translating import translate_message

PID = "PID|1||9990000018^^^NHS^NH~A1^^^PAS^MR||Rao^Asha||19510409|F"
OBR = "OBR|1||26-N-1^LAB|24323-8^Profile^LN|||20260211093000+0000|||||||||||||||20260211120000+0000||LAB|F"


def segment(name: str, fields: dict[int, str]) -> str:
    """A segment by the numbers of its fields."""
    return "|".join([name, *(fields.get(number, "") for number in range(1, max(fields) + 1))])


def header(kind: str = "ORU^R01^ORU_R01") -> str:
    """MSH of a message of this type."""
    return f"MSH|^~\\&|PAS|TRUST|||20260301120000+0000||{kind}|9|P|2.5.1||||||UNICODE UTF-8"


def translated(*segments: str, kind: str = "ORU^R01^ORU_R01", **options: Any) -> list[dict[str, Any]]:
    """Every resource of a message, each proved to be R4; numbers as they were written."""
    message = "".join(f"{segment}\r" for segment in (header(kind), *segments)).encode()
    raws = translate_message(message, **options)
    for raw in raws:
        tree = json.loads(raw)
        get_fhir_model_class(tree["resourceType"]).model_validate(tree)
    return [json.loads(raw, parse_float=Number, parse_int=Number) for raw in raws]


class Number(str):
    """A JSON number by its characters."""

    __slots__ = ()


def of_type(trees: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The only resource of a type."""
    (found,) = [tree for tree in trees if tree["resourceType"] == name]
    return found


def given(tree: dict[str, Any]) -> list[str]:
    """What stands as given beside an element."""
    return [one["valueString"] for one in tree.get("extension", ()) if "valueString" in one]


def result(kind: str, value: str, units: str = "", more: str = "") -> dict[str, Any]:
    """The Observation of one OBX under a laboratory's report."""
    obx = f"OBX|1|{kind}|2951-2^Sodium^LN||{value}|{units}|{more or '||||F'}"
    return of_type(translated(PID, OBR, obx), "Observation")
