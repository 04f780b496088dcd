"""A reply's stream to the socket, no faster than the client takes it; what is cut breaks the transfer."""

from __future__ import annotations

import asyncio
import enum

from aiohttp import web

from broker.http.answers import streamed_response
from broker.http.connection import DoorConnection
from broker.pipeline.question import BodyStream, Cut, Reply


class Ended(enum.StrEnum):
    """How a stream went. Only `sent` ended it; after the others the connection is gone."""

    SENT = "sent"
    CLIENT_LEFT = "client-left"
    CUT = "cut"
    FAILED = "failed"


async def stream_reply(
    request: web.Request, reply: Reply, identifier: str, write_s: float
) -> tuple[web.StreamResponse, Ended]:
    """Every piece in order, each taken within `write_s`; the pipeline hears how it ended."""
    assert reply.stream is not None
    response = streamed_response(reply, identifier)
    how = Ended.CLIENT_LEFT
    try:
        how = await _written(request, response, reply.stream, write_s)
    except Exception:
        how = Ended.FAILED
        raise
    finally:
        if how is not Ended.SENT and request.transport is not None:
            request.transport.abort()
        reply.stream.ended(how.value, request.writer.output_size)
    return response, how


async def _written(
    request: web.Request, response: web.StreamResponse, stream: BodyStream, write_s: float
) -> Ended:
    if isinstance(request.protocol, DoorConnection):
        request.protocol.streams()
    try:
        await response.prepare(request)
        while piece := await stream.piece():
            async with asyncio.timeout(write_s):
                await response.write(piece)
        await response.write_eof()
    except Cut:
        return Ended.CUT
    except (ConnectionError, TimeoutError):
        return Ended.CLIENT_LEFT
    return Ended.SENT
