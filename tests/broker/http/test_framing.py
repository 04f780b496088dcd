"""Requests made to be read in two ways, or to be quoted back: refused in a fixed shape, never logged."""

from __future__ import annotations

import asyncio
import json

import pytest

from broker.http.settings import DoorSettings
from tests.support.http_door import NUMBER, Answers, get, head_and_body, knock, open_door, status_of

FORM = "Content-Type: application/x-www-form-urlencoded"
CANARY = "SECRETTOKENxyz"


@pytest.mark.parametrize(
    "target",
    [
        "/fhir/../fhir/Patient/token",
        "/fhir/./Patient/token",
        "/fhir/Patient/..",
        "/fhir/%2e%2e/Patient/token",
        "/fhir/Patient/%00",
        "/fhir/Patient/token%00.json",
        "//fhir/Patient/token",
        "//evil.example/fhir/Patient/token",
        "/fhir//Patient/token",
        "/fhir/..;/Patient/token",
        "/fhir/Patient;x=1/token",
        "/fhir/Patient%2Ftoken",
        "/fhir/Patient/%252e%252e",
        "/fhir/Patient/%c0%ae",
        "/fhir/Patient\\token",
        "/fhir/Patient/tok%65n",
        "http://door.test/fhir/Patient/token",
        "http://evil.example/fhir/Patient/token",
        "fhir/Patient/token",
        "*",
    ],
)
async def test_a_target_that_can_be_read_in_two_ways_is_refused(target: str) -> None:
    """A31: traversal, escapes, doubled slashes, path parameters and absolute targets are 400, or 404."""
    answers = Answers()
    async with open_door(answers) as door:
        response = await knock(door, get(target))
    assert status_of(response) in (400, 404)
    _is_fixed(response)
    assert not answers.asked


async def test_an_operation_may_be_written_with_its_dollar_escaped() -> None:
    """`%24everything` is `$everything`: some clients escape it."""
    answers = Answers()
    async with open_door(answers) as door:
        assert status_of(await knock(door, get("/fhir/Patient/token/%24everything"))) == 200
    assert answers.asked[0].patient_token == "token"


TWICE_READ = {
    "CL.TE": [FORM, "Content-Length: 6", "Transfer-Encoding: chunked", "", "0", "", "G"],
    "TE.CL": [FORM, "Transfer-Encoding: chunked", "Content-Length: 4", "", "5c", "GPOST", "0", "", ""],
    "TE.TE": [FORM, "Transfer-Encoding: chunked", "Transfer-Encoding: x", "", "0", "", ""],
    "two lengths": [FORM, "Content-Length: 3", "Content-Length: 4", "", "a=1"],
    "list of lengths": [FORM, "Content-Length: 3, 3", "", "a=1"],
    "signed length": [FORM, "Content-Length: +3", "", "a=1"],
    "unknown coding": [FORM, "Transfer-Encoding: xchunked", "", "0", "", ""],
    "coding before colon": [FORM, "Transfer-Encoding : chunked", "", "0", "", ""],
    "folded": [FORM, "X-Fold: a", " b", "Content-Length: 3", "", "a=1"],
    "two hosts": [FORM, "Host: evil.example", "Content-Length: 3", "", "a=1"],
    "chunk size": [FORM, "Transfer-Encoding: chunked", "", "-1", "", "0", "", ""],
    "chunk too long": [FORM, "Transfer-Encoding: chunked", "", "3", "a=1&b=2", "0", "", ""],
}


