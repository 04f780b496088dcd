"""Every refusal is an OperationOutcome in our own words; nothing of the request comes back in it."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from broker.domain.errors import (
    AllPartnersTimedOut,
    BrokerError,
    Forbidden,
    Gone,
    ObjectionInForce,
    ServiceDown,
    TooMany,
)
from broker.pipeline.question import Question, Reply
from tests.support.http_door import (
    IDENTIFIER,
    NUMBER,
    Answers,
    assert_outcome,
    get,
    head_and_body,
    knock,
    open_door,
    status_of,
)

SENTINEL = "zzsentinelzz"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *[(verb, "/fhir/Observation/1") for verb in ("PUT", "PATCH", "DELETE")],
        *[
            ("POST", path)
            for path in ("/fhir", "/fhir/", "/fhir/Observation", "/fhir/Patient", "/fhir/Banana")
        ],
        *[(verb, "/fhir/Patient/token") for verb in ("PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "POST")],
        ("PUT", "/fhir/Patient/token/$everything"),
        ("POST", "/fhir/Patient/$match"),
        ("GET", "/fhir/Patient/$match"),
        ("GET", "/fhir/$export"),
        ("POST", "/fhir/$process-message"),
        ("GET", "/fhir/Observation/$lastn"),
        ("GET", "/fhir/Patient/_search"),
        ("GET", "/fhir/Observation/_search"),
        ("POST", "/fhir/metadata"),
        ("POST", "/healthz"),
        ("QUERY", "/fhir/Patient/token"),
        ("PROPFIND", "/fhir/Patient/token"),
    ],
)
async def test_what_writes_or_operates_is_not_allowed(method: str, path: str) -> None:
    """A41, A53: 405 with the methods that the address does have, and nobody is asked."""
    answers = Answers()
    async with open_door(answers) as door:
        response = await knock(door, get(path, method=method))
    assert status_of(response) == 405
    assert "\r\nAllow: " in head_and_body(response)[0]
    assert not answers.asked


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
async def test_a_method_override_is_not_allowed(header: str) -> None:
    """A41: the method on the request line is the method."""
    async with open_door() as door:
        assert_outcome(await knock(door, get("/fhir/Patient/token", f"{header}: DELETE")), 405)


async def test_a_batch_is_not_allowed() -> None:
    """A41: a Bundle posted to the base is refused unread."""
    bundle = b'{"resourceType":"Bundle","type":"batch","entry":[]}'
    request = get(
        "/fhir", "Content-Type: application/fhir+json", f"Content-Length: {len(bundle)}", method="POST"
    )
    async with open_door() as door:
        assert_outcome(await knock(door, request + bundle), 405, "not-supported")


@pytest.mark.parametrize(
    "authorization",
    [
        ["Authorization: Bearer one", "Authorization: Bearer two"],
        ["Authorization: Bearer one", "authorization: Bearer one"],
        ["Authorization: Bearer \xe9"],
    ],
)
async def test_two_authorization_headers_are_as_good_as_none(authorization: list[str]) -> None:
    """A1: 401 from the pipeline, which audits it; the challenge says `invalid_token` and no more."""
    answers = Answers()
    async with open_door(answers) as door:
        response = await knock(door, get("/fhir/Patient/token", *authorization))
    assert_outcome(response, 401, "login")
    assert '\r\nWWW-Authenticate: Bearer realm="watersmeet", error="invalid_token"\r\n' in (
        head_and_body(response)[0] + "\r\n"
    )
    assert not answers.asked


async def test_neutral_refusals_are_the_same_to_the_byte() -> None:
    """A29: an objected, an unknown and an unrelated person give one status, one body, one set of headers."""
    causes = [KeyError("objected"), LookupError("unknown to the index"), None]

    async def refuse(_question: Question) -> Reply:
        raise Forbidden from causes.pop()

    async with open_door(refuse) as door:
        request = get("/fhir/Patient/token", "X-Request-Id: the-same-id")
        responses = [await knock(door, request) for _ in range(3)]
    heads = {
        "\n".join(x for x in head.split("\r\n") if not x.startswith("Date")) for head in map(_head, responses)
    }
    assert len(heads) == 1
    assert len({head_and_body(response)[1] for response in responses}) == 1
    assert_outcome(responses[0], 403, "forbidden")


@pytest.mark.parametrize(
    ("error", "status", "code", "retry"),
    [
        (ServiceDown("release-store", contact=("Ring the practice.",)), 503, "transient", True),
        (TooMany(), 429, "throttled", True),
        (Gone(), 410, "expired", False),
        (ObjectionInForce("As policy words it.", contact=("0345 000 0000",)), 403, "suppressed", False),
        (AllPartnersTimedOut(), 504, "timeout", False),
    ],
)
async def test_a_refusal_keeps_its_status_code_words_and_contact_routes(
    error: BrokerError, status: int, code: str, *, retry: bool
) -> None:
    """Contact routes follow as informational issues; Retry-After is there where waiting helps."""

    async def refuse(_question: Question) -> Reply:
        raise error

    async with open_door(refuse) as door:
        response = await knock(door, get("/fhir/Patient/token"))
    outcome = assert_outcome(response, status, code)
    assert outcome["issue"][0]["details"]["text"] == error.message
    assert [issue["details"]["text"] for issue in outcome["issue"][1:]] == list(error.contact)
    assert ("\r\nRetry-After: " in _head(response)) is retry


async def test_an_unexpected_exception_is_a_fixed_answer_and_a_class_name(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the message nor a traceback leaves, in the body or in any log."""

    async def fail(question: Question) -> Reply:
        raise ZeroDivisionError(f"{question.number_text} {SENTINEL}")

    caplog.set_level(0)
    async with open_door(fail) as door:
        response = await knock(door, get(f"/fhir/Patient?identifier={quote(IDENTIFIER)}"))
    outcome = assert_outcome(response, 500, "exception")
    assert outcome["issue"][0]["severity"] == "fatal"
    logged = "".join(capfd.readouterr()) + caplog.text
    assert "ZeroDivisionError" in logged
    assert SENTINEL not in logged
    assert NUMBER not in logged


