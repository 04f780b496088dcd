"""The provision of a FHIR R4 Consent to what it denies here, in the widest meaning of whatever is not known.

An exception in a file opens nothing: what stays open under an objection is decided by named people.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from broker.domain.category import Category, categories_of_type
from broker.domain.identity import ODS_SYSTEM
from broker.domain.objection import Direction, Scope
from broker.objections.reading import days

CATEGORY_SYSTEM = "https://watersmeet.example/fhir/CodeSystem/category"
_TYPE_SYSTEM = "http://hl7.org/fhir/resource-types"
_ROLES: Mapping[str, Direction] = MappingProxyType({"CST": Direction.SOURCE, "IRCP": Direction.VIEWER})
_ROLE_SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
_READ = frozenset({"id", "type", "dataPeriod", "actor", "class", "code", "purpose"})
_OWN_PURPOSE = ("http://terminology.hl7.org/CodeSystem/v3-ActReason", "TREAT")
EXCEPTION = "It makes exceptions, which no file may: it binds the whole record."
NOT_A_DENIAL = "It does not say plainly that it denies; it binds the whole record."
NARROWER = "It narrows itself by something that is not read here; it binds without that."
ACTORS = "Its actors are not all registered partners in one known role; it binds for every partner."
KINDS = "Its kinds of data are not all known here; it binds for every kind."
PERIOD = "Its period of data cannot be read; it binds for all time."


def scope_of(provision: Any, partners: Collection[str]) -> tuple[Scope, tuple[str, ...]]:
    """The scope and the doubts. Raises TypeError, KeyError or AttributeError of what is not R4's shape."""
    if not provision or provision.get("type") != "deny":
        return Scope(), (NOT_A_DENIAL,)
    if "provision" in provision:
        return Scope(), (EXCEPTION,)
    named, direction, actor_doubts = _actors(provision.get("actor", []), partners)
    categories, kind_doubts = _kinds(provision)
    start, end, period_doubts = _period(provision.get("dataPeriod"))
    scope = Scope(
        partners=named, direction=direction, categories=categories, period_start=start, period_end=end
    )
    narrower = (NARROWER,) if provision.keys() - _READ or not _for_care(provision) else ()
    return scope, (*actor_doubts, *kind_doubts, *period_doubts, *narrower)


def _for_care(provision: Mapping[str, Any]) -> bool:
    """True where it speaks of direct care, which is all that is served here, or of every purpose."""
    purposes = [(purpose.get("system"), purpose.get("code")) for purpose in provision.get("purpose", [])]
    return not purposes or _OWN_PURPOSE in purposes


def _actors(
    actors: list[Any], partners: Collection[str]
) -> tuple[frozenset[str], Direction, tuple[str, ...]]:
    if not actors:
        return frozenset(), Direction.BOTH, ()
    named = {_organisation(actor) for actor in actors}
    roles = {_role(actor) for actor in actors}
    direction = roles.pop() if len(roles) == 1 else None
    if direction is None or not all(name in partners for name in named):
        return frozenset(), Direction.BOTH, (ACTORS,)
    return frozenset(named), direction, ()


def _organisation(actor: Mapping[str, Any]) -> str:
    identifier = actor["reference"].get("identifier", {})
    return str(identifier.get("value", "")) if identifier.get("system") == ODS_SYSTEM else ""


def _role(actor: Mapping[str, Any]) -> Direction | None:
    codings = actor["role"].get("coding", [])
    if len(codings) != 1 or codings[0].get("system") != _ROLE_SYSTEM or actor.keys() - {"role", "reference"}:
        return None
    return _ROLES.get(codings[0].get("code"))


def _kinds(provision: Mapping[str, Any]) -> tuple[frozenset[Category], tuple[str, ...]]:
    """Kinds and codes together, where each alone would do: the two are never taken to narrow each other."""
    found: set[Category] = set()
    for coding in provision.get("class", []):
        found |= _of_kind(coding)
    for concept in provision.get("code", []):
        codings = concept.get("coding", [])
        found |= _of_kind(codings[0] if len(codings) == 1 else {})
    if Category.UNCLASSIFIED in found:
        return frozenset(), (KINDS,)
    return frozenset(found), ()


def _of_kind(coding: Mapping[str, Any]) -> frozenset[Category]:
    """Every category that a resource type may fall in, or the one that our own code names."""
    system, code = coding.get("system"), coding.get("code")
    if system == _TYPE_SYSTEM and isinstance(code, str):
        return categories_of_type(code)
    if system == CATEGORY_SYSTEM and code in list(Category):
        return frozenset({Category(code)})
    return frozenset({Category.UNCLASSIFIED})


def _period(period: Any) -> tuple[str | None, str | None, tuple[str, ...]]:
    """FHIR's last day is in the period; ours is the first that is not."""
    if period is None:
        return None, None, ()
    start, end = (_edge(period, name) for name in ("start", "end"))
    unread = {dt.date.max} & {start, end} or period.keys() - {"start", "end"}
    if unread or (start and end and start >= end):
        return None, None, (PERIOD,)
    return start.isoformat() if start else None, end.isoformat() if end else None, ()


def _edge(period: Mapping[str, Any], name: str) -> dt.date | None:
    """None where there is none, and the last day of the calendar where it cannot be read."""
    if name not in period:
        return None
    read = days(period[name])
    if read is None:
        return dt.date.max
    return read[0] if name == "start" else read[1]
