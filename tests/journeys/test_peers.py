"""What other brokers get wrong on this very work, each shown to go right here, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web

from tests.support.loopback import served
from tests.support.network import NHS, Client, Partner, broker_over, labels, resources, simulated
from tests.support.searchsets import bundle

NUMBER, OTHER = "9990000018", "9990000026"
BIRTH_DATE = "1951-04-09"
HEALTHY = ("alder", "beech", "cedar", "damson", "elder", "fir", "gorse")
QUICK = {"first_byte_s": 0.6, "idle_s": 0.4, "retries_max": 0}


def patient(number: str = NUMBER, local_id: str = "1") -> dict[str, Any]:
    """A partner's Patient."""
    identifier = [{"system": NHS, "value": number}]
    return {"resourceType": "Patient", "id": local_id, "identifier": identifier, "birthDate": BIRTH_DATE}


def observation(local_id: str, value: bytes = b"5.4") -> bytes:
    """One result, its number spelled as given."""
    return (
        b'{"resourceType":"Observation","id":"%b","status":"final","subject":{"reference":"Patient/1"},'
        b'"code":{"coding":[{"system":"http://loinc.org","code":"2160-0"}]},'
        b'"valueQuantity":{"value":%b,"unit":"mmol/L"}}' % (local_id.encode(), value)
    )


def world(count: int = 5, **manners: Any) -> web.Application:
    """A healthy partner with some results."""
    return simulated(
        "fhir_r4", {NUMBER: [patient(), *(observation(f"o{n}") for n in range(count))]}, **manners
    )


def faulty(everything: Callable[[web.Request], Any]) -> web.Application:
    """A partner that finds the person and then answers `$everything` as given."""
    app = web.Application()

    async def find(_request: web.Request) -> web.Response:
        return web.Response(body=bundle(orjson.dumps(patient())), content_type="application/fhir+json")

    async def answer(request: web.Request) -> web.StreamResponse:
        made = everything(request)
        if isinstance(made, bytes):
            return web.Response(body=made, content_type="application/fhir+json")
        response: web.StreamResponse = await made
        return response

    app.router.add_post("/Patient/_search", find)
    app.router.add_get("/Patient/1/$everything", answer)
    return app


@asynccontextmanager
async def beside(third: web.Application, folder: Path) -> AsyncIterator[Client]:
    """Seven healthy partners, and one more that is `third`."""
    index = {"resourceType": "Patient", "id": NUMBER, "identifier": [{"system": NHS, "value": NUMBER}]}
    index |= {"birthDate": BIRTH_DATE, "meta": {"security": [{"code": "U"}]}}
    async with AsyncExitStack() as stack:
        pds = await stack.enter_async_context(served(simulated("pds", {NUMBER: [index]})))
        partners = {}
        for name in HEALTHY:
            origin = await stack.enter_async_context(served(world()))
            partners[name] = Partner(endpoint=origin)
        origin = await stack.enter_async_context(served(third))
        partners["third"] = Partner(endpoint=origin, limits=QUICK)
        yield await stack.enter_async_context(broker_over(folder, partners, pds))


async def shown(third: web.Application, folder: Path) -> dict[str, Any]:
    """The record beside `third`; the seven others are always whole."""
    async with beside(third, folder) as client:
        status, record = await client.record(NUMBER)
        assert status == 200
        found = labels(record)
        assert {found[name] for name in HEALTHY} == {"complete"}
        assert len(results(record, *HEALTHY)) == 5 * len(HEALTHY)
        return record


def results(record: dict[str, Any], *names: str) -> list[dict[str, Any]]:
    """The results that came from some partners."""
    sources = {f"urn:watersmeet:partner:{name}" for name in names}
    return [
        one
        for one in resources(record)
        if one["resourceType"] == "Observation" and one["meta"]["source"] in sources
    ]


