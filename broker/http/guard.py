"""What is refused of any request before it is routed: its framing, its target, its host, its tricks."""

from __future__ import annotations

import re

from aiohttp import HttpVersion11, web

from broker.http.refusals import (
    ExpectationFailed,
    Malformed,
    MethodNotAllowed,
    Misdirected,
    TooLarge,
    VersionNotSupported,
)
from broker.http.routes import PROBES, methods_at
from broker.http.settings import DoorSettings

# Origin form only. No address of ours needs an escape but `$`, and none has a dot segment, an empty
# segment or a path parameter: whatever has one was made to be read in two ways.
_TARGET = re.compile(r"(?:/(?!\.{1,2}(?:/|\?|\Z))(?:[A-Za-z0-9$._~=-]|%24)+)*/?(?:\?.*)?", re.ASCII)
_OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT"})


def refuse_the_malformed(request: web.Request, settings: DoorSettings) -> None:
    """Raises the refusal; returns None when the request may be routed."""
    if request.version < HttpVersion11:
        raise VersionNotSupported
    if request.method not in ("GET", "POST"):
        raise MethodNotAllowed(methods_at(request.path))
    if not _TARGET.fullmatch(request.raw_path):
        raise Malformed("The address is not one that this broker could have.")
    headers = request.headers
    if "Upgrade" in headers:
        raise Malformed("The broker does not change protocols.")
    if any(name in headers for name in _OVERRIDES):
        raise MethodNotAllowed(methods_at(request.path))
    if settings.hosts and request.host.lower() not in settings.hosts and request.path not in PROBES:
        raise Misdirected


async def expectation(request: web.Request, settings: DoorSettings) -> None:
    """`Expect: 100-continue` is met when the body can be taken. Raises ExpectationFailed or TooLarge."""
    if request.headers.get("Expect", "").lower() != "100-continue" or request.version < HttpVersion11:
        raise ExpectationFailed
    if (request.content_length or 0) > settings.limits.request_bytes_max:
        raise TooLarge
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.writer.output_size = 0  # the response itself has not begun


def method_word(method: str) -> str:
    """The method for a log line: one of the known, or `other`, because a caller may write anything."""
    return method if method in _METHODS else "other"
