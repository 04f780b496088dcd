"""A small real answer behind a real door on a real socket, and raw bytes to knock with."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from fhir.resources.R4B.operationoutcome import OperationOutcome

from broker.domain.errors import Unauthenticated
from broker.domain.identity import NhsNumber
from broker.http.door import make_app
from broker.http.health import Readiness, ServiceState
from broker.http.server import Door, serve
from broker.http.settings import DoorSettings
from broker.http.turned_away import TurnedAway
from broker.pipeline.question import Question, Reply

NUMBER = "9990000018"
SYSTEM = "https://fhir.nhs.uk/Id/nhs-number"
IDENTIFIER = f"{SYSTEM}|{NUMBER}"
BODY = b'{"resourceType":"Bundle","type":"searchset"}'
TOKEN = {"Authorization": "Bearer a.b.c"}
READY = Readiness(services=(ServiceState(service="release-store", ok=True),))


@dataclass
class Answers:
    """Reads the number and needs a header, as the pipeline does, and remembers what it was asked."""

    reply: Reply = field(default_factory=lambda: Reply(status=200, body=(BODY[:10], BODY[10:])))
    asked: list[Question] = field(default_factory=list)

    async def __call__(self, question: Question) -> Reply:
        """Raises Unauthenticated and InvalidNhsNumber."""
        if question.authorization is None:
            raise Unauthenticated
        if question.number_text is not None:
            NhsNumber.parse(question.number_text)
        self.asked.append(question)
        return self.reply


class Held:
    """An answer that waits until it is let go, and says when it began and when it was cancelled."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.cancelled = asyncio.Event()
        self.let_go = asyncio.Event()

    async def __call__(self, _question: Question) -> Reply:
        """Raises CancelledError when its client leaves."""
        self.began.set()
        try:
            await self.let_go.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        return Reply(status=200, body=(BODY,))


async def is_ready() -> Readiness:
    """Everything can serve."""
    return READY


@contextlib.asynccontextmanager
async def open_door(
    answer: Callable[[Question], Awaitable[Reply]] | None = None,
    settings: DoorSettings | None = None,
    readiness: Callable[[], Awaitable[Readiness]] = is_ready,
    refused: Callable[[TurnedAway], None] | None = None,
) -> AsyncIterator[Door]:
    """A door on a free port of 127.0.0.1, drained at the end."""
    app = make_app(answer or Answers(), readiness=readiness, settings=settings, refused=refused)
    door = await serve(app, "127.0.0.1", 0)
    try:
        yield door
    finally:
        await door.drain()


@contextlib.asynccontextmanager
async def connection(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """One connection to a port of 127.0.0.1, closed at the end whatever became of it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def knock(door: Door, sent: bytes, *, within_s: float = 10) -> bytes:
    """Everything that comes back for `sent` until the door closes the connection.

    Raises TimeoutError when it stays open.
    """
    async with connection(door.port) as (reader, writer):
        writer.write(sent)
        try:
            async with asyncio.timeout(within_s):
                return await reader.read()
        except ConnectionResetError:
            return b""


def get(path: str, *headers: str, version: str = "HTTP/1.1", method: str = "GET") -> bytes:
    """A request's bytes, closing after the answer, with a token."""
    lines = [f"{method} {path} {version}", "Host: door.test", "Connection: close", *headers]
    if not any(line.lower().startswith("authorization") for line in headers):
        lines.append("Authorization: Bearer a.b.c")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def status_of(response: bytes) -> int:
    """The status of the first response; 0 when there was none."""
    return int(response.split(b" ", 2)[1]) if response.startswith(b"HTTP/") else 0


def head_and_body(response: bytes) -> tuple[str, bytes]:
    """One response's head, and its body."""
    head, _, body = response.partition(b"\r\n\r\n")
    return head.decode("latin-1"), body


def assert_outcome(
    response: bytes, status: int, code: str | None = None
) -> dict[str, list[dict[str, dict[str, str]]]]:
    """One response, in the one shape, valid FHIR, with the request id in it and no sentinel."""
    head, body = head_and_body(response)
    assert status_of(response) == status, response[:300]
    OperationOutcome.model_validate_json(body)
    outcome = json.loads(body)
    issue = outcome["issue"][0]
    assert issue["severity"] in ("error", "fatal")
    assert code is None or issue["code"] == code
    assert issue["diagnostics"].removeprefix("Request id: ") in head
    assert "Content-Type: application/fhir+json" in head
    return outcome
