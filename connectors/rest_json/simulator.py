"""Two systems of councils on a real socket: a Mosaic-like one, and a social care service over STU3."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from broker.domain.json_bytes import write_tree
from connectors.r4 import Tree
from connectors.rest_json.mosaic_records import number_of, records_of, resident_of
from connectors.rest_json.stu3_records import stu3_of
from connectors.rest_json.world import People, Person, family_of, words
from connectors.simulation import FHIR_JSON, Manners, World, application, number, outcome

MOSAIC, STU3 = "mosaic", "stu3"
_LISTS = {
    "case-notes": "caseNotes",
    "visits": "visits",
    "allocations": "allocations",
    "warning-notes": "warningNotes",
    "care-plans": "carePlans",
    "services": "services",
}
_CURSORS_MAX = 10_000


def _json(tree: Tree) -> web.Response:
    return web.Response(body=write_tree(tree), content_type="application/json")


class _Mosaic:
    """Residents and their records, a page at a time behind a cursor."""

    def __init__(self, world: World, manners: Manners) -> None:
        self._people = People(world, manners)
        self._always = bool(manners.get("answers_for"))
        self._page_size = int(number(manners, "page_size", 100))
        self._restricted = words(manners, "restricted")
        self._restricted_items = words(manners, "restricted_items")
        self._without_number = words(manners, "without_number")
        self._twice = words(manners, "twice")
        self._also_without_number = words(manners, "also_without_number")

    async def search(self, request: web.Request) -> web.Response:
        """Residents of a family name and a birth date; there is no search by NHS number."""
        family, born = request.query.get("last_name", ""), request.query.get("date_of_birth", "")
        found: list[Tree] = []
        for person in self._people:
            if not self._always and (family_of(person), person.patient.get("birthDate")) != (
                family.casefold(),
                born,
            ):
                continue
            resident = self._resident(*self._people.found(person))
            found.append(resident)
            second = {**resident, "mosaicId": f"{resident['mosaicId']}-2"}
            if person.number in self._twice:
                found.append(second)
            if person.number in self._also_without_number:
                found.append({**second, "nhsNumber": None})
        return self._page(request, "residents", found)

    async def resident(self, request: web.Request) -> web.Response:
        """One resident, or a plain 404."""
        person = self._people.by_id(request.match_info["id"])
        return _json(self._resident(person)) if person else web.Response(status=404, text="Not found")

    async def records(self, request: web.Request) -> web.Response:
        """One list of one resident."""
        person = self._people.by_id(request.match_info["id"])
        name = _LISTS.get(request.match_info["list"])
        if person is None or name is None:
            return web.Response(status=404, text="Not found")
        records = records_of(person.others, person.local_id)[name]
        ids = self._restricted_items
        marked = [
            {**one, "restricted": "Y"} if ids & {str(v) for v in one.values()} else one for one in records
        ]
        return self._page(request, name, marked)

    def _resident(self, person: Person) -> Tree:
        held = number_of(person.patient) or person.number
        resident = resident_of(person.patient, held, restricted=person.number in self._restricted)
        return {**resident, "nhsNumber": None} if person.number in self._without_number else resident

    def _page(self, request: web.Request, name: str, found: Sequence[Tree]) -> web.Response:
        cursor = request.query.get("cursor", "0")
        start = int(cursor) if cursor.isdecimal() else 0
        end = start + min(self._page_size, int(request.query.get("limit", "20")))
        return _json({name: found[start:end], "nextCursor": str(end) if end < len(found) else ""})


class _Stu3:
    """Searchsets of STU3 resources; a `next` link holds a cursor and says nothing of anybody."""

    def __init__(self, world: World, manners: Manners) -> None:
        self._people = People(world, manners)
        self._always = bool(manners.get("answers_for"))
        self._base_path = str(manners.get("base_path", "")).rstrip("/")
        self._page_size = int(number(manners, "page_size", 100))
        self._warns = bool(manners.get("warns", False))
        self._cursors: OrderedDict[str, tuple[list[Tree], int]] = OrderedDict()

    async def patient(self, request: web.Request) -> web.Response:
        """One Patient, or an OperationOutcome."""
        person = self._people.by_id(request.match_info["id"])
        return self._said(stu3_of(person.patient)) if person else outcome(404, "error", "processing")

    async def search(self, request: web.Request) -> web.Response:
        """`{Type}?…`; a page of an earlier search when it carries a cursor."""
        cursor = request.query.get("-pageContext")
        if cursor is not None:
            if cursor not in self._cursors:
                return outcome(400, "error", "processing")
            return self._page(request, *self._cursors[cursor])
        kind = request.match_info["type"]
        found = self._patients(request) if kind == "Patient" else self._of_kind(request, kind)
        return self._page(request, found, 0)

    def _patients(self, request: web.Request) -> list[Tree]:
        wanted = request.query.get("identifier", "").rpartition("|")[2]
        held = (one for one in self._people if self._always or one.number == wanted)
        return [stu3_of(one.patient) for one in self._people.found(*held)]

    def _of_kind(self, request: web.Request, kind: str) -> list[Tree]:
        person = self._people.by_id(request.query.get("patient", ""))
        held = [stu3_of(one) for one in person.others] if person else []
        return [one for one in held if one["resourceType"] == kind]

    def _page(self, request: web.Request, found: list[Tree], start: int) -> web.Response:
        end = start + self._page_size
        entries: list[Any] = [{"resource": one} for one in found[start:end]]
        bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(found), "entry": entries}
        if self._warns and request.match_info["type"] != "Patient":
            issue = {"severity": "warning", "code": "processing", "diagnostics": "Not all could be read."}
            entries.append({"resource": {"resourceType": "OperationOutcome", "issue": [issue]}})
        if end < len(found):
            bundle["link"] = [{"relation": "next", "url": self._next(request, found, end)}]
        return self._said(bundle)

    def _next(self, request: web.Request, found: list[Tree], start: int) -> str:
        cursor = secrets.token_urlsafe(18)
        self._cursors[cursor] = (found, start)
        if len(self._cursors) > _CURSORS_MAX:
            self._cursors.popitem(last=False)
        return f"{request.url.origin()}{request.path}?-pageContext={cursor}"

    @staticmethod
    def _said(tree: Tree) -> web.Response:
        return web.Response(body=write_tree(tree), content_type=FHIR_JSON)


def simulator(people: World, manners: Manners) -> web.Application:
    """The endpoint. This folder's README lists the manners; its journal is `app[JOURNAL]`."""
    app = application(manners)
    base = str(manners.get("base_path", "")).rstrip("/")
    if manners.get("manner", MOSAIC) == STU3:
        service = _Stu3(people, manners)
        app.router.add_get(f"{base}/Patient/{{id}}", service.patient)
        app.router.add_get(f"{base}/{{type}}", service.search)
    else:
        mosaic = _Mosaic(people, manners)
        app.router.add_get(f"{base}/residents", mosaic.search)
        app.router.add_get(f"{base}/residents/{{id}}", mosaic.resident)
        app.router.add_get(f"{base}/residents/{{id}}/{{list}}", mosaic.records)
    return app
