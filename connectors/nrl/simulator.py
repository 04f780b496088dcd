"""The locator's consumer side and the Spine Secure Proxy on one real socket, both as strict as they are.

`{endpoint}/DocumentReference/_search` finds pointers; `{endpoint}/ssp/` takes a provider's address as one
escaped segment, and gives the document that the provider keeps there.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from broker.domain.errors import InvalidNhsNumber
from broker.domain.identity import NHS_NUMBER_SYSTEM, NhsNumber
from connectors.fhir_r4.simulator import Results, Server
from connectors.gpconnect.access import ODS_CODE
from connectors.gpconnect.strictness import (
    PROXY_SYSTEM,
    SPINE_SYSTEM,
    Refused,
    check_call,
    check_parties,
    check_token,
)
from connectors.nrl.addresses import Provider
from connectors.nrl.opening import READ_CONTENT
from connectors.nrl.searching import CORRELATION_ID, ORGANISATION, REQUEST_ID
from connectors.nrl.world import Providers, asid_of, given_words
from connectors.simulation import Manners, World, application, number, outcome

LOCATOR_SYSTEM = "https://fhir.nhs.uk/ValueSet/Spine-ErrorOrWarningCode-1"
_SUBJECT = "subject:identifier"
_PARAMETERS = frozenset({_SUBJECT, "custodian:identifier", "type", "category"})
_STATUSES: Mapping[str, tuple[int, str]] = {
    "BAD_REQUEST": (400, "invalid"),
    "MESSAGE_NOT_WELL_FORMED": (400, "invalid"),
    "INVALID_NHS_NUMBER": (400, "invalid"),
    "INVALID_IDENTIFIER_SYSTEM": (400, "invalid"),
    "ACCESS DENIED": (403, "forbidden"),
    "NO_RECORD_FOUND": (404, "not-found"),
}


class _Refusal(Exception):
    """Raised for what is answered with an OperationOutcome; its one argument is the code."""


class _Locator(Server):
    """A FHIR server that finds pointers by their subject's number, and takes nothing else."""

    def __init__(self, world: World, manners: Manners) -> None:
        super().__init__(world, manners)
        self._error, self._error_status = (
            str(manners.get("error", "")),
            int(number(manners, "error_status", 500)),
        )
        self._permitted = given_words(manners.get("organisations"))

    async def search(self, request: web.Request) -> web.Response:
        """As any server's, after all that the service refuses."""
        try:
            self._check_caller(request.headers)
            if "-pageContext" not in request.query:
                _check({**request.query, **(await request.post())})
        except _Refusal as refused:
            code = str(refused)
            status, issue = _STATUSES.get(code, (self._error_status, "processing"))
            return outcome(status, "error", issue, system=LOCATOR_SYSTEM, detail=code)
        return await super().search(request)

    def _check_caller(self, headers: Mapping[str, str]) -> None:
        for name in (REQUEST_ID, CORRELATION_ID):
            try:
                uuid.UUID(headers.get(name, ""))
            except ValueError:
                raise _Refusal("BAD_REQUEST") from None
        organisation = headers.get(ORGANISATION, "")
        if not ODS_CODE.fullmatch(organisation):
            raise _Refusal("BAD_REQUEST")
        if self._permitted and organisation not in self._permitted:
            raise _Refusal("ACCESS DENIED")
        if self._error:
            raise _Refusal(self._error)

    def _of_type(self, name: str, asked: Mapping[str, str]) -> Results:
        people = self._people.by_identifier(asked[_SUBJECT])
        for person in people:
            self._stay_up_for(person)
        key = (name, tuple(person.number for person in people))
        if key not in self._found:
            self._found[key] = self._results(name, tuple(o for p in people for o in p.of_type(name)))
        return self._found[key]


def _check(asked: Mapping[str, Any]) -> None:
    """The service refuses what it does not know, and what is not somebody's number."""
    if not asked.keys() <= _PARAMETERS or _SUBJECT not in asked:
        raise _Refusal("MESSAGE_NOT_WELL_FORMED")
    system, _, digits = asked[_SUBJECT].partition("|")
    if system != NHS_NUMBER_SYSTEM:
        raise _Refusal("INVALID_IDENTIFIER_SYSTEM")
    try:
        NhsNumber.parse(digits)
    except InvalidNhsNumber:
        raise _Refusal("INVALID_NHS_NUMBER") from None


class _Proxy:
    """The Spine Secure Proxy, with every provider behind it."""

    def __init__(self, providers: Providers, manners: Manners, base: str) -> None:
        self._providers, self._base = providers, base
        known = manners.get("consumers")
        self._consumers = known if isinstance(known, Mapping) else None

    async def give(self, request: web.Request) -> web.Response:
        """The document at an address that is one segment, escaped, and nothing else."""
        try:
            return self._document(request)
        except Refused as refused:
            system = PROXY_SYSTEM if refused.proxy_word else SPINE_SYSTEM
            return outcome(refused.status, "error", refused.issue_code, system=system, detail=refused.code)

    def _document(self, request: web.Request) -> web.Response:
        segment = request.raw_path.removeprefix(f"{self._base}/ssp/")
        provider = Provider("/".join(unquote(segment).split("/")[:3]), unquote(segment))
        check_call(request.headers, READ_CONTENT)
        if segment != provider.escaped:
            raise Refused("400", status=400, proxy_word="ENDPOINT_ADDRESS_VARIES_FROM_TARGETURL_PATH")
        check_token(request.headers.get("Authorization", ""), provider.origin)
        kept = self._providers.kept.get(provider.address)
        if kept is None:
            raise Refused("NO_RECORD_FOUND")
        check_parties(request.headers, self._consumers, asid_of(kept.ods))
        if request.headers.get("Accept") not in {kept.content_type, "*/*"}:
            return web.Response(status=406)
        return web.Response(body=kept.content, content_type=kept.content_type)


def simulator(people: World, manners: Manners) -> web.Application:
    """The endpoint. This folder's README lists the manners; its journal is `app[JOURNAL]`."""
    base = str(manners.get("base_path", "")).rstrip("/")
    providers = Providers(str(manners.get("addresses", "")))
    locator = _Locator(providers.pointers(people), manners)
    app = application(manners)
    app.router.add_post(f"{base}/{{type:DocumentReference}}/_search", locator.search)
    app.router.add_get(f"{base}/{{type:DocumentReference}}", locator.search)
    app.router.add_get(f"{base}/ssp/{{address:.+}}", _Proxy(providers, manners, base).give)
    return app