async def _never(_request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def _failed(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=500, text="trace of 9990000018")


async def _cut(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(
        headers={"Content-Type": "application/fhir+json", "Content-Length": "90000"}
    )
    await response.prepare(request)
    await response.write(bundle(orjson.dumps(patient()), observation("o1")))
    assert request.transport is not None
    request.transport.abort()
    return response


TRUNCATED = bundle(orjson.dumps(patient()), observation("o1"))[:-40]

FAULTS = {
    "a black hole": (_never, "timed-out"),
    "a 500": (_failed, "unreachable"),
    "truncated JSON in a whole answer": (lambda _: TRUNCATED, "invalid"),
    "a body cut in the middle": (_cut, "invalid"),
    "a sign-in page": (lambda _: b"<html>sign in</html>", "invalid"),
    "an empty object": (lambda _: b"{}", "invalid"),
}


@pytest.mark.parametrize(("fault", "label"), FAULTS.values(), ids=FAULTS.keys())
async def test_a_partner_in_trouble_is_named_and_the_other_seven_are_whole(
    fault: Callable[[web.Request], Any], label: str, tmp_path: Path
) -> None:
    """The merged body itself says who is missing; nobody waits for the black hole past its budget."""
    started_s = asyncio.get_running_loop().time()
    record = await shown(faulty(fault), tmp_path)
    assert labels(record)["third"] == label
    assert results(record, "third") == []
    assert asyncio.get_running_loop().time() - started_s < 8


async def test_another_patients_resource_is_set_aside_and_said(tmp_path: Path) -> None:
    """Neither dropped in silence nor passed on."""
    stranger = observation("o2").replace(b"Patient/1", b"Patient/2")
    body = bundle(orjson.dumps(patient()), observation("o1"), stranger, orjson.dumps(patient(OTHER, "2")))
    record = await shown(faulty(lambda _: body), tmp_path)
    assert labels(record)["third"] == "partial"
    assert len(results(record, "third")) == 1
    assert OTHER.encode() not in orjson.dumps(record)


async def test_one_point_five_zero_stays_as_the_partner_wrote_it(tmp_path: Path) -> None:
    """Precision is a clinical statement."""
    body = bundle(orjson.dumps(patient()), observation("o1", b"1.50"), observation("o2", b"1.0E1"))
    async with beside(faulty(lambda _: body), tmp_path) as client:
        patient_id = await client.patient_id(NUMBER)
        _, raw = await client.get(f"Patient/{patient_id}/$everything")
    assert b'"value":1.50,' in raw
    assert b'"value":1.0E1,' in raw


async def test_the_same_id_from_two_partners_is_two_resources(tmp_path: Path) -> None:
    """Every partner here has an Observation o1, and every one is shown."""
    body = bundle(orjson.dumps(patient()), observation("o1", b"9.9"))
    record = await shown(faulty(lambda _: body), tmp_path)
    values = [one["valueQuantity"]["value"] for one in results(record, *HEALTHY, "third")]
    assert values.count(9.9) == 1
    assert len({one["id"] for one in results(record, *HEALTHY, "third")}) == len(values)


@pytest.mark.parametrize("manner", ["plain", "cerner"])
async def test_every_page_is_followed_whatever_its_cursor_looks_like(manner: str, tmp_path: Path) -> None:
    """The second page and the last are there, through links that the broker never reads."""
    record = await shown(world(95, page_size=10, manner=manner, everything=True), tmp_path)
    assert labels(record)["third"] == "complete"
    assert len(results(record, "third")) == 95


async def test_more_pages_than_the_limit_are_called_partial(tmp_path: Path) -> None:
    """A cap is never silent."""
    record = await shown(world(250, page_size=10), tmp_path)
    assert labels(record)["third"] == "partial"
    assert len(results(record, "third")) >= 190


async def test_a_warning_inside_a_whole_answer_makes_it_partial(tmp_path: Path) -> None:
    """An OperationOutcome in a searchset is the partner's own statement that something is missing."""
    warning = b'{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"incomplete"}]}'
    body = bundle(orjson.dumps(patient()), observation("o1"), warning)
    record = await shown(faulty(lambda _: body), tmp_path)
    assert labels(record)["third"] == "partial"
    assert len(results(record, "third")) == 1


async def test_when_nobody_answers_the_search_has_failed(tmp_path: Path) -> None:
    """An empty 200 would look like an empty record."""
    async with AsyncExitStack() as stack:
        index = {**patient(), "id": NUMBER, "meta": {"security": [{"code": "U"}]}}
        pds = await stack.enter_async_context(served(simulated("pds", {NUMBER: [index]})))
        origins = [await stack.enter_async_context(served(faulty(_failed))) for _ in range(2)]
        partners = {
            f"p{place}": Partner(endpoint=origin, limits=QUICK) for place, origin in enumerate(origins)
        }
        client = await stack.enter_async_context(broker_over(tmp_path, partners, pds))
        status, record = await client.record(NUMBER)
    assert status == 502
    assert record["resourceType"] == "OperationOutcome"
