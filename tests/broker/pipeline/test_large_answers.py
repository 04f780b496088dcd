"""Twenty thousand resources, and twisted JSON, through the whole pipeline: the loop stays free."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from broker.domain.limits import BrokerLimits, PartnerLimits
from broker.domain.query import Form, Interaction
from broker.pipeline.fanout import Road
from broker.ports.connector import HttpRequest, HttpResponse
from connectors.fhir_r4 import PLUGIN
from tests.support.loop_watch import LoopWatch
from tests.support.pipeline_alone import ToldTransport, pipeline_over
from tests.support.records import item, patient
from tests.support.searchsets import bundle

COUNT = 20_000
PROBLEMS = 4_000
ROOMY = PartnerLimits(entries_max=COUNT + 10, pages_max=400)


def observation(place: int) -> bytes:
    """A result of about a kibibyte, as they come."""
    code = {"coding": [{"system": "http://loinc.org", "code": f"{place % 97}-1"}]}
    return orjson.dumps(
        item(
            "Observation",
            f"o{place}",
            status="final",
            code=code,
            effectiveDateTime="2026-11-01T09:00:00Z",
            note=[{"text": "x" * 700}],
        )
    )


def road(*pages: bytes) -> Road:
    """The real connector over answers in memory: the person, then `$everything` page by page."""

    def tell(request: HttpRequest) -> HttpResponse:
        body = bundle(orjson.dumps(patient()))
        if request.link is not None:
            body = pages[int(request.link.rpartition("=")[2])]
        elif request.path.endswith("$everything"):
            body = pages[0]
        return HttpResponse(status=200, headers={"content-type": "application/fhir+json"}, body=body)

    return Road(connector=PLUGIN.create({}), transport=ToldTransport(tell), proof="demographics")


def following(place: int, pages: int) -> bytes:
    """The link to the next page, on every page but the last."""
    if place + 1 == pages:
        return b""
    url = f"https://partner.example/fhir/Patient?page={place + 1}"
    return b',"link":' + orjson.dumps([{"relation": "next", "url": url}])


async def test_twenty_thousand_resources_never_hold_the_loop(tmp_path: Path, loop_watch: LoopWatch) -> None:
    """Ten pages of two thousand: every one is shown, and no step lasts 50 ms."""
    size = COUNT // 10
    results = [observation(place) for place in range(COUNT)]
    pages = [
        bundle(orjson.dumps(patient()), *results[at * size : (at + 1) * size], more=following(at, 10))
        for at in range(10)
    ]
    async with pipeline_over(
        tmp_path, {"alder": road(*pages)}, partner_limits=ROOMY, limits=BrokerLimits(deadline_s=60)
    ) as alone:
        with loop_watch:
            reply = await alone.ask(resource_types=frozenset({"Observation"}))
    assert b"".join(reply.body).count(b'"resourceType":"Observation"') == COUNT


@pytest.mark.parametrize("form", list(Form))
async def test_a_summary_of_thousands_of_problems_never_holds_the_loop(
    tmp_path: Path, loop_watch: LoopWatch, form: Form
) -> None:
    """Every one has its line, in either form, and no step lasts 50 ms."""
    problems = [
        orjson.dumps(item("Condition", f"c{n}", code={"text": f"Problem {n}."})) for n in range(PROBLEMS)
    ]
    roads = {"alder": road(bundle(orjson.dumps(patient()), *problems))}
    async with pipeline_over(
        tmp_path, roads, partner_limits=ROOMY, limits=BrokerLimits(deadline_s=60)
    ) as alone:
        with loop_watch:
            reply = await alone.ask(interaction=Interaction.SUMMARY, form=form)
    assert b"".join(reply.body).count(b"<p>Problem ") == PROBLEMS


HORRORS = {
    "members repeated a hundred thousand times": b'{"resourceType":"Observation","id":"bad"'
    + b',"a":1' * 100_000
    + b"}",
    "NaN a hundred thousand times": b'{"resourceType":"Observation","a":[' + b"NaN," * 100_000 + b"1]}",
    "a hundred numbers of 5,000 digits": b'{"resourceType":"Observation","a":['
    + b",".join([b"9" * 5_000] * 100)
    + b"]}",
    "one number of a million digits": b'{"resourceType":"Observation","a":' + b"9" * 1_000_000 + b"}",
    "a hundred thousand brackets": b'{"resourceType":"Observation","a":'
    + b"[" * 100_000
    + b"]" * 100_000
    + b"}",
    "a byte-order mark": b"\xef\xbb\xbf" + observation(1),
}


@pytest.mark.parametrize("raw", HORRORS.values(), ids=HORRORS.keys())
async def test_an_entry_made_to_hold_the_loop_does_not(
    raw: bytes, tmp_path: Path, loop_watch: LoopWatch
) -> None:
    """It is counted as unreadable, its neighbours are shown, and no step lasts 50 ms."""
    body = bundle(orjson.dumps(patient()), observation(1), raw, observation(2))
    async with pipeline_over(tmp_path, {"alder": road(body)}) as alone:
        with loop_watch:
            reply = await alone.ask(resource_types=frozenset({"Observation"}))
    whole = b"".join(reply.body)
    assert whole.count(b'"resourceType":"Observation"') == 2
    assert b'"valueCode":"partial"' in whole
