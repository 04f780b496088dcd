"""What an objection denies, and what a decision opens again, as the provision of a FHIR R4 Consent. Pure.

Where R4 cannot say all of it, the denial says more than was meant and the exception less, never the other
way round. Several values of one member are alternatives; several members narrow each other.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from broker.domain.identity import ODS_SYSTEM
from broker.domain.objection import Direction, Objection, Scope
from broker.domain.policy import PolicySet

_OURS = "https://watersmeet.example/fhir"
EXTENSION = f"{_OURS}/StructureDefinition"
CATEGORY_SYSTEM = f"{_OURS}/CodeSystem/category"
USER_SYSTEM = f"{_OURS}/Id/user"
ROLE_GROUP_SYSTEM = f"{_OURS}/Id/role-group"
PARTNER_SYSTEM = f"{_OURS}/Id/partner"
_PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_SOURCE, _VIEWER = "CST", "IRCP"
_SIDES: Mapping[Direction, tuple[str, ...]] = MappingProxyType(
    {
        Direction.SOURCE: (_SOURCE,),
        Direction.VIEWER: (_VIEWER,),
        Direction.BOTH: (_SOURCE, _VIEWER),
    }
)
_URI = re.compile(r"\S+")
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What names in an objection are measured by: the policies, and each registration's ODS codes."""

    policies: PolicySet
    codes: Mapping[str, frozenset[str]]

    def organisations(self, name: str) -> frozenset[str]:
        """The ODS codes that an objection to `name` binds; none for a name that nobody knows."""
        found = set(self.codes.get(name, ()))
        for party in self.policies.parties:
            if name in {party.party_id, party.partner_id, *party.also}:
                found |= party.organisations
        own = name in self.policies.party_of_organisation or any(name in one for one in self.codes.values())
        return frozenset(found | {name} if own else found)

    def unknown(self, scope: Scope) -> tuple[str, ...]:
        """Names that nobody knows: one of them, and the objection binds for every organisation."""
        return tuple(sorted(name for name in scope.partners if not self.organisations(name)))


def provision_of(objection: Objection, known: Known) -> dict[str, Any]:
    """The denial, with what a decision opens nested in it as its exception."""
    scope = objection.scope
    exception = _exception(objection, known)
    return _without_nothing(
        {
            "extension": _staff_where(scope, known),
            "type": "deny",
            "actor": _actors(scope, known),
            "class": _classes(scope.categories),
            "dataPeriod": _data_period(scope),
            "data": _items(scope),
            "provision": [exception] if exception else [],
        }
    )


def _without_nothing(members: Mapping[str, Any]) -> dict[str, Any]:
    """FHIR has no empty lists and objects."""
    return {name: value for name, value in members.items() if value}


def _actor(role: str, kind: str, system: str, value: str) -> dict[str, Any]:
    coding = {"system": _PARTICIPATION, "code": role}
    return {"role": {"coding": [coding]}, "reference": _reference(kind, system, value)}


def _reference(kind: str, system: str, value: str) -> dict[str, Any]:
    return {"type": kind, "identifier": {"system": system, "value": value}}


def _organisations(scope: Scope, known: Known) -> list[str]:
    if known.unknown(scope):
        return []
    return sorted(frozenset().union(*(known.organisations(name) for name in scope.partners)))


def _actors(scope: Scope, known: Known) -> list[dict[str, Any]]:
    """Staff alone where some are named: R4 cannot say that they are meant at some organisations only."""
    if scope.staff:
        staff = sorted(scope.staff)
        wide = not all(_is_written(user) for user in staff)
        return [] if wide else [_actor(_VIEWER, "Practitioner", USER_SYSTEM, user) for user in staff]
    codes = _organisations(scope, known)
    return [
        _actor(side, "Organization", ODS_SYSTEM, code) for side in _SIDES[scope.direction] for code in codes
    ]


def _staff_where(scope: Scope, known: Known) -> list[dict[str, Any]]:
    """Where R4 names staff, the organisations that they are meant at."""
    codes = _organisations(scope, known) if scope.staff else []
    if not codes:
        return []
    parts: list[dict[str, Any]] = [{"url": "direction", "valueCode": str(scope.direction)}]
    parts += [
        {"url": "organisation", "valueIdentifier": {"system": ODS_SYSTEM, "value": code}} for code in codes
    ]
    return [{"url": f"{EXTENSION}/objection-staff-where", "extension": parts}]


def _classes(categories: Iterable[str]) -> list[dict[str, str]]:
    return [{"system": CATEGORY_SYSTEM, "code": str(one)} for one in sorted(categories)]


def _items(scope: Scope) -> list[dict[str, Any]]:
    """Every item, or none of them where one cannot be written: a list that lacks one would deny less."""
    if not all(_is_identifier(system, value) for system, value in scope.items):
        return []
    return [
        {
            "meaning": "instance",
            "reference": {"identifier": _without_nothing({"system": system, "value": value})},
        }
        for system, value in sorted(scope.items)
    ]


def _is_identifier(system: str, value: str) -> bool:
    return _is_written(value) and (not system or _URI.fullmatch(system) is not None)


def _is_written(text: str) -> bool:
    """Whether FHIR can hold it as it stands: it is more than blanks, and begins and ends with none."""
    return bool(text) and text == text.strip()


def _data_period(scope: Scope) -> dict[str, str]:
    """FHIR's last day is in the period, ours is the first after it. What cannot be read does not narrow."""
    start, end = _day(scope.period_start), _day(scope.period_end)
    last = end - _DAY if end is not None and end > dt.date.min else None
    if start is not None and last is not None and start > last:
        return {}
    edges = {"start": start, "end": last}
    return {name: edge.isoformat() for name, edge in edges.items() if edge is not None}


def _day(text: str | None) -> dt.date | None:
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError:
        return None


def _exception(objection: Objection, known: Known) -> dict[str, Any]:
    """The lesser of what the decision names and what its ground may open; empty where that is nothing."""
    rules, carveout = known.policies.objections, objection.carveout
    ground = rules.grounds.get(carveout.ground) if carveout is not None else None
    if objection.state not in rules.opens or carveout is None or ground is None or not carveout.review_on:
        return {}
    roles, sources = carveout.roles & ground.to, _sources(carveout.partners, known)
    categories = carveout.categories & ground.opens
    if objection.scope.categories:
        categories &= objection.scope.categories
    if not (roles and sources and categories and carveout.review_on > dt.date.min):
        return {}
    return {
        "extension": [{"url": f"{EXTENSION}/objection-ground", "valueCode": str(ground.ground)}],
        "type": "permit",
        # On the review day itself it is closed again.
        "period": {"end": (carveout.review_on - _DAY).isoformat()},
        "actor": [_actor(_VIEWER, "Group", ROLE_GROUP_SYSTEM, role) for role in sorted(roles)],
        "purpose": [{"system": _REASON, "code": code} for code in sorted(known.policies.purposes)],
        "class": _classes(categories),
        "data": [{"meaning": "authoredby", "reference": source} for source in sources],
    }


def _sources(partners: Iterable[str], known: Known) -> list[dict[str, Any]]:
    """Each by the name that the decision gave: a registration's other organisations are not opened."""
    found = []
    for name in sorted(partners):
        if name in known.codes:
            found.append(_reference("Organization", PARTNER_SYSTEM, name))
        elif any(name in codes for codes in known.codes.values()):
            found.append(_reference("Organization", ODS_SYSTEM, name))
    return found
