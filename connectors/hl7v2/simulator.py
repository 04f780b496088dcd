"""A hospital's HL7 v2 query interface on a real socket: framed queries in, framed answers out."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from typing import TypeAlias, cast

from connectors.hl7v2.hospital import Hospital
from connectors.hl7v2.reading import NotHl7, read_message
from connectors.simulation import Asked, Manners, World, number

_BEGIN, _END = b"\x0b", b"\x1c\r"
_LINGER_NOT = struct.pack("ii", 1, 0)
_SIGN_IN = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html><body>Sign in</body></html>"
# Asked first, with the message and the number of the call from one. Bytes go on the wire as they are.
Spoil: TypeAlias = Callable[[bytes, int], Awaitable[bytes | None]]


class MllpSimulator:
    """`port = await simulator.start("127.0.0.1")`, `await simulator.stop()`. This folder's README lists the
    manners; `journal` keeps the type of each message that came, never a value.
    """

    def __init__(self, people: World, manners: Manners, spoil: Spoil | None = None) -> None:
        """Not listening yet."""
        self.journal: list[Asked] = []
        self.spoil = spoil
        self._hospital, self._manners = Hospital(people, manners), manners
        self._lines: set[_Line] = set()
        self._server: asyncio.Server | None = None
        self._calls = 0

    async def start(self, host: str, port: int = 0, *, tls: ssl.SSLContext | None = None) -> int:
        """Listen on the port that was given, or on a free one; returns which."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._line, host, port, ssl=tls)
        taken: int = self._server.sockets[0].getsockname()[1]
        return taken

    async def stop(self) -> None:
        """Stop listening, and end every connection and whatever is being answered."""
        if self._server is not None:
            self._server.close()
        await asyncio.gather(*(line.end() for line in list(self._lines)))
        await asyncio.sleep(0)

    def _line(self) -> _Line:
        line = _Line(self.answered, self._lines.discard)
        self._lines.add(line)
        return line

    async def answered(self, message: bytes) -> bytes | None:
        """The bytes for the wire; None breaks the connection."""
        self._calls += 1
        delay_s = number(self._manners, "delay_s")
        if delay_s:
            await asyncio.sleep(delay_s)
        spoilt = await self.spoil(message, self._calls) if self.spoil else None
        if spoilt is not None:
            return spoilt
        down = self._manners.get("down")
        if down == "black-hole":
            await asyncio.Event().wait()
        if down == "html":
            return _SIGN_IN
        return None if down == "refuse" else await self._hospitals_own(message)

    async def _hospitals_own(self, message: bytes) -> bytes | None:
        try:
            asked = read_message(message)
        except NotHl7:
            return None
        self.journal.append(Asked("QUERY", "^".join(asked.kind)))
        page_delay_s = number(self._manners, "page_delay_s")
        if page_delay_s and asked.first("DSC") is not None:
            await asyncio.sleep(page_delay_s)
        answer = self._hospital.answer(asked)
        return None if answer is None else _BEGIN + answer + _END


class _Line(asyncio.Protocol):
    """One caller's connection: each whole frame is answered, one after the other."""

    def __init__(
        self, answered: Callable[[bytes], Awaitable[bytes | None]], forget: Callable[[_Line], None]
    ) -> None:
        self._answered, self._forget = answered, forget
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self._answering: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of asyncio's contract."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Part of asyncio's contract."""
        self._buffer += data
        self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller has gone, and nobody waits for what is being answered."""
        del exc
        if self._answering is not None:
            self._answering.cancel()
        self._forget(self)

    async def end(self) -> None:
        """Close, and wait for what was being answered to be given up."""
        answering = self._answering
        if self._transport is not None:
            self._transport.abort()
        if answering is not None:
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)

    def _go_on(self) -> None:
        if self._answering is None and _END in self._buffer:
            frame, _, self._buffer = self._buffer.partition(_END)
            self._answering = asyncio.ensure_future(self._answer(frame.removeprefix(_BEGIN)))

    async def _answer(self, message: bytes) -> None:
        answer = await self._answered(message)
        self._answering = None
        if self._transport is None or self._transport.is_closing():
            return
        if answer is None:
            self._reset(self._transport)
        else:
            self._transport.write(answer)
            self._go_on()

    def _reset(self, transport: asyncio.Transport) -> None:
        raw: socket.socket | None = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        transport.abort()


def simulator(people: World, manners: Manners) -> MllpSimulator:
    """The endpoint, not listening yet."""
    return MllpSimulator(people, manners)
