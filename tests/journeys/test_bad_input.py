"""Bad input of every kind at the door, with the whole pipeline behind: a code, a request id, no echo."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome

from broker.adapters.clock import SystemClock
from broker.adapters.keys import read_key_ring
from broker.adapters.sealing import RingSealer
from broker.domain.audit import RecordKind
from broker.domain.identity import NhsNumber
from broker.domain.requester import RelationshipGround, Requester
from tests.support import trail
from tests.support.network import NHS
from tests.support.small_network import NUMBER, Small, holding, small_network

MARK = "Marksworth"
WRONG_DIGIT = "9990000019"
_12_HOURS_S = 12 * 3600


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[Small]:
    """One partner, which must not be asked; the trail stays whole."""
    async with small_network(tmp_path, {"alder": holding("alder", 7)}) as made:
        yield made
        trail.assert_whole(made.client.settings)


class Said:
    """An answer of the door."""

    def __init__(self, status: int, headers: Any, body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def issue(self) -> dict[str, Any]:
        """The first issue."""
        found: dict[str, Any] = json.loads(self.body)["issue"][0]
        return found


async def send(small: Small, method: str, path: str, **options: Any) -> Said:
    """One request with a good token, unless `headers` say otherwise."""
    headers = {**small.client.headers(), **options.pop("headers", {})}
    url = f"{small.client.door.url}/{path}"
    async with small.client.session.request(method, url, headers=headers, **options) as answer:
        return Said(answer.status, answer.headers, await answer.read())


def assert_neutral(said: Said, status: int, code: str, *marks: str) -> None:
    """Valid FHIR, this status and code, the request id, and none of what was sent."""
    assert (said.status, said.issue["code"]) == (status, code), said.body
    OperationOutcome.model_validate_json(said.body)
    assert said.issue["diagnostics"] == f"Request id: {said.headers['X-Request-Id']}"
    for mark in (MARK, WRONG_DIGIT, NUMBER, *marks):
        assert mark not in said.body.decode()
        assert mark not in str(said.headers)


NUMBERS = {
    "a wrong check digit": (WRONG_DIGIT, "value"),
    "nine digits": ("999000001", "value"),
    "eleven digits": ("99900000181", "value"),
    "letters": (MARK, "value"),
    "digits of another script": ("\u0669\u0669\u0669\u0660\u0660\u0660\u0660\u0660\u0661\u0668", "value"),
    "a quotation": (f"{NUMBER}' OR '1'='1", "value"),
    "another line": (f"{NUMBER}\n{MARK}", "value"),
    "a null byte": (f"{NUMBER}\x00", "value"),
    "nothing": ("", "value"),
}


@pytest.mark.parametrize(("typed", "code"), NUMBERS.values(), ids=NUMBERS.keys())
async def test_a_number_that_is_none_is_refused_without_an_echo(small: Small, typed: str, code: str) -> None:
    """Before the index or a partner hears anything."""
    said = await send(small, "POST", "Patient/_search", data={"identifier": f"{NHS}|{typed}"})
    assert said.status == 400
    assert_neutral(said, 400, said.issue["code"], *filter(None, [typed.strip("\x00")]))
    assert said.issue["code"] in {code, "invalid", "structure"}
    assert (small.ears["pds"].calls, small.ears["alder"].calls) == (0, 0)


REQUESTS: dict[str, tuple[str, str, dict[str, Any], int]] = {
    "another identifier system": (
        "POST",
        "Patient/_search",
        {"data": {"identifier": f"https://{MARK}.example|{NUMBER}"}},
        400,
    ),
    "two numbers": (
        "POST",
        "Patient/_search",
        {"data": [("identifier", f"{NHS}|{NUMBER}"), ("identifier", f"{NHS}|9990000026")]},
        400,
    ),
    "an unknown parameter": (
        "POST",
        "Patient/_search",
        {"data": {"identifier": f"{NHS}|{NUMBER}", MARK: "1"}},
        400,
    ),
    "a search by name": ("POST", "Patient/_search", {"data": {"family": MARK}}, 400),
    "no person": ("GET", "Observation", {}, 400),
    "an unknown type": ("GET", f"{MARK}?patient=Patient/abc", {}, 404),
    "an item without its patient": ("GET", f"Observation/{MARK}", {}, 404),
    "an id that is none": ("GET", "Patient/a%0Ab", {}, 400),
    "an operation that is not offered": ("GET", f"Patient/abc/${MARK}", {}, 405),
    "a write": ("PUT", f"Patient/{MARK}", {"data": b"{}"}, 405),
    "a batch": ("POST", "", {"data": b"{}"}, 405),
    "XML": ("GET", "metadata", {"headers": {"Accept": "application/fhir+xml"}}, 406),
    "a form that is JSON": (
        "POST",
        "Patient/_search",
        {"data": f'{{"a":"{MARK}"}}', "headers": {"Content-Type": "application/json"}},
        415,
    ),
    "a count that is none": ("GET", f"Observation?patient=Patient/abc&_count={MARK}", {}, 400),
    "a page that is none": ("GET", f"Observation?patient=Patient/abc&_page=*{MARK}*", {}, 400),
    "a body on a read": ("GET", "Patient/abc", {"data": MARK.encode()}, 400),
}


@pytest.mark.parametrize(("method", "path", "options", "status"), REQUESTS.values(), ids=REQUESTS.keys())
async def test_a_question_that_the_api_does_not_have_is_refused_without_an_echo(
    small: Small, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    """With what is wrong in our own words."""
    said = await send(small, method, path, **options)
    assert_neutral(said, status, said.issue["code"])
    assert (small.ears["pds"].calls, small.ears["alder"].calls) == (0, 0)


TOKENS = ["", "Bearer", f"Bearer {MARK}", f"Basic {MARK}", f"Bearer {MARK}.e30.AA", "Bearer " + "a" * 5_000]


@pytest.mark.parametrize("authorization", TOKENS)
async def test_a_token_that_is_none_is_refused_without_saying_which_check_failed(
    small: Small, authorization: str
) -> None:
    """401, the same words; on file as a refusal of somebody who is not known."""
    said = await send(
        small,
        "POST",
        "Patient/_search",
        data={"identifier": f"{NHS}|{NUMBER}"},
        headers={"Authorization": authorization},
    )
    assert_neutral(said, 401, "login")
    refusal = trail.of_kind(small.client.settings, RecordKind.REFUSAL)[-1].body
    assert (refusal.cause, refusal.authenticated) == ("Unauthenticated", False)


async def test_a_sealed_id_opens_nothing_for_another_user(small: Small) -> None:
    """The same 404 as an id that never was."""
    patient_id = await small.client.patient_id(NUMBER)
    other = small.client.headers(user_id="another-user")
    made_up = ("A" if patient_id[-1] != "A" else "B").join((patient_id[:-1], ""))
    answers = [
        await send(small, "GET", f"Patient/{given}{rest}", headers=headers)
        for rest in ("", "/$everything")
        for given, headers in ((patient_id, other), (made_up, {}))
    ]
    for said in answers:
        assert_neutral(said, 404, "not-found", patient_id)
    assert len({said.body.replace(said.headers["X-Request-Id"].encode(), b"") for said in answers}) == 1


async def test_a_sealed_id_whose_time_is_over_is_gone(small: Small) -> None:
    """410: start again from the number."""
    said = await send(small, "GET", f"Patient/{sealed_earlier(small)}/$everything")
    assert_neutral(said, 410, "expired")
    assert (small.ears["pds"].calls, small.ears["alder"].calls) == (0, 0)


def sealed_earlier(small: Small) -> str:
    """An id that this broker gave to this user half a day ago."""
    settings = small.client.settings
    ring = read_key_ring(settings.keys_path, environment=settings.environment)
    user = Requester(
        issuer=small.client.issuer.issuer.issuer,
        user_id="900000000001",
        user_name="",
        organisation_ods="RX901",
        roles=(),
        purpose="TREAT",
        relationship=RelationshipGround.BOOKING,
    )
    earlier_s = SystemClock().now().timestamp() - _12_HOURS_S
    return RingSealer(ring).patient_token(NhsNumber.parse(NUMBER), user, at_s=earlier_s)


async def test_a_page_of_another_caller_is_gone(small: Small) -> None:
    """Each caller has its own pages, also of one person's record; one's own goes on."""
    first = await send(small, "GET", f"Patient/{await small.client.patient_id(NUMBER)}/$everything?_count=2")
    following = next(link["url"] for link in json.loads(first.body)["link"] if link["relation"] == "next")
    page = following.partition("_page=")[2]
    other = {"user_id": "another-user"}
    theirs = await small.client.patient_id(NUMBER, **other)
    refused = await send(
        small,
        "GET",
        f"Patient/{theirs}/$everything?_page={page}",
        headers=small.client.headers(**other),
    )
    assert_neutral(refused, 410, "expired", page)
    own = await send(small, "GET", following.removeprefix(f"{small.client.door.url}/"))
    assert own.status == 200


async def test_every_refusal_behind_a_good_token_names_its_caller_in_the_trail(small: Small) -> None:
    """Organisation, role and purpose, also where the number was none."""
    await send(small, "POST", "Patient/_search", data={"identifier": f"{NHS}|{WRONG_DIGIT}"})
    refusal = trail.of_kind(small.client.settings, RecordKind.REFUSAL)[-1].body
    assert (refusal.organisation_ods, refusal.purpose) == ("RX901", "TREAT")
    assert refusal.cause == "InvalidNhsNumber"