@pytest.mark.parametrize(
    "given",
    [
        "short",
        "a" * 65,
        "has space here",
        'quote"inside',
        "9990000018",
        "trace-999-000-0018-x",
        "\x1b[31mred12345",
    ],
)
async def test_a_request_id_that_is_unfit_is_replaced(given: str) -> None:
    """A42: one that could break a log line, or hold an NHS number, never reaches one."""
    answers = Answers()
    async with open_door(answers) as door:
        response = await knock(door, get("/fhir/Patient/token", f"X-Request-Id: {given}"))
    if status_of(response) == 200:
        [question] = answers.asked
        assert question.request_id != given
        assert len(question.request_id) == 32
    else:
        assert_outcome(response, 400)
    assert given.encode("latin-1") not in response


async def test_a_fit_request_id_is_kept() -> None:
    """The caller's own id goes with the question and comes back."""
    answers = Answers()
    given = "d94f3f01-8a7c-4b7e-9f4e-2c5ab1d0e7f2"
    async with open_door(answers) as door:
        response = await knock(door, get("/fhir/Patient/token", f"X-Request-Id: {given}"))
    assert answers.asked[0].request_id == given
    assert f"X-Request-Id: {given}" in _head(response)


async def test_a_request_id_given_twice_is_replaced() -> None:
    """Two ids are no id."""
    answers = Answers()
    async with open_door(answers) as door:
        await knock(door, get("/fhir/Patient/token", "X-Request-Id: first-one-1", "X-Request-Id: second-one"))
    assert len(answers.asked[0].request_id) == 32


@pytest.mark.parametrize(
    "path", ["/fhir/Banana", "/fhir/Banana/1", "/fhir", "/", "/admin", "/metrics", "/debug"]
)
async def test_an_address_that_is_not_there_is_an_outcome(path: str) -> None:
    """A57: 404 not-supported in our shape; nothing hidden answers."""
    async with open_door() as door:
        assert_outcome(await knock(door, get(path)), 404, "not-supported")


@pytest.mark.parametrize("path", ["/fhir/Observation/1", "/fhir/Condition/acute-1"])
async def test_a_clinical_item_is_not_read_without_its_patient(path: str) -> None:
    """Nothing could be decided: the outcome says how to ask instead."""
    async with open_door() as door:
        outcome = assert_outcome(await knock(door, get(path)), 404, "not-supported")
    assert "patient=" in outcome["issue"][0]["details"]["text"]


def _head(response: bytes) -> str:
    return head_and_body(response)[0]
