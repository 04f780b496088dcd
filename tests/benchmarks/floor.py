"""The floor and the alternative, in processor time for each resource, under one collector policy.

`orjson`: each body parsed whole and the merged Bundle dumped. `models`: each resource through the
`fhir.resources` model of its type and out again, which a broker written on models does at the least.
Run as `python -m tests.benchmarks.floor orjson|models ours|default`; prints microseconds for each resource.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable

import orjson

from broker.app import keep_collector_out
from tests.benchmarks.stub import PARTNERS, RESOURCES_EACH, everything


def with_orjson(bodies: list[bytes]) -> bytes:
    """Parse everything, merge, dump."""
    parsed = [orjson.loads(body) for body in bodies]
    entries = [entry for bundle in parsed for entry in bundle["entry"]]
    return orjson.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries})


def with_models(bodies: list[bytes]) -> bytes:
    """As with_orjson, each resource through its model."""
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415 - costs a second, and only here

    entries = []
    for body in bodies:
        for entry in orjson.loads(body)["entry"]:
            resource = entry["resource"]
            model = get_fhir_model_class(resource["resourceType"]).model_validate(resource)
            entries.append(
                {"fullUrl": entry["fullUrl"], "resource": orjson.Fragment(model.model_dump_json())}
            )
    return orjson.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries})


def microseconds(work: Callable[[list[bytes]], bytes], rounds: int) -> float:
    """The median over rounds, for each resource."""
    bodies = [everything(name) for name in PARTNERS]
    work(bodies)
    taken = []
    for _ in range(rounds):
        began = time.process_time_ns()
        work(bodies)
        taken.append((time.process_time_ns() - began) / 1000 / (RESOURCES_EACH * len(PARTNERS)))
    return statistics.median(taken)


if __name__ == "__main__":
    if sys.argv[2] == "ours":
        keep_collector_out()
    else:
        gc.set_threshold(700, 10, 10)
    chosen = {"orjson": (with_orjson, 300), "models": (with_models, 3)}[sys.argv[1]]
    sys.stdout.write(f"{microseconds(*chosen):.3f}\n")
