"""An answer or a refusal to the one shape in which the door sends it: headers, body, request id."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

import orjson
from aiohttp import web
from multidict import CIMultiDict

from broker.domain.errors import BrokerError, ServiceDown, TooMany, TooManyGrants, Unauthenticated
from broker.domain.identity import check_digit_holds
from broker.http.negotiation import FHIR_JSON
from broker.http.pieces import Pieces
from broker.http.refusals import Busy, MethodNotAllowed
from broker.pipeline.question import Reply

REQUEST_ID = "X-Request-Id"
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)
_MAYBE_NUMBER = re.compile(r"(?=([0-9]{3})-?([0-9]{3})-?([0-9]{4}))", re.ASCII)

SECURITY_HEADERS = {
    "Server": "watersmeet",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
_HEADERS = CIMultiDict({"Content-Type": FHIR_JSON, **SECURITY_HEADERS})

# A validator answers "does it exist, has it changed?" without a decision; the others open other doors.
_NEVER_SENT = frozenset({"etag", "last-modified", "set-cookie", "access-control-allow-origin"})
_RETRY_AFTER_S = {ServiceDown: 5, Busy: 1, TooMany: 1, TooManyGrants: 60}
_OUR_FAULT = 500
_CHALLENGE = 'Bearer realm="watersmeet", error="invalid_token"'


def request_id(given: list[str]) -> str:
    """The caller's own request id when it is one, harmless and alone; else a new one.

    A value that could hold an NHS number is not taken: it would reach the logs.
    """
    if len(given) == 1 and _REQUEST_ID.fullmatch(given[0]) and not _may_hold_a_number(given[0]):
        return given[0]
    return secrets.token_hex(16)


def _may_hold_a_number(text: str) -> bool:
    return any(check_digit_holds("".join(match.groups())) for match in _MAYBE_NUMBER.finditer(text))


class ReplyResponse(web.Response):
    """A reply of the pipeline on its way out, which hears once how that ended."""

    finished: Callable[[str, int], None] | None = None

    def ended(self, how: str, bytes_sent: int) -> None:
        """Tell the pipeline: `sent` or `client-left`, and the bytes written, head included."""
        finished, self.finished = self.finished, None
        if finished is not None:
            finished(how, bytes_sent)


def respond(status: int, body: bytes, request: str) -> web.Response:
    """A FHIR JSON response with the headers that every response carries; `request` is the request id."""
    return web.Response(status=status, body=body, headers=_headers(request))


def _headers(request: str) -> CIMultiDict[str]:
    headers = _HEADERS.copy()
    headers[REQUEST_ID] = request
    return headers


def reply_response(reply: Reply, request: str) -> ReplyResponse:
    """The pipeline's reply as it stands, of known length, never compressed."""
    body = reply.body[0] if len(reply.body) == 1 else Pieces(reply.body)
    response = ReplyResponse(status=reply.status, body=body, headers=_headers(request))
    response.finished = reply.finished
    _add_headers(response, reply)
    return response


def streamed_response(reply: Reply, request: str) -> web.StreamResponse:
    """The head of a reply whose length nobody knows: in chunks, so that only a whole one ends well."""
    response = web.StreamResponse(status=reply.status, headers=_headers(request))
    response.enable_chunked_encoding()
    _add_headers(response, reply)
    return response


def _add_headers(response: web.StreamResponse, reply: Reply) -> None:
    for name, value in reply.headers.items():
        if name.lower() not in _NEVER_SENT:
            response.headers[name] = value


def refusal_response(error: BrokerError, request: str) -> web.Response:
    """An OperationOutcome with our own sentence, the contact routes and the request id; nothing echoed."""
    response = respond(error.status, outcome_body(error, request), request)
    if isinstance(error, Unauthenticated):
        response.headers["WWW-Authenticate"] = _CHALLENGE
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(error.allow)
    for kind, wait_s in _RETRY_AFTER_S.items():  # the narrower one stands last
        if isinstance(error, kind):
            response.headers["Retry-After"] = str(wait_s)
    return response


def outcome_body(error: BrokerError, request: str) -> bytes:
    """The OperationOutcome's bytes. Contact routes follow as informational issues."""
    issue = {
        "severity": "fatal" if error.status == _OUR_FAULT else "error",
        "code": error.code,
        "details": {"text": error.message},
        "diagnostics": f"Request id: {request}",
    }
    routes = [
        {"severity": "information", "code": "informational", "details": {"text": route}}
        for route in error.contact
    ]
    return orjson.dumps({"resourceType": "OperationOutcome", "issue": [issue, *routes]})
