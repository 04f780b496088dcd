"""Every request in, one response out: guarded, routed, asked of the pipeline, logged by its route alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from aiohttp import web
from aiohttp.typedefs import Handler

from broker.domain.errors import BrokerError, BrokerFault, NotFound
from broker.domain.query import Interaction
from broker.http.answers import REQUEST_ID, refusal_response, reply_response, request_id, respond
from broker.http.capability import capability_statement
from broker.http.gate import Gate
from broker.http.guard import expectation, method_word, refuse_the_malformed
from broker.http.health import Health, Readiness
from broker.http.journal import LEFT, event_for, note
from broker.http.negotiation import require_json_out
from broker.http.parameters import known_once, read_pairs
from broker.http.questions import base_url_of, read_question
from broker.http.refusals import MethodNotAllowed, NoItemRead, NoSuchType
from broker.http.routes import PROBES, ROUTES, SEARCHABLE_TYPES, Route, is_watched, methods_at
from broker.http.settings import DoorSettings
from broker.http.streaming import Ended, stream_reply
from broker.http.turned_away import TurnedAway
from broker.logs.errors import described
from broker.pipeline.question import Question, Reply

Answer = Callable[[Question], Awaitable[Reply]]
Refused = Callable[[TurnedAway], None]

SETTINGS = web.AppKey("settings", DoorSettings)
GATE = web.AppKey("gate", Gate)
HEALTH = web.AppKey("health", Health)
_REFUSED: web.AppKey[Refused] = web.AppKey("refused")
_ID = web.RequestKey("request_id", str)
_INTERACTION = web.RequestKey("interaction", Interaction)
_ANSWERING = web.RequestKey("answering", bool)
_STREAMED = web.RequestKey("streamed", Ended)


def make_app(
    answer: Answer,
    *,
    readiness: Callable[[], Awaitable[Readiness]],
    settings: DoorSettings | None = None,
    refused: Refused | None = None,
) -> web.Application:
    """The application. `answer` raises nothing but BrokerError and CancelledError; whatever else it
    raises is a fixed 500, logged by class name. Serve it with `broker.http.server.serve`.

    `refused` hears of what the door refuses itself and returns at once; `answer` records its own.
    """
    settings = settings or DoorSettings()
    app = web.Application(middlewares=[_every_request], client_max_size=settings.limits.request_bytes_max)
    app[SETTINGS] = settings
    app[GATE] = Gate(settings.limits.requests_at_once_max)
    app[HEALTH] = Health(readiness, settings)
    app[_REFUSED] = refused or _nobody_listens
    expect = partial(_expect, settings=settings)
    for route in ROUTES:
        handler = partial(_metadata if route.interaction is None else _ask, route=route, answer=answer)
        app.router.add_route(route.method, route.pattern, handler, expect_handler=expect)
    for path, probe in (("/healthz", _alive), ("/readyz", _ready)):
        app.router.add_route("GET", path, probe, expect_handler=expect)
    app.router.add_route("*", "/{anything:.*}", _nothing_here, expect_handler=expect)
    return app


@web.middleware
async def _every_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Guard, handle, log. Every exception but cancellation ends as an OperationOutcome."""
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    identifier = request[_ID] = request_id(request.headers.getall(REQUEST_ID, []))
    guarded = False
    cause: dict[str, object] = {}
    try:
        refuse_the_malformed(request, request.app[SETTINGS])
        guarded = True
        response = await handler(request)
    except BrokerError as error:
        cause = {"error": type(error).__name__}
        response = refusal_response(error, identifier)
        _tell(request, error, identifier)
    except asyncio.CancelledError:
        _log(request, LEFT, began_s, cause)
        raise
    except Exception as error:  # noqa: BLE001 - the last line: a fixed body, class name and places for us
        cause = described(error)
        response = refusal_response(BrokerFault(), identifier)
    if not guarded:
        response.force_close()  # what follows on this connection is in doubt too
    left = request.get(_STREAMED) is Ended.CLIENT_LEFT
    _log(request, LEFT if left else response.status, began_s, cause)
    return response


def _nobody_listens(_turned: TurnedAway) -> None:
    """For a door without a trail behind it."""


def _tell(request: web.Request, error: BrokerError, identifier: str) -> None:
    """Whoever asked for nothing of ours tried no record: a probe of some address is logged alone."""
    if _ANSWERING in request or isinstance(error, NotFound) or not is_watched(request.path):
        return
    asked = request[_INTERACTION].value if _INTERACTION in request else ""
    request.app[_REFUSED](
        TurnedAway(
            cause=type(error).__name__,
            request_id=identifier,
            client_address=request.remote or "",
            interaction=asked,
        )
    )


def _log(request: web.Request, status: int, began_s: float, cause: dict[str, object]) -> None:
    """One line for each request but a probe that found all well, written behind the response.

    `cause` is a refusal's class name, and for a fault of ours the places in our own files.
    """
    event = event_for(status)
    if event == "request-answered" and request.path in PROBES:
        return
    fields = dict(cause)
    if _INTERACTION in request:
        fields["interaction"] = request[_INTERACTION]
    loop = asyncio.get_running_loop()
    line = partial(
        note,
        event,
        request_id=request[_ID],
        method=method_word(request.method),
        status=status,
        elapsed_ms=round((loop.time() - began_s) * 1000, 1),
        **fields,
    )
    loop.call_soon(line)


async def _ask(request: web.Request, *, route: Route, answer: Answer) -> web.StreamResponse:
    assert route.interaction is not None
    request[_INTERACTION] = route.interaction
    with request.app[GATE].place():
        question = await read_question(request, route, request.app[SETTINGS], request[_ID])
        request[_ANSWERING] = True
        reply = await answer(question)
        if reply.stream is None:
            return reply_response(reply, request[_ID])
        write_s = request.app[SETTINGS].write_s
        response, request[_STREAMED] = await stream_reply(request, reply, request[_ID], write_s)
        return response


async def _metadata(request: web.Request, *, route: Route, answer: Answer) -> web.Response:
    """Needs nobody and asks nobody."""
    del answer
    given = known_once(read_pairs(request.rel_url.raw_query_string), route)
    require_json_out(request.headers.getall("Accept", ()), given.get("_format"))
    statement = capability_statement(base_url_of(request, request.app[SETTINGS]))
    return respond(200, statement, request[_ID])


async def _alive(request: web.Request) -> web.Response:
    return await request.app[HEALTH].alive(request[_ID])


async def _ready(request: web.Request) -> web.Response:
    return await request.app[HEALTH].ready(request[_ID])


async def _nothing_here(request: web.Request) -> web.Response:
    """405 for a write or an operation, 404 for the rest, each with the reason."""
    segments = request.path.split("/")
    operation = any(segment.startswith("$") for segment in segments)
    if request.method != "GET" or operation or methods_at(request.path):
        raise MethodNotAllowed(methods_at(request.path))
    if segments[1:2] == ["fhir"] and len(segments) == 4 and segments[2] in SEARCHABLE_TYPES:  # noqa: PLR2004 - '', fhir, type, id
        raise NoItemRead
    raise NoSuchType


async def _expect(request: web.Request, *, settings: DoorSettings) -> web.Response | None:
    """Runs before the middleware, so it ends its own refusals."""
    try:
        await expectation(request, settings)
    except BrokerError as error:
        identifier = request_id(request.headers.getall(REQUEST_ID, []))
        response = refusal_response(error, identifier)
        response.force_close()
        _tell(request, error, identifier)
        return response
    return None
