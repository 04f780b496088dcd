"""An MLLP endpoint into connections to it, each of which carries one question at a time."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import deque
from typing import cast

from broker.adapters.transport.secure import guarded_socket
from broker.domain.loopback import is_loopback

_IDLE_S = 15.0


class Line(asyncio.Protocol):
    """One connection. What a partner sends when nobody asked would be the next person's answer: such a
    connection is closed at once and never used again.
    """

    def __init__(self) -> None:
        """Not connected yet."""
        self._transport: asyncio.Transport | None = None
        self._chunks: deque[bytes] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._asking = False
        self._gone = False
        self._fault: Exception | None = None
        self.idle_since_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of asyncio's contract."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Part of asyncio's contract."""
        if not self._asking:
            self.abort()
            return
        self._chunks.append(data)
        self._wake()

    def eof_received(self) -> bool:
        """The partner will say no more: the connection is at its end."""
        self._gone = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Part of asyncio's contract."""
        self._gone, self._fault = True, exc
        self._wake()

    @property
    def usable(self) -> bool:
        """True when a question may be asked on it now."""
        return not self._gone and self._transport is not None and not self._transport.is_closing()

    def ask(self, data: bytes) -> None:
        """Send a question; what comes from now on is its answer."""
        if not self.usable or self._transport is None:
            raise ConnectionResetError
        self._asking = True
        self._transport.write(data)

    async def answer(self) -> bytes:
        """The next bytes. Raises OSError at the end of the connection."""
        while not self._chunks:
            if self._gone:
                raise self._fault if isinstance(self._fault, OSError) else ConnectionResetError()
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._chunks.popleft()

    def finished(self, now_s: float) -> bool:
        """The answer is whole. True when the connection may carry another question."""
        self._asking = False
        self.idle_since_s = now_s
        return self.usable and not self._chunks

    def abort(self) -> None:
        """Close without another word."""
        self._gone = True
        if self._transport is not None:
            self._transport.abort()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Lines:
    """The connections to one endpoint: those that are idle, and new ones."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        """Without `tls` nothing is encrypted: for loopback alone."""
        self._host, self._port, self._tls = host, port, tls
        self._make_socket = guarded_socket(is_loopback(host))
        self._idle: list[Line] = []

    async def take(self) -> Line:
        """An idle connection that is still whole, or a new one. Raises OSError or ssl.SSLError."""
        oldest_s = asyncio.get_running_loop().time() - _IDLE_S
        while self._idle:
            line = self._idle.pop()
            if line.usable and line.idle_since_s >= oldest_s:
                return line
            line.abort()
        return await self._connected()

    def give_back(self, line: Line) -> None:
        """Keep a connection whose answer was whole; close any other."""
        if line.finished(asyncio.get_running_loop().time()):
            self._idle.append(line)
        else:
            line.abort()

    async def aclose(self) -> None:
        """Close every idle connection, and let each notice."""
        lines, self._idle = self._idle, []
        for line in lines:
            line.abort()
        await asyncio.sleep(0)

    async def _connected(self) -> Line:
        """Each address of the name in turn; the last one's error stands for all."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        last: OSError = ConnectionRefusedError()
        for info in found:
            try:
                made = self._make_socket(info)
            except OSError as refused:
                last = refused
                continue
            try:
                await loop.sock_connect(made, info[4])
                name = self._host if self._tls else None
                _, line = await loop.create_connection(Line, sock=made, ssl=self._tls, server_hostname=name)
            except OSError as failed:
                made.close()
                if isinstance(failed, ssl.SSLError):
                    raise
                last = failed
            except BaseException:
                made.close()
                raise
            else:
                return line
        raise last
