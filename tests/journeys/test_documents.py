"""A document listed in the record, opened by its address: what arrives is what its partner holds."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from broker.adapters.transport.stream import HttpStream
from tests.support import trail
from tests.support.documents import (
    KIB,
    MIB,
    Filing,
    attachment,
    binary,
    disclosures,
    filler,
    last_ending,
    link,
    links,
    opened,
    raw,
    reference,
    streamed,
)
from tests.support.network import resources
from tests.support.small_network import NUMBER, holding, small_network

CONTENT = b"%PDF-1.7\n" + bytes(range(256)) * 3
GIVEN = {"raw": raw(CONTENT), "R4": binary(CONTENT), "STU3": binary(CONTENT, "content")}
TOKEN = re.compile(r"[A-Za-z0-9.-]{64}")


@pytest.mark.parametrize("give", GIVEN.values(), ids=GIVEN.keys())
async def test_a_listed_document_opens_to_its_own_bytes(give: Any, tmp_path: Path) -> None:
    """Whether the partner gives the bytes or a Binary of either version; the other partner is not asked."""
    filing = Filing([reference("d1", attachment(content=CONTENT))], {"b1": give})
    async with small_network(tmp_path, {"alder": filing.app(), "beech": holding("beech")}) as small:
        url = await link(small)
        calls = small.ears["beech"].calls
        got = await opened(small, url)
        assert (got.status, got.whole, got.body) == (200, True, CONTENT)
        assert small.ears["beech"].calls == calls
        ending = await last_ending(small)
        assert (ending.body.ended, ending.body.interaction) == ("sent", "open-document")


@pytest.mark.parametrize("size", [0, 1, 3 * MIB])
async def test_a_document_of_any_size_opens_whole(size: int, tmp_path: Path) -> None:
    """None at all, one byte, and more than is ever held."""
    content = b"".join(filler(size))
    filing = Filing([reference("d1", attachment(content=content))], {"b1": streamed(size)})
    async with small_network(tmp_path, {"alder": filing.app()}) as small:
        got = await opened(small, await link(small))
        assert (got.status, got.whole, got.body == content) == (200, True, True)


async def test_forty_megabytes_pass_through_a_few_hundred_kilobytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every piece, what the broker holds of the document is counted; its digest is the same at the end."""
    size, most = 40 * MIB, 0
    plain = HttpStream.piece

    async def counted(stream: HttpStream) -> bytes:
        nonlocal most
        piece = await plain(stream)
        unread: int = stream._response.content._size  # type: ignore[attr-defined] # what aiohttp has read ahead
        most = max(most, len(piece) + unread)
        return piece

    monkeypatch.setattr(HttpStream, "piece", counted)
    whole = hashlib.sha256()
    for block in filler(size):
        whole.update(block)
    filing = Filing([reference("d1", attachment(size=size))], {"b1": streamed(size)})
    async with small_network(tmp_path, {"alder": filing.app()}) as small:
        url, got = await link(small), hashlib.sha256()
        async with small.client.session.get(url, headers=small.client.headers()) as response:
            async for piece in response.content.iter_any():
                got.update(piece)
        assert got.digest() == whole.digest()
    assert 0 < most < 768 * KIB


async def test_each_document_has_an_address_of_its_own_that_tells_nothing(tmp_path: Path) -> None:
    """Of one length, the same all through its window, without any name of person, partner or document."""
    listed = [reference(f"d{n}", attachment(f"Binary/b{n}a"), attachment(f"Binary/b{n}b")) for n in range(3)]
    gives = {f"b{n}{m}": raw(f"{n}{m}".encode()) for n in range(3) for m in "ab"}
    async with small_network(tmp_path, {"alder": Filing(listed, gives).app()}) as small:
        urls = await links(small)
        assert urls == await links(small)
        assert len(set(urls)) == 6
        assert all(TOKEN.fullmatch(url.rpartition("/")[2]) for url in urls)
        assert [(await opened(small, url)).body.decode() for url in urls] == [
            "0a",
            "0b",
            "1a",
            "1b",
            "2a",
            "2b",
        ]


