"""What `POST /emergency-access` takes as a statement, and what it refuses before anybody is asked."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from broker.pipeline.question import Statement
from tests.support.http_door import IDENTIFIER, NUMBER, TOKEN, Answers, open_door

GOOD: dict[str, Any] = {"identifier": IDENTIFIER, "ground": "risk-to-life", "text": "Collapsed."}
AS_JSON = {"Content-Type": "application/json"}
SAID = Statement(ground="risk-to-life", text="Collapsed.")


async def posted(
    body: bytes, path: str = "/emergency-access", **headers: str
) -> tuple[int, dict[str, Any], Answers]:
    """Status, answer and what the pipeline was asked."""
    answers = Answers()
    async with open_door(answers) as door, aiohttp.ClientSession(headers=TOKEN) as client:
        url = door.url.removesuffix("/fhir") + path
        sent = {**AS_JSON, **headers} if body else headers
        async with client.post(url, data=body or None, headers=sent) as response:
            return response.status, json.loads(await response.read()), answers


async def test_a_statement_is_read_whole() -> None:
    """Every member, and the person by number or by sealed id."""
    more = {"partners": ["alder", "beech-2"], "minutes": 5, "witness": "Imaginary Elder"}
    status, _, answers = await posted(json.dumps({**GOOD, **more}).encode())
    [asked] = answers.asked
    assert status == 200
    assert asked.statement == replace(
        SAID, partners=frozenset({"alder", "beech-2"}), minutes=5, witness="Imaginary Elder"
    )
    assert (asked.number_text, asked.patient_token) == (NUMBER, None)
    by_id = {"patient": "Patient/abc", "ground": "risk-to-life", "text": "Collapsed."}
    _, _, answers = await posted(json.dumps(by_id).encode())
    assert (answers.asked[0].number_text, answers.asked[0].patient_token) == (None, "abc")


BAD: dict[str, tuple[bytes, int, str]] = {
    "not JSON": (b"{", 400, "structure"),
    "a list": (b"[]", 400, "structure"),
    "a member too many": (json.dumps({**GOOD, "urgent": True}).encode(), 400, "structure"),
    "a member twice": (b'{"text":"a",' + json.dumps(GOOD).encode()[1:], 400, "structure"),
    "no words": (json.dumps({"identifier": IDENTIFIER, "ground": "risk-to-life"}).encode(), 400, "structure"),
    "words that are a number": (json.dumps({**GOOD, "text": 5}).encode(), 400, "structure"),
    "nobody": (json.dumps({"ground": "risk-to-life", "text": "x"}).encode(), 400, "invalid"),
    "a person twice": (json.dumps({**GOOD, "patient": "Patient/abc"}).encode(), 400, "invalid"),
    "a ground of no list": (json.dumps({**GOOD, "ground": "curiosity"}).encode(), 400, "invalid"),
    "no minutes at all": (json.dumps({**GOOD, "minutes": 0}).encode(), 400, "invalid"),
    "half a minute": (json.dumps({**GOOD, "minutes": 0.5}).encode(), 400, "structure"),
    "no partner": (json.dumps({**GOOD, "partners": []}).encode(), 400, "invalid"),
    "a partner of another form": (json.dumps({**GOOD, "partners": ["A b"]}).encode(), 400, "invalid"),
    "a novel": (json.dumps({**GOOD, "text": "x" * 4_001}).encode(), 400, "invalid"),
    "too many bytes": (json.dumps({**GOOD, "text": "x" * 70_000}).encode(), 413, "too-long"),
}


@pytest.mark.parametrize(("body", "status", "code"), BAD.values(), ids=BAD.keys())
async def test_what_is_no_statement_is_refused_at_the_door(body: bytes, status: int, code: str) -> None:
    """In our own words, with nothing of it repeated."""
    got, said, answers = await posted(body)
    assert (got, said["issue"][0]["code"]) == (status, code)
    assert answers.asked == []
    for word in (NUMBER, "curiosity", "urgent", "A b"):
        assert word not in json.dumps(said)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/fhir+json", "text/plain"])
async def test_a_statement_of_another_media_type_is_refused(kind: str) -> None:
    """415, with what is taken."""
    status, said, _ = await posted(json.dumps(GOOD).encode(), **{"Content-Type": kind})
    assert (status, "application/json" in said["issue"][0]["details"]["text"]) == (415, True)


async def test_an_end_is_read_from_its_address_and_has_no_body() -> None:
    """The id as it was sent; a body is refused."""
    path = "/emergency-access/eg-1/end"
    status, _, answers = await posted(b"", path)
    assert (status, answers.asked[0].grant_id, answers.asked[0].statement) == (200, "eg-1", None)
    assert (await posted(b"{}", path))[0] == 400


@pytest.mark.parametrize(
    ("path", "status", "allow"),
    [("/emergency-access", 405, "POST"), ("/emergency-access/eg-1/end", 405, "POST")],
)
async def test_emergency_access_is_not_read(path: str, status: int, allow: str) -> None:
    """There is no list of grants and no grant to be had at an address; what the address takes is said."""
    async with open_door() as door, aiohttp.ClientSession(headers=TOKEN) as client:
        async with client.get(door.url.removesuffix("/fhir") + path) as response:
            assert (response.status, response.headers["Allow"]) == (status, allow)
        async with client.get(door.url.removesuffix("/fhir") + "/emergency-access/eg-1") as response:
            assert response.status == 404


@pytest.mark.parametrize(
    ("headers", "named"),
    [([], None), (["eg-1"], "eg-1"), (["eg-1", "eg-2"], ""), ([""], "")],
    ids=["none", "one", "two", "an empty one"],
)
async def test_a_question_names_one_grant_or_none(headers: list[str], named: str | None) -> None:
    """Two name nothing that there is, so that neither is taken for the other."""
    answers = Answers()
    given = [*TOKEN.items(), *(("Watersmeet-Grant", one) for one in headers)]
    async with open_door(answers) as door, aiohttp.ClientSession() as client:
        for address in ("Condition?patient=abc", "documents/abc"):
            async with client.get(f"{door.url}/{address}", headers=given) as response:
                assert response.status == 200
    assert [asked.grant_id for asked in answers.asked] == [named, named]
