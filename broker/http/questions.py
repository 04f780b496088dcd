"""An HTTP request to the pipeline's Question: read, never judged."""

from __future__ import annotations

import asyncio
import dataclasses

from aiohttp import web

from broker.domain.criteria import WHOLE, Criteria
from broker.domain.errors import BadRequest
from broker.domain.named_views import VIEWS
from broker.domain.query import OF_THE_REGISTER, Interaction
from broker.http import parameters as read
from broker.http.criteria import record_criteria, search_criteria
from broker.http.negotiation import (
    form_out,
    require_form_in,
    require_json_in,
    require_json_out,
    require_parameters_in,
)
from broker.http.operations import operation_pairs
from broker.http.refusals import Malformed, SlowBody, TooLarge
from broker.http.route_parameters import CHAINED_IDENTIFIER, DAYS, PATIENT, PATIENT_IDENTIFIER
from broker.http.routes import FHIR_ROOT, Route, parameters_at
from broker.http.settings import DoorSettings
from broker.http.statements import read_statement
from broker.pipeline.question import Question

GRANT_HEADER = "Watersmeet-Grant"
# The person's sealed id stands in the address itself.
_BY_ID = frozenset(
    {Interaction.READ_PATIENT, Interaction.EVERYTHING, Interaction.STREAM, Interaction.SUMMARY, *VIEWS}
)


async def read_question(
    request: web.Request, route: Route, settings: DoorSettings, request_id: str
) -> Question:
    """Raises BrokerError subclasses for what is not a question of `route`; awaits the form only."""
    if route.interaction in {Interaction.OPEN_GRANT, Interaction.END_GRANT}:
        return await _emergency_question(request, route, settings, request_id)
    pairs = read.read_pairs(request.rel_url.raw_query_string)
    if route.method == "POST":
        pairs += await _pairs_of_body(request, route, settings)
    elif request.body_exists:
        raise Malformed("A read has no body.")
    kind = request.match_info.get("type")
    lists = read.known(pairs, parameters_at(route, kind), kind or "")
    given = {name: values[0] for name, values in lists.items()}
    assert route.interaction is not None
    if route.interaction is Interaction.OPEN_DOCUMENT:
        return _document_question(request, settings, request_id)
    form = form_out(request.headers.getall("Accept", ()), given.get("_format"), route.forms)
    base_url = base_url_of(request, settings)
    number, token = _person(request, route.interaction, given, base_url)
    return Question(
        request_id=request_id,
        authorization=_authorization(request),
        interaction=route.interaction,
        base_url=base_url,
        number_text=number,
        patient_token=token,
        resource_types=_types(request, route.interaction, given),
        criteria=_criteria(route.interaction, lists, kind or ""),
        item_id=_item_id(request, route.interaction, given),
        statuses=_statuses(route.interaction, given),
        count=read.count(given.get("_count")),
        page=read.page(given.get("_page")),
        again=read.again(given),
        within_days=read.within_days(given.get(DAYS.name)),
        client_address=request.remote or "",
        grant_id=_grant_id(request),
        form=form,
    )


async def _emergency_question(
    request: web.Request, route: Route, settings: DoorSettings, request_id: str
) -> Question:
    """A statement in JSON, or the id of the grant that is given back."""
    read.known_once(read.read_pairs(request.rel_url.raw_query_string), route)
    require_json_out(request.headers.getall("Accept", ()), None)
    assert route.interaction is not None
    question = Question(
        request_id=request_id,
        authorization=_authorization(request),
        interaction=route.interaction,
        base_url=base_url_of(request, settings),
        client_address=request.remote or "",
    )
    if route.interaction is Interaction.END_GRANT:
        if request.body_exists:
            raise Malformed("To end emergency access needs no body.")
        return dataclasses.replace(question, grant_id=request.match_info["id"])
    require_json_in(request.headers.get("Content-Type", ""), request.headers.get("Content-Encoding", ""))
    body = await _body(request, settings)
    statement, number, token = read_statement(body, question.base_url)
    return dataclasses.replace(question, statement=statement, number_text=number, patient_token=token)


def _grant_id(request: web.Request) -> str | None:
    """What the one header names; two of them name nothing that we have."""
    given = request.headers.getall(GRANT_HEADER, ())
    if not given:
        return None
    return given[0] if len(given) == 1 else ""


def _document_question(request: web.Request, settings: DoorSettings, request_id: str) -> Question:
    """A document is what it is: the caller cannot ask for another form of it, and may not know this one."""
    return Question(
        request_id=request_id,
        authorization=_authorization(request),
        interaction=Interaction.OPEN_DOCUMENT,
        base_url=base_url_of(request, settings),
        document_token=read.fhir_id(request.match_info["id"], "The document's address"),
        client_address=request.remote or "",
        grant_id=_grant_id(request),
    )


