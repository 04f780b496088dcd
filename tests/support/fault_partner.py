"""A partner on a raw socket that answers with exactly the bytes it is told to, at the pace it is told.

No HTTP library stands between a test and the wire, so every way of being wrong can be played. It keeps a
journal of what it was sent and says when a connection was closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TypeAlias


@dataclass
class Line:
    """One connection, as the partner sees it. `number` counts connections from one."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int
    partner: FaultPartner
    requests: int = 0

    async def request(self) -> bytes:
        """The next whole request, head and body; empty when the caller has gone."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return b""
        length = 0
        for row in head.lower().split(b"\r\n"):
            if row.startswith(b"content-length:"):
                length = int(row.split(b":")[1])
        whole = head + await self.reader.readexactly(length)
        self.requests += 1
        self.partner.requests.append(whole)
        self.partner.asked.set()
        return whole

    async def write(self, data: bytes) -> None:
        """Write and wait until the system has taken it. A caller who left is no error here."""
        with contextlib.suppress(ConnectionError):
            self.writer.write(data)
            await self.writer.drain()

    async def dawdle(self, seconds: float) -> None:
        """The partner's own slowness, which is what is played."""
        await asyncio.sleep(seconds)

    def reset(self) -> None:
        """End the connection with RST."""
        raw: socket.socket = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def left(self) -> None:
        """Return when the caller has closed its end."""
        with contextlib.suppress(ConnectionError):
            while await self.reader.read(65_536):
                pass


Script: TypeAlias = Callable[[Line], Awaitable[None]]


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """A correct HTTP/1.1 answer with a length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def replies(*bodies: bytes) -> Script:
    """Each request, on whichever connection, gets the next of these raw answers; the last repeats."""
    left = list(bodies)

    async def play(line: Line) -> None:
        while await line.request():
            await line.write(left.pop(0) if len(left) > 1 else left[0])

    return play


async def silent(line: Line) -> None:
    """Takes one request, answers nothing and waits for the caller to leave."""
    await line.request()
    await line.left()


async def reset(line: Line) -> None:
    """Takes one request and ends the connection with RST."""
    await line.request()
    line.reset()


@dataclass
class FaultPartner:
    """`async with FaultPartner(script) as partner:` listens on an ephemeral loopback port."""

    script: Script
    tls: ssl.SSLContext | None = None
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    closed: int = 0
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0

    async def __aenter__(self) -> Self:
        """Start to listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        self._lines: set[asyncio.Task[None]] = set()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and end every connection."""
        self._server.close()
        for line in list(self._lines):
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    @property
    def endpoint(self) -> str:
        """The base URL to register."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/fhir"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        line = Line(reader, writer, self.connections, self)
        try:
            await self.script(line)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # the caller hung up, which is what many of these tests want to see
        except asyncio.CancelledError:
            pass  # the test is over; a stream server's task has nobody to tell
        finally:
            writer.close()
            self._lines.discard(task)
            self.closed += 1
            self.hung_up.set()
