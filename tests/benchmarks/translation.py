"""What STU3 to R4 costs a resource, over the parse alone by the `fhir.resources` models of its types.

The same resources go both ways, turn by turn, in one process: the real supplier records where the material
is there, else what the simulated practices send. Those that the models refuse are left out on both sides.
Run as `python -m tests.benchmarks.translation`; prints the median ratio of the turns.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import orjson
from fhir.resources.STU3 import get_fhir_model_class
from pydantic import ValidationError

from broker.demonstration.partners import CASTLE_HILL, FEN_EDGE
from broker.demonstration.people import stories
from connectors.gpconnect.areas import BY_PARAMETER
from connectors.gpconnect.stu3_record import RecordManners, record_bundle
from connectors.gpconnect.world import Practices
from connectors.stu3 import translate
from tests.support.real_data import real_data_folder

_TURNS = 9
Record = list[tuple[Any, bytes]]


def records() -> list[Record]:
    """Each record's resources that the models take, each with its model."""
    folder = real_data_folder() / "gpconnect" / "structured"
    bodies = [path.read_bytes() for path in sorted(folder.glob("*.json"))] or _simulated()
    bundles = [orjson.loads(body) for body in bodies]
    return [_taken(bundle.get("entry", ())) for bundle in bundles if bundle["resourceType"] == "Bundle"]


def _simulated() -> list[bytes]:
    asked: dict[str, dict[str, Any]] = {parameter: {} for parameter in BY_PARAMETER}
    found = []
    for partner in (FEN_EDGE, CASTLE_HILL):
        held = {
            story.demographics.number: story.charts[partner.partner_id]
            for story in stories()
            if partner.partner_id in story.charts
        }
        practices = Practices(held, {})
        people = [practices.by_number(number, "") for number in held]
        found += [record_bundle(person, asked, RecordManners(), "b1") for person in people if person]
    return found


def _taken(entries: list[dict[str, Any]]) -> Record:
    taken = []
    for entry in entries:
        raw = orjson.dumps(entry["resource"])
        try:
            model = get_fhir_model_class(entry["resource"]["resourceType"])
            model.model_validate_json(raw)
        except (ValidationError, ValueError):
            continue
        taken.append((model, raw))
    return taken


def parse(record: Record) -> None:
    """Through the models, and nothing more."""
    for model, raw in record:
        model.model_validate_json(raw)


def translate_whole(record: Record) -> None:
    """Bytes to R4 bytes, as the connector has it done."""
    for _ in translate([raw for _, raw in record]):
        pass


def taken_ns(work: Callable[[Record], None], given: list[Record]) -> int:
    """Processor time of one turn over every record."""
    began = time.process_time_ns()
    for record in given:
        work(record)
    return time.process_time_ns() - began


def ratio() -> float:
    """The median over turns of one over the other, a turn after the other."""
    given = records()
    for work in (translate_whole, parse):
        taken_ns(work, given)
    turns = [taken_ns(translate_whole, given) / taken_ns(parse, given) for _ in range(_TURNS)]
    return statistics.median(turns)


if __name__ == "__main__":
    sys.stdout.write(f"{ratio():.3f}\n")