@pytest.mark.parametrize("lines", TWICE_READ.values(), ids=TWICE_READ.keys())
async def test_a_request_whose_end_is_in_doubt_is_refused_and_the_connection_closed(lines: list[str]) -> None:
    """A32: one 400 and the end of the connection: what follows is never taken for a second request."""
    answers = Answers()
    head = ["POST /fhir/Patient/_search HTTP/1.1", "Host: door.test", "Authorization: Bearer a.b.c"]
    follower = get("/fhir/Patient/smuggled")
    async with open_door(answers) as door:
        response = await knock(door, "\r\n".join([*head, *lines]).encode() + follower)
    assert status_of(response) == 400
    assert response.count(b"HTTP/1.") == 1
    _is_fixed(response)
    assert not answers.asked


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /fhir/metadata HTTP/1.1\r\n\r\n",
        b"GET /fhir/metadata HTTP/1.1\nHost: door.test\n\n",
        b"GET /fhir/metadata HTTP/1.1\r\nHost : door.test\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /fhir/metadata HTTP/9.9\r\nHost: door.test\r\n\r\n",
        b"\x00" * 100 + b"\r\n\r\n",
    ],
)
async def test_what_is_not_http_1_1_gets_a_fixed_400(sent: bytes) -> None:
    """No Host, bare line feeds, TLS, an HTTP/2 preface, noise."""
    async with open_door() as door:
        response = await knock(door, sent)
    assert status_of(response) == 400
    _is_fixed(response)


@pytest.mark.parametrize(
    "line", ["GET /fhir/metadata HTTP/1.0", "GET /fhir/metadata HTTP/0.9", "GET /fhir/metadata"]
)
async def test_an_older_http_is_not_served(line: str) -> None:
    """A line without a version is HTTP/0.9 to some parsers: 505, or 400."""
    async with open_door() as door:
        response = await knock(door, f"{line}\r\nHost: door.test\r\n\r\n".encode())
    assert status_of(response) in (400, 505)
    _is_fixed(response)


@pytest.mark.parametrize(
    "headers",
    [
        ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: x", "Sec-WebSocket-Version: 13"],
        ["Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAAQAAP__"],
        ["Upgrade: TLS/1.0", "Connection: Upgrade"],
    ],
)
async def test_no_upgrade_is_made(headers: list[str]) -> None:
    """A53: a websocket or h2c upgrade is 400."""
    request = "\r\n".join(["GET /fhir/metadata HTTP/1.1", "Host: door.test", *headers, "", ""]).encode()
    async with open_door() as door:
        response = await knock(door, request, within_s=5)
    assert status_of(response) == 400
    _is_fixed(response)


@pytest.mark.parametrize(
    "line",
    ["CONNECT partner.example:443 HTTP/1.1", "OPTIONS * HTTP/1.1", "TRACE /fhir/Patient/token HTTP/1.1"],
)
async def test_no_tunnel_and_no_echo(line: str) -> None:
    """A53: CONNECT, OPTIONS * and TRACE are 405 or 400, and close."""
    request = f"{line}\r\nHost: door.test\r\nConnection: close\r\nX-Secret: {CANARY}\r\n\r\n".encode()
    async with open_door() as door:
        response = await knock(door, request)
    assert status_of(response) in (400, 405)
    _is_fixed(response)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (["X-Long: " + "a" * 8_200], 431),
        (["Cookie: " + "a" * 100_000], 431),
        ([f"X-{n}: 1" for n in range(200)], 400),
    ],
)
async def test_headers_over_their_limits_are_refused(headers: list[str], status: int) -> None:
    """A35: a long header, a huge one, too many of them."""
    async with open_door() as door:
        response = await knock(door, get("/fhir/metadata", *headers))
    assert status_of(response) in (status, 431)
    _is_fixed(response)


async def test_a_long_request_line_is_refused() -> None:
    """A35: 431, or 400."""
    async with open_door() as door:
        response = await knock(door, get("/fhir/Patient/" + "a" * 9_000))
    assert status_of(response) in (400, 431)
    _is_fixed(response)


async def test_an_expected_continue_is_given_only_to_a_body_that_will_be_taken() -> None:
    """A35: 100 then the answer; 413 at once for a body over the limit; 417 for any other expectation."""
    body = f"identifier=https://fhir.nhs.uk/Id/nhs-number%7C{NUMBER}".encode()
    path = "/fhir/Patient/_search"
    fits = get(path, FORM, f"Content-Length: {len(body)}", "Expect: 100-continue", method="POST")
    huge = get(path, FORM, "Content-Length: 104857600", "Expect: 100-continue", method="POST")
    other = get(path, FORM, "Content-Length: 0", f"Expect: {CANARY}", method="POST")
    async with open_door() as door:
        assert (await knock(door, fits + body)).startswith(
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"
        )
        for request, status in ((huge, 413), (other, 417)):
            response = await knock(door, request)
            assert status_of(response) == status
            _is_fixed(response)


