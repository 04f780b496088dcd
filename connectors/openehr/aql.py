"""A section into the AQL that asks for it: whole entries in canonical JSON, never single paths.

Each row says whose EHR it stands in, and carries what its composition says of itself, so that no entry
comes without who wrote it and when.
"""

from __future__ import annotations

from collections.abc import Iterable

from broker.domain.json_bytes import write_tree
from broker.ports.connector import HttpRequest
from connectors.openehr.sections import COMPOSITION, Section
from connectors.r4 import Tree

QUERY_PATH = "v1/query/aql"
JSON_HEADERS = {"Accept": "application/json", "Content-Type": "application/json"}

# The columns by name; an endpoint that names none gives them in this order.
COLUMNS = (
    "ehr_id",
    "uid",
    "name",
    "archetype",
    "context",
    "composer",
    "feeder_audit",
    "entry",
)
_SELECT = """SELECT e/ehr_id/value AS ehr_id,
 c/uid/value AS uid,
 c/name/value AS name,
 c/archetype_node_id AS archetype,
 c/context AS context,
 c/composer AS composer,
 c/feeder_audit AS feeder_audit"""
_FROM = "FROM EHR e[ehr_id/value=$ehr_id] CONTAINS COMPOSITION c"
_FIND_NUMBER = """SELECT e/ehr_id/value AS ehr_id
FROM EHR e
WHERE e/ehr_status/subject/external_ref/id/value = $subject_id"""


def aql_of(section: Section, sections: Iterable[Section]) -> str:
    """The query of one section; `sections` is the whole table, which the rest of a class leaves out."""
    if section.rm_class == COMPOSITION:
        return f"{_SELECT}\n{_FROM}\nWHERE {_named('c', section.archetypes)}\nORDER BY c/uid/value"
    contains = f"{_FROM} CONTAINS {section.rm_class} x"
    others = [
        archetype
        for other in sections
        if other.rm_class == section.rm_class
        for archetype in other.archetypes
    ]
    where = _named("x", section.archetypes) if section.archetypes else _none_of("x", others)
    condition = f"\nWHERE {where}" if where else ""
    return f"{_SELECT},\n x AS entry\n{contains}{condition}\nORDER BY c/uid/value"


def query(aql: str, parameters: Tree, *, offset: int, fetch: int, ehr_id: str = "") -> HttpRequest:
    """One page of a query's rows."""
    body = {"q": aql, "offset": offset, "fetch": fetch, "query_parameters": parameters}
    headers = {**JSON_HEADERS, "openehr-ehr-id": ehr_id} if ehr_id else JSON_HEADERS
    return HttpRequest(method="POST", path=QUERY_PATH, body=write_tree(body), headers=headers)


def anybody_of(number: str) -> HttpRequest:
    """Whether any EHR holds this number, under whatever namespace."""
    return query(_FIND_NUMBER, {"subject_id": number}, offset=0, fetch=2)


def _named(variable: str, archetypes: Iterable[str]) -> str:
    ids = ", ".join(f"'{one}'" for one in archetypes)
    return f"{variable}/archetype_node_id matches {{{ids}}}"


def _none_of(variable: str, archetypes: Iterable[str]) -> str:
    return "\n AND ".join(f"{variable}/archetype_node_id != '{one}'" for one in archetypes)