async def test_pages_of_documents_are_pages_of_one_record(tmp_path: Path) -> None:
    """The address is of what the first page's digest is made of, and the second page still follows."""
    listed = [reference(f"d{n}", attachment(f"Binary/b{n}?signature=x{n}")) for n in range(3)]
    async with small_network(tmp_path, {"alder": Filing(listed).app()}) as small:
        patient_id = await small.client.patient_id(NUMBER)
        _, body = await small.client.get(f"DocumentReference?patient={patient_id}&_count=2")
        [following] = [one["url"] for one in orjson.loads(body)["link"] if one["relation"] == "next"]
        status, body = await small.client.get(following)
        assert (status, body.count(b"/fhir/documents/")) == (200, 1)


async def test_an_address_that_its_partner_signs_anew_stays_one_document(tmp_path: Path) -> None:
    """What stands behind the question mark may change between listing and opening; the newest is called."""
    filing = Filing([reference("d1", attachment("Binary/b1?signature=old"))], {"b1": raw(CONTENT)})
    async with small_network(tmp_path, {"alder": filing.app()}) as small:
        url = await link(small)
        filing.listed = [reference("d1", attachment("Binary/b1?signature=new"))]
        assert (await opened(small, url)).body == CONTENT


async def test_a_report_lists_its_presented_form_in_the_same_way(tmp_path: Path) -> None:
    """DiagnosticReport.presentedForm, and whatever an item contains; inline data stays beside it."""
    inline = {"contentType": "text/plain", "data": base64.b64encode(b"in line").decode()}
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r1",
        "status": "final",
        "subject": {"reference": "Patient/1"},
        "code": {"text": "Report"},
        "presentedForm": [attachment("Binary/b1"), inline],
        "contained": [reference("m", attachment("Binary/b2"))],
        "media": [{"link": {"reference": "#m"}}],
    }
    async with small_network(
        tmp_path, {"alder": Filing([report], {"b1": raw(b"1"), "b2": raw(b"2")}).app()}
    ) as small:
        _, record = await small.client.record(NUMBER)
        [shown] = [one for one in resources(record) if one["resourceType"] == "DiagnosticReport"]
        assert shown["presentedForm"][1] == inline
        urls = [shown["presentedForm"][0]["url"], shown["contained"][0]["content"][0]["attachment"]["url"]]
        assert [(await opened(small, url)).body for url in urls] == [b"1", b"2"]


AS_SENT = {
    "application/pdf": ("application/pdf", "pdf"),
    "text/plain; charset=UTF-8": ("text/plain; charset=utf-8", "txt"),
    "text/html": ("application/octet-stream", "bin"),
    "image/svg+xml": ("application/octet-stream", "bin"),
    'text/plain; charset="evil\\"; x=y"': ("text/plain", "txt"),
}


@pytest.mark.parametrize("declared", AS_SENT)
async def test_a_document_is_saved_and_never_run(declared: str, tmp_path: Path) -> None:
    """As one of a few types, always as a file, in a sandbox, and under no name of the partner's."""
    listed = [reference("d1", attachment(contentType=declared, title="Zebedee.html"))]
    async with small_network(
        tmp_path, {"alder": Filing(listed, {"b1": raw(CONTENT, "text/html")}).app()}
    ) as small:
        got = await opened(small, await link(small))
        kind, ending = AS_SENT[declared]
        assert got.headers["Content-Type"] == kind
        assert got.headers["Content-Disposition"] == f'attachment; filename="document.{ending}"'
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert got.headers["Cache-Control"] == "no-store"
        assert got.headers["Content-Security-Policy"].startswith("sandbox;")


async def test_the_disclosure_comes_before_the_bytes_and_the_ending_tells_them(tmp_path: Path) -> None:
    """One item of the holder is released; everybody else was not asked, being no holder of it."""
    listed = [reference(f"d{n}", attachment(f"Binary/b{n}")) for n in range(3)]
    async with small_network(
        tmp_path, {"alder": Filing(listed, {"b1": raw(CONTENT)}).app(), "beech": holding("beech")}
    ) as small:
        urls = await links(small)
        await opened(small, urls[1])
        ending = await last_ending(small)
        [disclosure] = disclosures(small)
        assert disclosure.sequence < ending.sequence
        assert disclosure.body.released == {"alder": 1}
        exact = trail.outcomes(disclosure)
        assert (exact["alder"].tally.shown, exact["alder"].tally.withheld) == (1, 3)
        assert (exact["beech"].label.value, exact["beech"].cause.value) == ("not-asked", "not-a-holder")
        assert ending.body.bytes_sent > len(CONTENT)
