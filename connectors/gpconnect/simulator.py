"""For both connectors: the Spine Secure Proxy, the directory and many practices on one real socket.

`{endpoint}/sds` is the directory; under `{endpoint}` itself stands the proxy, which takes a practice's
whole address as its path. A path without such an address is the practice's own, for direct calls.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

from aiohttp import web

from broker.domain.json_bytes import write_tree
from connectors.gpconnect.calls import FIND_DOCUMENTS, FIND_PATIENT, READ_BINARY, STRUCTURED_RECORD
from connectors.gpconnect.documents_world import Library
from connectors.gpconnect.sds_answers import SdsAnswers, root_of
from connectors.gpconnect.strictness import (
    PROXY_SYSTEM,
    SPINE_SYSTEM,
    Refused,
    asked_of,
    check_headers,
    check_parties,
    check_token,
)
from connectors.gpconnect.stu3_record import RecordManners, record_bundle
from connectors.gpconnect.world import Person, Practices
from connectors.simulation import FHIR_JSON, BreakOff, Manners, World, application
from connectors.simulation import number as simulated_number

_DATE_CHARS = 10
_PATHS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("POST", STRUCTURED_RECORD, re.compile(r"Patient/\$gpc\.getstructuredrecord")),
    ("GET", FIND_PATIENT, re.compile(r"Patient")),
    ("GET", FIND_DOCUMENTS, re.compile(r"Patient/(?P<id>[^/]+)/DocumentReference")),
    ("GET", READ_BINARY, re.compile(r"Binary/(?P<id>[^/]+)")),
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One call as it reached a practice; `ods` is empty for a direct one, `now_s` by its token."""

    request: web.Request
    ods: str
    interaction: str
    named_id: str
    now_s: int = 0