def base_url_of(request: web.Request, settings: DoorSettings) -> str:
    """The FHIR base for links: the configured one, or this socket's own address; never the Host header."""
    if settings.base_url:
        return settings.base_url
    assert request.transport is not None
    host, port = request.transport.get_extra_info("sockname")[:2]
    return f"{request.scheme}://{f'[{host}]' if ':' in host else host}:{port}{FHIR_ROOT}"


def _authorization(request: web.Request) -> str | None:
    """The one Authorization header. Two of them, or one that is not ASCII, is as good as none: 401,
    and audited like every other refusal.
    """
    given = request.headers.getall("Authorization", ())
    return given[0] if len(given) == 1 and given[0].isascii() else None


def _person(
    request: web.Request, interaction: Interaction, given: dict[str, str], base_url: str
) -> tuple[str | None, str | None]:
    """NHS number as typed, or sealed token: exactly one of the two, but for a Consent by its own id."""
    if interaction is Interaction.FIND_PATIENT:
        return read.number_text(given.get("identifier")), None
    if interaction is Interaction.READ_CONSENT:
        return None, None  # the objection itself says whose it is
    if interaction in _BY_ID:
        return None, read.fhir_id(request.match_info["id"], "The id")
    names = [p.name for p in (PATIENT, PATIENT_IDENTIFIER, CHAINED_IDENTIFIER) if p.name in given]
    if len(names) != 1:
        raise BadRequest(
            "One person is asked for: `patient=Patient/{id}`, or `patient:identifier` with the NHS number."
        )
    if names[0] == PATIENT.name:
        return None, read.patient_token(given[PATIENT.name], base_url)
    return read.number_text(given[names[0]]), None


def _criteria(interaction: Interaction, given: dict[str, list[str]], kind: str) -> Criteria:
    if interaction is Interaction.SEARCH:
        return search_criteria(given, kind)
    return record_criteria(given) if interaction is Interaction.EVERYTHING else WHOLE


def _statuses(interaction: Interaction, given: dict[str, str]) -> frozenset[str]:
    of_consents = interaction is Interaction.SEARCH_CONSENTS
    return read.consent_statuses(given.get("status") if of_consents else None)


def _item_id(request: web.Request, interaction: Interaction, given: dict[str, str]) -> str | None:
    """Of a Consent, which is no item of the record."""
    if interaction is Interaction.READ_CONSENT:
        return read.fhir_id(request.match_info["id"], "The id")
    if interaction is Interaction.SEARCH_CONSENTS and "_id" in given:
        return read.fhir_id(given["_id"], "`_id`")
    return None


def _types(request: web.Request, interaction: Interaction, given: dict[str, str]) -> frozenset[str]:
    if interaction in OF_THE_REGISTER:
        return frozenset({"Consent"})
    if interaction in VIEWS:
        return VIEWS[interaction].resource_types
    searched = request.match_info.get("type")
    return frozenset({searched}) if searched else read.resource_types(given.get("_type"))


async def _pairs_of_body(request: web.Request, route: Route, settings: DoorSettings) -> list[tuple[str, str]]:
    if not route.is_operation:
        return read.read_pairs(await _form_text(request, settings))
    if request.body_exists:
        headers = request.headers
        require_parameters_in(headers.get("Content-Type", ""), headers.get("Content-Encoding", ""))
    return operation_pairs(await _body(request, settings))


async def _form_text(request: web.Request, settings: DoorSettings) -> str:
    """The form's text. Raises UnsupportedMediaType, TooLarge, SlowBody or Malformed."""
    headers = request.headers
    require_form_in(headers.get("Content-Type", ""), headers.get("Content-Encoding", ""))
    body = await _body(request, settings)
    try:
        return body.decode("ascii")  # a form is percent-encoded: other bytes have no place in it
    except UnicodeDecodeError:
        raise Malformed from None


async def _body(request: web.Request, settings: DoorSettings) -> bytes:
    """Every byte of it. Raises TooLarge, SlowBody or Malformed."""
    if (request.content_length or 0) > settings.limits.request_bytes_max:
        raise TooLarge
    try:
        async with asyncio.timeout(settings.limits.headers_s):
            return await request.read()
    except TimeoutError:
        raise SlowBody from None
    except web.HTTPRequestEntityTooLarge:
        raise TooLarge from None
    except web.RequestPayloadError:
        raise Malformed from None
