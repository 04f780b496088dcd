"""An openEHR server on a real socket: EHRs by subject and by id, and AQL of the forms that we send."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import msgspec
from aiohttp import web

from broker.domain.json_bytes import write_tree
from connectors.openehr.manner import NAMESPACE
from connectors.openehr.world import Holder, Stored, holders_of
from connectors.simulation import BreakOff, Manners, World, application, number

_JSON = "application/json"
_SECTION = re.compile(
    r"SELECT (?P<select>.+?)\s+FROM EHR e\[ehr_id/value=\$ehr_id\] CONTAINS COMPOSITION c"
    r"(?: CONTAINS (?P<rm_class>[A-Z_]+) x)?(?:\s+WHERE (?P<where>.+?))?\s+ORDER BY c/uid/value",
    re.DOTALL,
)
_NUMBER = re.compile(
    r"SELECT e/ehr_id/value AS ehr_id\s+FROM EHR e\s+"
    r"WHERE e/ehr_status/subject/external_ref/id/value = \$subject_id"
)
_MATCHES = re.compile(r"[cx]/archetype_node_id matches \{('[^']+'(?:, '[^']+')*)\}")
_NOT_ONE = re.compile(r"x/archetype_node_id != '([^']+)'")
_COLUMN = re.compile(r"(\S+) AS (\w+)")
_QUOTED = re.compile(r"'([^']+)'")


class _BadQuery(ValueError):
    """A query of a form that this server does not know."""


class _Asked(msgspec.Struct):
    q: str
    offset: int = 0
    fetch: int | None = None
    query_parameters: dict[str, Any] = {}


class _Server:
    """One simulated server."""

    def __init__(self, world: World, manners: Manners) -> None:
        self._holders = holders_of(world)
        self._answers_for = str(manners.get("answers_for", ""))
        self._namespace = str(manners.get("namespace", NAMESPACE))
        self._rows_max = int(number(manners, "page_size", 1_000))
        self._query_delay_s = number(manners, "query_delay_s")
        self._times_out = tuple(map(str, _listed(manners.get("times_out"))))
        self._down_for = frozenset(map(str, _listed(manners.get("down_for"))))
        self._status_inline = bool(manners.get("status_inline", True))
        self._queryable = bool(manners.get("queryable", True))
        self._heeds_offset = bool(manners.get("heeds_offset", True))
        self._names_columns = bool(manners.get("names_columns", True))

    async def ehr_of_subject(self, request: web.Request) -> web.Response:
        """`GET ehr?subject_id=&subject_namespace=`."""
        holder = self._by_number(request.query.get("subject_id", ""))
        if request.query.get("subject_namespace") != self._namespace:
            holder = None
        return self._ehr(holder)

    async def ehr(self, request: web.Request) -> web.Response:
        """`GET ehr/{id}`."""
        return self._ehr(self._by_id(request.match_info["id"]))

    async def ehr_status(self, request: web.Request) -> web.Response:
        """`GET ehr/{id}/ehr_status`."""
        holder = self._by_id(request.match_info["id"])
        return _said(self._status(holder)) if holder else _error(404)

    async def query(self, request: web.Request) -> web.Response:
        """`POST query/aql`."""
        if self._query_delay_s:
            await asyncio.sleep(self._query_delay_s)
        try:
            asked = msgspec.json.decode(await request.read(), type=_Asked)
            if any(word in asked.q for word in self._times_out):
                return _error(408)
            return self._result(asked)
        except (msgspec.DecodeError, _BadQuery):
            return _error(400)

    def _ehr(self, holder: Holder | None) -> web.Response:
        if holder is None:
            return _error(404)
        status = (
            self._status(holder) if self._status_inline else {"_type": "OBJECT_REF", "type": "EHR_STATUS"}
        )
        return _said({"ehr_id": {"value": holder.ehr_id}, "ehr_status": status})

    def _status(self, holder: Holder) -> dict[str, Any]:
        subject = {
            "_type": "PARTY_REF",
            "id": {"_type": "GENERIC_ID", "value": holder.number, "scheme": "NHS number"},
            "namespace": self._namespace,
            "type": "PERSON",
        }
        return {
            "_type": "EHR_STATUS",
            "archetype_node_id": "openEHR-EHR-EHR_STATUS.generic.v1",
            "name": {"_type": "DV_TEXT", "value": "EHR status"},
            "subject": {"_type": "PARTY_SELF", "external_ref": subject},
            "is_queryable": self._queryable,
            "is_modifiable": True,
        }

    def _by_number(self, digits: str) -> Holder | None:
        return self._stand_in(next((one for one in self._holders if one.number == digits), None))

    def _by_id(self, ehr_id: str) -> Holder | None:
        return self._stand_in(next((one for one in self._holders if one.ehr_id == ehr_id), None))

    def _stand_in(self, holder: Holder | None) -> Holder | None:
        """The person found, or the one about whom every question is answered."""
        if holder is not None and holder.number in self._down_for:
            raise BreakOff
        if holder is None or not self._answers_for:
            return holder
        return next((one for one in self._holders if one.number == self._answers_for), None)

    def _result(self, asked: _Asked) -> web.Response:
        if _NUMBER.fullmatch(asked.q):
            holder = self._by_number(str(asked.query_parameters.get("subject_id")))
            return _result_set(["ehr_id"], [[holder.ehr_id]] if holder else [])
        found = _SECTION.fullmatch(asked.q)
        if found is None:
            raise _BadQuery
        holder = self._by_id(str(asked.query_parameters.get("ehr_id")))
        matches = _matching(holder, found) if holder else []
        start = asked.offset if self._heeds_offset else 0
        wanted = min(self._rows_max, len(matches) if asked.fetch is None else asked.fetch)
        columns = _COLUMN.findall(found["select"])
        rows = [
            [_cell(path, one, holder.ehr_id) for path, _ in columns]
            for one in matches[start : start + wanted]
            if holder
        ]
        names = [name if self._names_columns else f"#{place}" for place, (_, name) in enumerate(columns)]
        return _result_set(names, rows)


def _matching(holder: Holder, found: re.Match[str]) -> list[Stored]:
    """What the query's class and archetypes find."""
    rm_class, where = found["rm_class"] or "COMPOSITION", found["where"] or ""
    of_class = [one for one in holder.stored if one.rm_class == rm_class]
    named = _MATCHES.fullmatch(where)
    if named:
        wanted = set(_QUOTED.findall(named[1]))
        return [one for one in of_class if one.archetype in wanted]
    others = set()
    for part in filter(None, where.split("\n AND ")):
        other = _NOT_ONE.fullmatch(part)
        if other is None:
            raise _BadQuery
        others.add(other[1])
    return [one for one in of_class if one.archetype not in others]