class _Spine:
    """Everything behind one endpoint."""

    def __init__(self, world: World, manners: Manners) -> None:
        self._manners = manners
        self._base = str(manners.get("base_path", "")).rstrip("/")
        self._practices = Practices(world, manners)
        self._library = Library(self._practices, manners)
        self._sds = SdsAnswers(self._practices, str(manners.get("directory", "")))
        self._record_manners = RecordManners(
            disabled=frozenset(_texts(manners.get("disabled"))), warnings=_lists(manners.get("warnings"))
        )
        self._dissent, self._sensitive, self._down_for = (
            frozenset(_texts(manners.get(name))) for name in ("dissent", "sensitive", "down_for")
        )
        self._deceased_days = simulated_number(manners, "deceased_days")
        self._error = str(manners.get("error", ""))

    async def answer(self, request: web.Request) -> web.Response:
        """Whatever is asked: the directory, the proxy or a practice."""
        tail = request.path.removeprefix(f"{self._base}/")
        try:
            if tail in {"sds/Device", "sds/Endpoint"}:
                return _bundle(self._sds.answer(request.query, tail.removeprefix("sds/")))
            return await self._practice(request, tail)
        except Refused as refused:
            return _refusal(refused)

    async def _practice(self, request: web.Request, tail: str) -> web.Response:
        asked = self._addressed(request, tail)
        check_headers(request.headers, asked.interaction)
        if asked.ods:
            check_parties(request.headers, self._consumers, self._practices.asid_of(asked.ods))
        root = root_of(asked.ods, asked.interaction) if asked.ods else ""
        claims = check_token(request.headers.get("Authorization", ""), root)
        if self._error:
            raise Refused(self._error, status=int(str(self._manners.get("error_status", 0))))
        handlers = {
            STRUCTURED_RECORD: self._record,
            FIND_PATIENT: self._find,
            FIND_DOCUMENTS: self._documents,
            READ_BINARY: self._binary,
        }
        return await handlers[asked.interaction](replace(asked, now_s=claims["iat"]))

    @property
    def _consumers(self) -> Mapping[str, str] | None:
        known = self._manners.get("consumers")
        return known if isinstance(known, Mapping) else None

    def _addressed(self, request: web.Request, tail: str) -> _Asked:
        """Which practice, and which of its interactions."""
        for method, interaction, pattern in _PATHS:
            for ods in ("", *self._practices.codes):
                root = f"{root_of(ods, interaction)}/" if ods else ""
                named = pattern.fullmatch(tail.removeprefix(root))
                if request.method == method and tail.startswith(root) and named:
                    return _Asked(request, ods, interaction, named.groupdict().get("id") or "")
        raise Refused("400", status=400, proxy_word="ENDPOINT_ADDRESS_VARIES_FROM_TARGETURL_PATH")

    async def _record(self, asked: _Asked) -> web.Response:
        number, parameters = asked_of(await asked.request.read())
        person = self._person(self._practices.by_number(number, asked.ods), number, asked.now_s)
        trace_id = self._trace_id(asked.request.headers["Ssp-TraceID"])
        return _bundle(record_bundle(person, parameters, self._record_manners, trace_id))

    def _trace_id(self, given: str) -> str:
        manner = self._manners.get("trace_id")
        if manner == "none":
            return ""
        return str(uuid.uuid5(uuid.UUID(given), "another")) if manner == "another" else given

    async def _find(self, asked: _Asked) -> web.Response:
        """An empty Bundle for whoever is not to be found: the guide's own way here."""
        system, _, number = asked.request.query.get("identifier", "").partition("|")
        if system != "https://fhir.nhs.uk/Id/nhs-number":
            raise Refused("INVALID_IDENTIFIER_SYSTEM")
        if number in self._dissent:
            raise Refused("NO_PATIENT_CONSENT")
        self._break_off(number)
        person = self._practices.by_number(number, asked.ods)
        return _bundle(_searchset([person.patient] if self._is_told_of(person, number, asked.now_s) else []))

    async def _documents(self, asked: _Asked) -> web.Response:
        person = self._practices.by_local_id(asked.named_id, asked.ods)
        person = self._person(person, person.number if person else "", asked.now_s)
        return _bundle(_searchset(self._library.listed(person, asked.request.query)))

    async def _binary(self, asked: _Asked) -> web.Response:
        content_type, content = self._library.content(asked.named_id, asked.ods)
        binary = {
            "resourceType": "Binary",
            "id": asked.named_id,
            "contentType": content_type,
            "content": b64encode(content).decode("ascii"),
        }
        return _bundle(write_tree(binary))

    def _person(self, person: Person | None, number: str, now_s: int) -> Person:
        """The person, unless the practice will not say that it has them."""
        self._break_off(number)
        if number in self._dissent:
            raise Refused("NO_PATIENT_CONSENT")
        if not self._is_told_of(person, number, now_s):
            raise Refused("PATIENT_NOT_FOUND")
        return person

    def _is_told_of(self, person: Person | None, number: str, now_s: int) -> TypeGuard[Person]:
        """Not of a sensitive person, and after a death for so many days alone as the manners say."""
        if person is None or number in self._sensitive:
            return False
        died = str(person.patient.get("deceasedDateTime", ""))[:_DATE_CHARS]
        if not died or not self._deceased_days:
            return True
        today = dt.datetime.fromtimestamp(now_s, dt.UTC).date()
        return (today - dt.date.fromisoformat(died)).days <= self._deceased_days

    def _break_off(self, number: str) -> None:
        if number in self._down_for:
            raise BreakOff


def _searchset(resources: list[dict[str, Any]]) -> bytes:
    entries = [{"resource": one} for one in resources]
    return write_tree({"resourceType": "Bundle", "type": "searchset", "entry": entries})


def _bundle(body: bytes) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    return web.Response(body=body, content_type=FHIR_JSON, headers=headers)


def _refusal(refused: Refused) -> web.Response:
    coding = {"system": PROXY_SYSTEM if refused.proxy_word else SPINE_SYSTEM, "code": refused.code}
    if refused.proxy_word:
        coding["display"] = refused.proxy_word
    issue = {"severity": "error", "code": refused.issue_code, "details": {"coding": [coding]}}
    body = write_tree({"resourceType": "OperationOutcome", "issue": [issue]})
    return web.Response(status=refused.status, body=body, content_type=FHIR_JSON)


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, (list, tuple, set, frozenset)) else []


def _lists(value: object) -> dict[str, list[str]]:
    given = value if isinstance(value, Mapping) else {}
    return {str(name): _texts(codes) for name, codes in given.items()}


def simulator(people: World, manners: Manners) -> web.Application:
    """The endpoint. The connectors' READMEs list the manners; its journal is `app[JOURNAL]`."""
    app = application(manners)
    app.router.add_route("*", "/{tail:.*}", _Spine(people, manners).answer)
    return app
