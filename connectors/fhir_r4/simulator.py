"""A UK Core server on a real socket: searches by POST and GET, `$everything`, opaque paging, outcomes."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from aiohttp import web

from connectors.fhir_r4.manner import BARE, CERNER, EPIC, PLAIN, SEARCHABLE_TYPES, TYPED
from connectors.fhir_r4.world import Held, People, Person
from connectors.simulation import (
    FHIR_JSON,
    BreakOff,
    Manners,
    World,
    application,
    number,
    outcome,
    outcome_bytes,
)

EPIC_OUTCOMES = "urn:oid:1.2.840.114350.1.13.0.1.7.2.657369"
_EPIC_NEEDS_CATEGORY = frozenset({"Condition", "Observation"})
_CURSORS_MAX = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """What a search found: how many match, everything in order, and what the server has to say of it.

    Compared by identity: a search that was made before gives the very same results.
    """

    found: tuple[Held, ...]
    matched: int
    said: tuple[bytes, ...] = ()


class Server:
    """One simulated server. Cursors live here, so a `next` link says nothing of anybody."""

    def __init__(self, world: World, manners: Manners) -> None:
        self._people = People(world, str(manners.get("answers_for", "")))
        self._base_path = str(manners.get("base_path", "")).rstrip("/")
        self._down_for = frozenset(map(str, _listed(manners.get("down_for"))))
        self._manner = str(manners.get("manner", PLAIN))
        self._page_size = int(number(manners, "page_size", 1_000))
        self._page_delay_s = number(manners, "page_delay_s")
        self._has_everything = bool(manners.get("everything", self._manner == PLAIN))
        self._ignores_parameters = bool(manners.get("ignores_parameters", False))
        self._understands = str(manners.get("reference", ""))
        self._sessions_expire = bool(manners.get("sessions_expire", False))
        self._warnings = _words(manners.get("warnings"))
        self._cursors: OrderedDict[str, tuple[Results, int]] = OrderedDict()
        self._found: dict[tuple[object, ...], Results] = {}
        self._pages: dict[tuple[str, Results, int], bytes] = {}

    async def metadata(self, request: web.Request) -> web.Response:
        """A CapabilityStatement that names the searches."""
        types = [{"type": name, "searchParam": [{"name": "patient"}]} for name in sorted(SEARCHABLE_TYPES)]
        body = {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "kind": "instance",
            "fhirVersion": "4.0.1",
            "format": ["json"],
            "rest": [{"mode": "server", "resource": types}],
        }
        del request
        return web.json_response(body, content_type=FHIR_JSON)

    async def search(self, request: web.Request) -> web.Response:
        """`{Type}?…` and `{Type}/_search`; a page of an earlier search when it carries a cursor."""
        cursor = request.query.get("-pageContext")
        if cursor is not None:
            return await self._later_page(request, cursor)
        parameters = {**request.query, **(await request.post() if request.method == "POST" else {})}
        asked = {name: str(value) for name, value in parameters.items()}
        name = request.match_info["type"]
        if name == "Patient":
            return self._page(request, self._patients(asked), 0)
        if self._manner == EPIC and name in _EPIC_NEEDS_CATEGORY and "category" not in asked:
            return self._said(400, "error", "required", "4111")
        return self._page(request, self._of_type(name, asked), 0)

    async def everything(self, request: web.Request) -> web.Response:
        """`Patient/{id}/$everything`, unless this server has no such operation."""
        cursor = request.query.get("-pageContext")
        if cursor is not None:
            return await self._later_page(request, cursor)
        if not self._has_everything:
            return outcome(400, "error", "not-supported")
        person = self._people.by_reference(request.match_info["id"])
        if person is None:
            return outcome(404, "error", "not-found")
        types = frozenset(filter(None, request.query.get("_type", "").split(",")))
        return self._page(request, self._everything_of(person, types), 0)

    async def version(self, request: web.Request) -> web.Response:
        """`{type}/{id}/_history/{vid}`: the version that stands now, and no other."""
        wanted = [request.match_info[name] for name in ("type", "id", "version")]
        for person in self._people.everybody:
            for one in person.held:
                if [one.resource_type, one.resource_id, one.version] == wanted:
                    self._stay_up_for(person)
                    return web.Response(body=one.raw, content_type=FHIR_JSON)
        return outcome(404, "error", "not-found")

    def _patients(self, asked: Mapping[str, str]) -> Results:
        people: Sequence[Person] = self._people.everybody
        if not self._ignores_parameters:
            people = self._people.by_identifier(asked.get("identifier", ""))
        for person in people:
            self._stay_up_for(person)
        return self._results("Patient", tuple(person.patient for person in people))

    def _of_type(self, name: str, asked: Mapping[str, str]) -> Results:
        reference = asked.get("patient", "")
        person = self._people.by_reference(reference)
        spelt = TYPED if reference.startswith("Patient/") else BARE
        if person is None or self._understands not in {"", spelt}:
            return self._results(name, ())
        self._stay_up_for(person)
        category = asked.get("category", "").rpartition("|")[2] or None
        key = (person.number, name, category, "_include" in asked)
        if key not in self._found:
            found = person.of_type(name, category)
            included = _medications_of(found, person) if "_include" in asked else ()
            self._found[key] = self._results(name, found, included)
        return self._found[key]

    def _everything_of(self, person: Person, types: frozenset[str]) -> Results:
        self._stay_up_for(person)
        key = (person.number, types)
        if key not in self._found:
            held = tuple(one for one in person.held if not types or one.resource_type in types)
            self._found[key] = self._results("$everything", held)
        return self._found[key]

    def _results(self, name: str, found: tuple[Held, ...], included: tuple[Held, ...] = ()) -> Results:
        said = self._warned(name) or self._none_found(found)
        return Results((*found, *included), len(found), said)

    def _stay_up_for(self, person: Person) -> None:
        if person.number in self._down_for:
            raise BreakOff

    def _warned(self, name: str) -> tuple[bytes, ...]:
        code = self._warnings.get(name)
        if code is None:
            return ()
        if code.isdecimal():
            return (outcome_bytes("warning", "processing", system=EPIC_OUTCOMES, detail=code),)
        return (outcome_bytes("warning", code),)

    def _none_found(self, found: tuple[Held, ...]) -> tuple[bytes, ...]:
        if found or self._manner != EPIC:
            return ()
        return (outcome_bytes("warning", "processing", system=EPIC_OUTCOMES, detail="4101"),)

    def _said(self, status: int, severity: str, code: str, detail: str) -> web.Response:
        return outcome(status, severity, code, system=EPIC_OUTCOMES, detail=detail)

    async def _later_page(self, request: web.Request, cursor: str) -> web.Response:
        if self._page_delay_s:
            await asyncio.sleep(self._page_delay_s)
        if self._sessions_expire or cursor not in self._cursors:
            return self._said(400, "error", "processing", "4113")
        results, offset = self._cursors[cursor]
        return self._page(request, results, offset)

    def _page(self, request: web.Request, results: Results, offset: int) -> web.Response:
        origin = str(request.url.origin())
        held = results.found[offset : offset + self._page_size]
        more = offset + self._page_size < len(results.found)
        tail = (
            self._tail(origin + request.path.removesuffix("/_search"), results, offset + self._page_size)
            if more
            else b"}"
        )
        body = self._entries(origin + self._base_path, results, held, offset) + tail
        return web.Response(body=body, content_type=FHIR_JSON)

    def _entries(self, base: str, results: Results, held: tuple[Held, ...], offset: int) -> bytes:
        """Everything but the `next` link, made once for each page."""
        key = (base, results, offset)
        if key not in self._pages:
            entries = [_entry(base, one, offset + place < results.matched) for place, one in enumerate(held)]
            if offset == 0:
                entries += [b'{"resource":' + one + b',"search":{"mode":"outcome"}}' for one in results.said]
            head = b'{"resourceType":"Bundle","type":"searchset","total":%d,"entry":[' % results.matched
            self._pages[key] = head + b",".join(entries) + b"]"
        return self._pages[key]

    def _tail(self, base: str, results: Results, offset: int) -> bytes:
        cursor = secrets.token_urlsafe(18)
        self._cursors[cursor] = (results, offset)
        if len(self._cursors) > _CURSORS_MAX:
            self._cursors.popitem(last=False)
        direction = "&-pageDirection=NEXT" if self._manner == CERNER else ""
        link = {"relation": "next", "url": f"{base}?-pageContext={cursor}{direction}"}
        return b',"link":[' + msgspec.json.encode(link) + b"]}"


def _medications_of(found: tuple[Held, ...], person: Person) -> tuple[Held, ...]:
    """What `_include` brings along: the Medications that these refer to."""
    return tuple(
        medication
        for medication in person.of_type("Medication")
        if any(f'"Medication/{medication.resource_id}"'.encode() in one.raw for one in found)
    )


def _entry(base: str, held: Held, matches: bool) -> bytes:  # noqa: FBT001 - a member of the entry
    full_url = f"{base}/{held.resource_type}/{held.resource_id}".encode()
    mode = b"match" if matches else b"include"
    return b'{"fullUrl":"%b","resource":%b,"search":{"mode":"%b"}}' % (full_url, held.raw, mode)


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple, set, frozenset)) else []


def _words(value: object) -> dict[str, str]:
    return {str(name): str(code) for name, code in value.items()} if isinstance(value, Mapping) else {}


def simulator(people: World, manners: Manners) -> web.Application:
    """The endpoint. This folder's README lists the manners; its journal is `app[JOURNAL]`."""
    server = Server(people, manners)
    app = application(manners)
    base = str(manners.get("base_path", "")).rstrip("/")
    app.router.add_get(f"{base}/metadata", server.metadata)
    app.router.add_get(f"{base}/Patient/{{id}}/$everything", server.everything)
    app.router.add_post(f"{base}/{{type}}/_search", server.search)
    app.router.add_get(f"{base}/{{type}}/{{id}}/_history/{{version}}", server.version)
    app.router.add_get(f"{base}/{{type}}", server.search)
    return app
