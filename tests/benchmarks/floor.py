"""The floor and the alternative, in processor time for each resource, under one collector policy.

`orjson`: each body parsed whole and the merged Bundle dumped. `models`: each resource through the
`fhir.resources` model of its type and out again, which a broker written on models does at the least.
The bodies are read afresh from the stub for each round, as the broker reads them: a loop over bodies that
lie ready in the cache would be half as dear, and no broker ever has that.
Run as `python -m tests.benchmarks.floor orjson|models ours|default STUB`; prints microseconds for each one.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import sys
import time
from collections.abc import Callable

import aiohttp
import orjson
import uvloop

from broker.app import keep_collector_out
from tests.benchmarks.stub import PARTNERS, RESOURCES_EACH


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


async def microseconds(work: Callable[[list[bytes]], bytes], stub: str, rounds: int) -> float:
    """The median over rounds, for each resource. Only the work is timed, never the reading."""
    taken = []
    async with aiohttp.ClientSession() as session:
        for _ in range(rounds):
            bodies = await asyncio.gather(*(_body(session, stub, name) for name in PARTNERS))
            began = time.process_time_ns()
            work(bodies)
            taken.append((time.process_time_ns() - began) / 1000 / (RESOURCES_EACH * len(PARTNERS)))
    return statistics.median(taken)


async def _body(session: aiohttp.ClientSession, stub: str, name: str) -> bytes:
    async with session.get(f"{stub}/0/{name}/Patient/9990000018/$everything") as response:
        return await response.read()


if __name__ == "__main__":
    if sys.argv[2] == "ours":
        keep_collector_out()
    else:
        gc.set_threshold(700, 10, 10)
    chosen, rounds = {"orjson": (with_orjson, 300), "models": (with_models, 5)}[sys.argv[1]]
    sys.stdout.write(f"{uvloop.run(microseconds(chosen, sys.argv[3], rounds)):.3f}\n")
