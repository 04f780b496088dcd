"""JSON goes out, plain forms come in; anything else is refused unread."""

from __future__ import annotations

import pytest

from broker.domain.query import Form, Interaction
from tests.support.http_door import Answers, assert_outcome, get, knock, open_door, status_of


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/fhir/Patient/token", "Accept: application/fhir+xml"),
        ("/fhir/Patient/token", "Accept: text/html, application/xml;q=0.9"),
        ("/fhir/Patient/token", "Accept: application/fhir+json;q=0"),
        ("/fhir/Patient/token", "Accept: application/fhir+json; fhirVersion=3.0"),
        ("/fhir/Patient/token?_format=xml", "Accept: application/fhir+json"),
        ("/fhir/Patient/token?_format=html", "Accept: */*"),
        ("/fhir/metadata", "Accept: application/fhir+xml"),
        ("/fhir/Patient/token/$everything", "Accept: text/html"),
        ("/fhir/Patient/token/$summary", "Accept: application/pdf"),
        ("/fhir/Patient/token/$summary?_format=xml", "Accept: text/html"),
        ("/fhir/Patient/token/$summary?_format=html%3Bq%3D0", "Accept: text/html"),
    ],
)
async def test_only_json_goes_out(path: str, headers: str) -> None:
    """A38: another media type or FHIR version is 406, and nobody is asked."""
    answers = Answers()
    async with open_door(answers) as door:
        assert_outcome(await knock(door, get(path, headers)), 406, "not-supported")
    assert not answers.asked


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/fhir/Patient/token", "Accept: application/fhir+json"),
        ("/fhir/Patient/token", 'Accept: application/fhir+json; fhirVersion="4.0"; charset=utf-8'),
        ("/fhir/Patient/token", "Accept: text/html, application/json;q=0.1"),
        ("/fhir/Patient/token", "Accept: */*"),
        ("/fhir/Patient/token", "Accept:"),
        ("/fhir/Patient/token?_format=json", "Accept: application/xml"),
        ("/fhir/Patient/token?_format=application/fhir+json", "Accept: application/xml"),
    ],
)
async def test_json_goes_out_to_whoever_takes_it(path: str, headers: str) -> None:
    """`_format` goes before Accept; no Accept takes anything."""
    async with open_door() as door:
        assert status_of(await knock(door, get(path, headers))) == 200


@pytest.mark.parametrize(
    ("query", "accept", "form"),
    [
        ("", "", Form.JSON),
        ("", "Accept: */*", Form.JSON),
        ("", "Accept: application/fhir+json, text/html;q=0.9", Form.JSON),
        ("", "Accept: text/html", Form.HTML),
        ("", "Accept: text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", Form.HTML),
        ("", "Accept: application/json;q=0.5, text/*;q=0.6", Form.HTML),
        ("", "Accept: text/html;q=0, */*", Form.JSON),
        ("?_format=html", "Accept: application/fhir+json", Form.HTML),
        ("?_format=text/html", "", Form.HTML),
        ("?_format=json", "Accept: text/html", Form.JSON),
    ],
)
async def test_a_summary_is_written_in_the_form_that_the_caller_likes_best(
    query: str, accept: str, form: Form
) -> None:
    """JSON where it does not mind; `_format` goes before Accept (RFC 9110, 12.5.1)."""
    answers = Answers()
    async with open_door(answers) as door:
        path = f"/fhir/Patient/token/$summary{query}"
        assert status_of(await knock(door, get(path, *([accept] if accept else [])))) == 200
    [asked] = answers.asked
    assert (asked.interaction, asked.form) == (Interaction.SUMMARY, form)


@pytest.mark.parametrize(
    "headers",
    [
        ["Content-Type: application/json"],
        ["Content-Type: application/fhir+xml"],
        ["Content-Type: multipart/form-data; boundary=x"],
        ["Content-Type: text/plain"],
        [],
        ["Content-Type: application/x-www-form-urlencoded; charset=utf-7"],
        ["Content-Type: application/x-www-form-urlencoded", "Content-Encoding: gzip"],
        ["Content-Type: application/x-www-form-urlencoded", "Content-Encoding: br"],
    ],
)
async def test_only_a_plain_form_comes_in(headers: list[str]) -> None:
    """A36, A37, A38: JSON of any depth, XML and compressed bodies are 415, unread."""
    answers = Answers()
    body = b'{"a":' * 20
    async with open_door(answers) as door:
        path = "/fhir/Patient/_search"
        request = get(path, *headers, f"Content-Length: {len(body)}", method="POST")
        assert_outcome(await knock(door, request + body), 415, "not-supported")
    assert not answers.asked


async def test_a_form_of_too_many_or_malformed_parameters_is_refused() -> None:
    """A37: 400 before anything is built from them."""
    form = "Content-Type: application/x-www-form-urlencoded"
    many = "&".join(f"a{n}=1" for n in range(7_000)).encode()
    async with open_door() as door:
        for body in (many, b"identifier", b"identifier=%ff", b"\xff\xfe", b"a=\x00"):
            request = get("/fhir/Patient/_search", form, f"Content-Length: {len(body)}", method="POST")
            assert_outcome(await knock(door, request + body), 400)


async def test_a_body_over_the_limit_is_refused_with_and_without_a_stated_length() -> None:
    """A35: 413 on the stated length alone, and on the bytes of a chunked body as they come."""
    form = "Content-Type: application/x-www-form-urlencoded"
    chunk = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    async with open_door() as door:
        stated = get("/fhir/Patient/_search", form, "Content-Length: 104857600", method="POST")
        assert_outcome(await knock(door, stated), 413, "too-long")
        chunked = get("/fhir/Patient/_search", form, "Transfer-Encoding: chunked", method="POST")
        assert_outcome(await knock(door, chunked + chunk * 2 + b"0\r\n\r\n"), 413, "too-long")
