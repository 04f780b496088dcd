"""Parameters are known, given once, and name exactly one person; a number that is none is not echoed."""

from __future__ import annotations

import json
from urllib.parse import quote

import aiohttp
import pytest

from tests.support.http_door import (
    NUMBER,
    SYSTEM,
    TOKEN,
    Answers,
    assert_outcome,
    get,
    knock,
    open_door,
)

SENTINEL = "zzsentinelzz"
BAD_PARAMETERS = [
    "_include=*", "_include:iterate=Observation:encounter", "_include=Condition:encounter",
    "_include=Observation:focus", "_include=Observation:encounter:Practitioner", "_include=",
    "_revinclude=Provenance:target", "_revinclude=*", "_has:Group:member:_id=1", "patient.name=Smith",
    "_filter=x", "_query=x", "_content=x", "_text=x", "_sort=code", "_sort=date,-date", "_sort=",
    "_sort=onset-date", "_format=json&_pretty=true", "_summary=count", "_summary=text", "_elements=id",
    "_total=accurate", "_contained=true", "_security=R", "_tag=x", "_profile=x", "_list=x", "code:not=1",
    "code:text=x", "code:in=x", "code:above=1", "code:missing=true", "date:missing=false",
    "onset-date=2020", "value-quantity=gt5", "code-value-quantity=1$gt5", "encounter.status=finished",
    "_type=Condition", "_since=2020", "start=2020", "_score=1", "_containedType=both",
    "subject=Patient/token", "patient:Patient=token", "patient:missing=true", "__proto__=x",
    f"{SENTINEL}=1", "patient=other", "_sort=date&_sort=-date",
    "patient.identifier=x&patient.identifier=y",
]  # fmt: skip


@pytest.mark.parametrize("parameter", BAD_PARAMETERS)
@pytest.mark.parametrize("prefer", ["handling=strict", "handling=lenient"])
async def test_an_unknown_or_repeated_parameter_is_refused_whatever_prefer_says(
    parameter: str, prefer: str
) -> None:
    """A39: an ignored filter would widen the answer, so 400 not-supported, and nobody is asked."""
    answers = Answers()
    async with open_door(answers) as door:
        path = f"/fhir/Observation?patient=token&{parameter}"
        response = await knock(door, get(path, f"Prefer: {prefer}"))
    assert_outcome(response, 400, "not-supported")
    assert SENTINEL.encode() not in response
    assert not answers.asked


@pytest.mark.parametrize(
    "path",
    [
        "/fhir/Patient",
        "/fhir/Patient?name=Smith",
        "/fhir/Patient?identifier=" + NUMBER,
        "/fhir/Patient?identifier=%7C" + NUMBER,
        "/fhir/Patient?identifier=https://other.example%7C" + NUMBER,
        f"/fhir/Patient?identifier={SYSTEM}%7C{NUMBER},{SYSTEM}%7C9990000026",
        f"/fhir/Patient?identifier={SYSTEM}%7C{NUMBER},9990000026",
        f"/fhir/Patient?identifier={SYSTEM}%7C{NUMBER}&identifier={SYSTEM}%7C9990000026",
        f"/fhir/Patient?identifier={SYSTEM}%7C",
        "/fhir/Observation",
        "/fhir/Observation?patient=a,b",
        "/fhir/Observation?patient=Patient/a/_history/1",
        f"/fhir/Observation?patient=a&patient.identifier={SYSTEM}%7C{NUMBER}",
        "/fhir/Observation?patient=",
        "/fhir/Observation?patient=token&_id=a,",
        "/fhir/Observation?patient=token&_id=" + NUMBER,
        "/fhir/Observation?patient=token&_count=0",
        "/fhir/Observation?patient=token&_count=1e9",
        "/fhir/Observation?patient=token&_count=-1",
        "/fhir/Observation?patient=token&_count=" + "9" * 5000,
        "/fhir/Observation?patient=token&_count=%D9%A1",
        "/fhir/Observation?patient=token&_page=%0d%0a",
        "/fhir/Observation?patient=token&_page=a/b",
        "/fhir/Observation?patient=token&_page=a_b",
        f"/fhir/Observation?patient=token&_page={'a' * 513}",
        "/fhir/Patient/token/$everything?_type=Banana",
        "/fhir/Patient/token/$everything?_type=Condition,",
        "/fhir/Patient/" + "a" * 65,
        "/fhir/Observation?patient=tok%00en",
        "/fhir/Observation?patient=%ff%fe",
        "/fhir/Observation?patient",
        "/fhir/Observation?" + "&".join(f"a{n}=1" for n in range(900)),
        "/fhir/metadata?_summary=true",
    ],
)
async def test_exactly_one_person_is_asked_for_in_the_one_way_there_is(path: str) -> None:
    """A40: no trawling, no lists, no half-read values; 400, and nobody is asked."""
    answers = Answers()
    async with open_door(answers) as door:
        response = await knock(door, get(path))
    assert_outcome(response, 400)
    assert not answers.asked


@pytest.mark.parametrize(
    "typed",
    [
        "9990000019", "999000001", "99900000180", "+999000001", "-999000001", "0999000001",
        "\u0669\u0669\u0669\u0660\u0660\u0660\u0660\u0660\u0661\u0668",
        "\uff19\uff19\uff19\uff10\uff10\uff10\uff10018",
        "999\u200b0000018", "9990000018 ", " 9990000018",
    ],
)  # fmt: skip
async def test_a_number_that_is_not_one_is_refused_and_never_echoed(typed: str) -> None:
    """A27: by GET and by POST, 400 with the code `value`, without the digits."""
    async with open_door() as door, aiohttp.ClientSession(headers=TOKEN) as client:
        by_get = client.get(f"{door.url}/Patient", params={"identifier": f"{SYSTEM}|{typed}"})
        by_post = client.post(f"{door.url}/Patient/_search", data={"identifier": f"{SYSTEM}|{typed}"})
        for call in (by_get, by_post):
            async with call as response:
                body = await response.read()
                assert response.status == 400
                assert json.loads(body)["issue"][0]["code"] == "value"
                assert typed.encode() not in body
                assert quote(typed).encode() not in body
