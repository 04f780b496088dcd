"""A stream through the door: as it comes, no faster than it is taken, and broken where it is cut."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from broker.domain.query import Interaction
from broker.http.settings import DoorSettings
from broker.pipeline.question import Cut, Question, Reply
from tests.support.http_door import (
    Answers,
    assert_outcome,
    connection,
    get,
    head_and_body,
    knock,
    open_door,
    status_of,
)

TOKEN = "A" * 64


@dataclass
class Told:
    """A stream of what it is told, which remembers how it ended."""

    pieces: list[bytes]
    fault: BaseException | None = None
    ends: list[tuple[str, int]] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def piece(self) -> bytes:
        """The next one, then the fault."""
        if self.pieces:
            return self.pieces.pop(0)
        if self.fault is not None:
            raise self.fault
        return b""

    def ended(self, how: str, bytes_sent: int, /) -> None:
        """Once."""
        self.ends.append((how, bytes_sent))
        self.over.set()


def giving(stream: Told) -> Answers:
    """An answer that is streamed."""
    return Answers(Reply(status=200, stream=stream, headers={"Content-Type": "application/pdf", "ETag": "x"}))


async def test_a_stream_goes_out_in_chunks_and_ends_well() -> None:
    """With the headers that every answer carries, no length and no validator; the stream hears of its end."""
    stream = Told([b"first ", b"second"])
    async with open_door(giving(stream)) as door:
        head, body = head_and_body(await knock(door, get(f"/fhir/documents/{TOKEN}")))
    assert body == b"6\r\nfirst \r\n6\r\nsecond\r\n0\r\n\r\n"
    for line in (
        "Content-Type: application/pdf",
        "Cache-Control: no-store",
        "X-Request-Id: ",
        "Server: watersmeet",
    ):
        assert line in head
    assert "Content-Length" not in head
    assert "ETag" not in head
    assert stream.ends == [("sent", len(head) + 4 + len(body))]


@pytest.mark.parametrize(("fault", "how"), [(Cut(), "cut"), (ValueError("x"), "failed")])
async def test_a_stream_that_may_not_end_well_is_broken(fault: BaseException, how: str) -> None:
    """No last chunk, no second head, nothing more on that connection."""
    stream = Told([b"first "], fault)
    async with open_door(giving(stream)) as door:
        heard = await knock(door, get(f"/fhir/documents/{TOKEN}").replace(b"Connection: close\r\n", b""))
        assert b"0\r\n\r\n" not in heard
        assert heard.count(b"HTTP/1.1") <= 1
        assert [one for one, _ in stream.ends] == [how]
        assert status_of(await knock(door, get("/fhir/metadata"))) == 200


async def test_a_client_that_takes_nothing_is_cut_off() -> None:
    """After its time for one piece, whatever an earlier answer's clock says."""
    stream = Told([bytes(256 * 1024) for _ in range(200)])
    async with (
        open_door(giving(stream), DoorSettings(write_s=0.2)) as door,
        connection(door.port) as (reader, writer),
    ):
        writer.transport.pause_reading()  # type: ignore[attr-defined] # a socket's has it
        writer.write(get(f"/fhir/documents/{TOKEN}"))
        await asyncio.wait_for(stream.over.wait(), 5)
        del reader
    assert [how for how, _ in stream.ends] == ["client-left"]
    assert stream.pieces


async def test_a_client_that_leaves_is_heard_of() -> None:
    """While the next piece is waited for."""
    stream = Told([b"first "])
    never = asyncio.Event()

    async def waits() -> bytes:
        await never.wait()
        return b""

    plain = stream.piece

    async def piece() -> bytes:
        return await plain() if stream.pieces else await waits()

    stream.piece = piece  # type: ignore[method-assign] # a test's own
    async with open_door(giving(stream)) as door:
        async with connection(door.port) as (reader, writer):
            writer.write(get(f"/fhir/documents/{TOKEN}"))
            await reader.readuntil(b"first ")
        await asyncio.wait_for(stream.over.wait(), 5)
    assert [how for how, _ in stream.ends] == ["client-left"]


async def test_a_document_is_asked_for_by_its_address_alone() -> None:
    """Whatever the caller accepts: it cannot know what a document is before it has it."""
    answers = giving(Told([b"x"]))
    async with open_door(answers) as door:
        assert status_of(await knock(door, get(f"/fhir/documents/{TOKEN}", "Accept: application/pdf"))) == 200
    [asked] = answers.asked
    assert isinstance(asked, Question)
    assert (asked.interaction, asked.document_token) == (Interaction.OPEN_DOCUMENT, TOKEN)
    assert (asked.patient_token, asked.number_text) == (None, None)


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (get(f"/fhir/documents/{TOKEN}", method="POST"), 405),
        (get(f"/fhir/documents/{TOKEN}", method="HEAD"), 405),
        (get(f"/fhir/documents/{TOKEN}?_format=json"), 400),
        (get("/fhir/documents/" + "A" * 65), 400),
        (get("/fhir/documents"), 404),
        (get(f"/fhir/documents/{TOKEN}/more"), 404),
    ],
)
async def test_anything_else_at_a_documents_address_is_refused(request_bytes: bytes, status: int) -> None:
    """And nobody is asked."""
    answers = Answers()
    async with open_door(answers) as door:
        heard = await knock(door, request_bytes)
        assert status_of(heard) == status
        if not request_bytes.startswith(b"HEAD"):
            assert_outcome(heard, status)
    assert not answers.asked