async def test_only_the_configured_host_is_answered_for() -> None:
    """A50: another Host is 421 and reaches nobody; a probe may come by address."""
    answers = Answers()
    settings = DoorSettings(hosts=frozenset({"door.test"}))
    wrong = b"GET %s HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer a\r\nConnection: close\r\n\r\n"
    async with open_door(answers, settings) as door:
        assert status_of(await knock(door, get("/fhir/Patient/token"))) == 200
        refused = await knock(door, wrong % b"/fhir/Patient/token")
        assert status_of(refused) == 421
        _is_fixed(refused)
        assert b"evil.example" not in refused
        assert status_of(await knock(door, wrong % b"/healthz")) == 200
    assert len(answers.asked) == 1


CHUNKED = f"{FORM}\r\nTransfer-Encoding: chunked"
REST = "HTTP/1.1\r\nHost: door.test\r\nConnection: close\r\n"
LEAKS = [
    f"GET /fhir/metadata HTTP/1.1\r\nHost: door.test\r\nX-NHS : {NUMBER}\r\n\r\n",
    f"GET /fhir/metadata HTTP/1.1\r\nHost: door.test\r\nAuthorization : Bearer {CANARY}\r\n\r\n",
    f"GET /fhir/Patient?identifier={NUMBER} BANANA\r\nHost: door.test\r\n\r\n",
    f"{NUMBER} /fhir HTTP/1.1\r\nHost: door.test\r\n\r\n",
    f"GET /fhir/Patient?identifier={NUMBER}\x00 HTTP/1.1\r\nHost: door.test\r\n\r\n",
    f"GET /fhir/{NUMBER}/../{CANARY}?a={NUMBER} HTTP/1.1\r\nHost: door.test\r\nConnection: close\r\n\r\n",
    f"GET /fhir/metadata HTTP/1.1\r\nHost: door.test\r\nX-Long: {NUMBER}{CANARY}{'a' * 9000}\r\n\r\n",
    f"GET /{NUMBER}{'a' * 9000} HTTP/1.1\r\nHost: door.test\r\n\r\n",
    f"POST /fhir/Patient/_search HTTP/1.1\r\nHost: door.test\r\n{CHUNKED}\r\n\r\n{NUMBER}zz{CANARY}\r\n\r\n",
    f"GET /fhir/Patient?identifier=a%7C{NUMBER}&{CANARY}=1 {REST}\r\n",
    f"GET /fhir/Patient/token HTTP/1.1\r\nHost: {CANARY}.example:{NUMBER}\r\nConnection: close\r\n\r\n",
    f"GET /fhir/Patient/{NUMBER} {REST}User-Agent: {CANARY}\r\n\r\n",
    f"GET http://{CANARY}:{NUMBER}/fhir HTTP/1.1\r\nHost: door.test\r\nConnection: close\r\n\r\n",
]


@pytest.mark.parametrize("sent", LEAKS)
async def test_what_a_broken_request_holds_is_neither_echoed_nor_logged(
    sent: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A60, A42: an NHS number or token in a line that cannot be read reaches no answer and no log line."""
    caplog.set_level(0)
    asyncio.get_running_loop().set_debug(True)  # a careless operator's setting
    async with open_door() as door:
        response = await knock(door, sent.encode("latin-1"), within_s=5)
    assert status_of(response) >= 400
    _is_fixed(response)
    logged = "".join(capfd.readouterr()) + caplog.text
    assert "request-" in logged
    for secret in (NUMBER, CANARY):
        assert secret.encode() not in response
        assert secret not in logged


def _is_fixed(response: bytes) -> None:
    """Our own shape and headers, naming no library and no version."""
    head, body = head_and_body(response)
    issue = json.loads(body)["issue"][0]
    assert len(body) == int(head.split("Content-Length: ")[1].split("\r\n")[0])
    assert issue["diagnostics"].removeprefix("Request id: ") in head
    assert "Server: watersmeet\r\n" in head
    assert "Cache-Control: no-store" in head
    assert CANARY.encode() not in response
    assert b"aiohttp" not in response.lower()
    assert b"Traceback" not in response