def _cell(path: str, stored: Stored, ehr_id: str) -> Any:
    """The value of one column; nothing where the composition has none."""
    if path == "e/ehr_id/value":
        return ehr_id
    if path == "x":
        return stored.entry
    found: Any = stored.composition
    for name in path.removeprefix("c/").split("/"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _result_set(names: list[str], rows: list[list[Any]]) -> web.Response:
    columns = [{"name": name} for name in names]
    return _said({"meta": {"_type": "RESULTSET"}, "columns": columns, "rows": rows})


def _said(tree: Mapping[str, Any]) -> web.Response:
    return web.Response(body=write_tree(tree), content_type=_JSON)


def _error(status: int) -> web.Response:
    return web.Response(status=status, body=write_tree({"error": "refused"}), content_type=_JSON)


def _listed(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, (list, tuple, set, frozenset)) else ()


def simulator(people: World, manners: Manners) -> web.Application:
    """The endpoint. This folder's README lists the manners; its journal is `app[JOURNAL]`."""
    server = _Server(people, manners)
    app = application(manners)
    base = f"{str(manners.get('base_path', '')).rstrip('/')}/v1"
    app.router.add_get(f"{base}/ehr", server.ehr_of_subject)
    app.router.add_get(f"{base}/ehr/{{id}}", server.ehr)
    app.router.add_get(f"{base}/ehr/{{id}}/ehr_status", server.ehr_status)
    app.router.add_post(f"{base}/query/aql", server.query)
    return app
