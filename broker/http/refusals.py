"""Refusals that only the door can give: about the way a thing was asked, never about the person."""

from __future__ import annotations

from broker.domain.errors import BadRequest, BrokerError, NotFound


class Malformed(BadRequest):
    """Not a request that can be understood: its line, its target, a header or its body."""

    code = "structure"
    message = "The request is malformed."


class NotAcceptable(BrokerError):
    """The caller wants something other than FHIR R4 JSON."""

    status = 406
    code = "not-supported"
    message = "The broker answers in JSON only. Ask for `application/fhir+json`, FHIR version 4.0."


class MethodNotAllowed(BrokerError):
    """A write, a batch, an operation that is not offered: the broker is read only."""

    status = 405
    code = "not-supported"
    message = "The broker is read only: it offers the reads that `/fhir/metadata` lists and nothing else."

    def __init__(self, allow: tuple[str, ...] = ()) -> None:
        """`allow` lists the methods that this address does have."""
        self.allow = allow
        super().__init__()


class SlowBody(BrokerError):
    """The request's body did not arrive in time."""

    status = 408
    code = "timeout"
    message = "The request did not arrive in time."


class TooLarge(BrokerError):
    """The request's body is over its limit."""

    status = 413
    code = "too-long"
    message = "The request is too large."


class UnsupportedMediaType(BrokerError):
    """A search by POST is a form, in UTF-8, not compressed."""

    status = 415
    code = "not-supported"
    message = "A search by POST is sent as `application/x-www-form-urlencoded`, UTF-8, not compressed."


class ExpectationFailed(BrokerError):
    """An expectation other than `100-continue`."""

    status = 417
    code = "not-supported"
    message = "The broker does not meet the expectation that the request states."


class Misdirected(BrokerError):
    """The Host is not one that this broker answers to."""

    status = 421
    code = "not-supported"
    message = "This broker does not answer for that host."


class HeadersTooLarge(BrokerError):
    """A header, the request line, or their count is over its limit."""

    status = 431
    code = "too-long"
    message = "The request's headers are too large."


class VersionNotSupported(BrokerError):
    """Older than HTTP/1.1: no Host, no safe framing."""

    status = 505
    code = "not-supported"
    message = "The broker speaks HTTP/1.1."


class Busy(BrokerError):
    """As many requests as the broker takes at once are under way: shed before any work."""

    status = 503
    code = "throttled"
    message = "The broker is at its limit of requests at once. Try again shortly."


class NoSuchType(NotFound):
    """A resource type or address that the API does not have."""

    code = "not-supported"
    message = "The broker has no such address or resource type. `/fhir/metadata` lists what it offers."


class NoItemRead(NotFound):
    """A clinical item without its patient: nothing could be decided."""

    code = "not-supported"
    message = "A clinical item is asked for with its patient: `{Type}?patient=...&_id=...`."
