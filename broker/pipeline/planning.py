"""Query and decisions to a plan: whom to ask for what, and who is not asked and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from broker.domain.category import SUPPORTING_TYPES, Category, categories_of_type, types_in
from broker.domain.decision import Decision, Effect, Judgement
from broker.domain.identity import PatientIdentity
from broker.domain.limits import PartnerLimits
from broker.domain.named_views import VIEWS
from broker.domain.outcome import Cause, OutcomeLabel, PartnerOutcome
from broker.domain.query import AskLimits, LocalIdentity, PartnerAsk, RecordQuery
from broker.domain.registration import PartnerRegistration
from broker.domain.requester import Requester

# The categories and resource types that one partner is asked for; no type is every type.
Reach: TypeAlias = tuple[frozenset[Category], frozenset[str]]
_POINTERS: Reach = (frozenset({Category.DOCUMENTS}), frozenset({"DocumentReference"}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Every registered partner is asked, waits for a pointer that names it, or is not asked: exactly one."""

    asks: tuple[PartnerAsk, ...]
    not_asked: tuple[PartnerOutcome, ...]
    waiting: tuple[PartnerAsk, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks, under which correlation id, at which moment (aware, UTC), with which locators' help."""

    requester: Requester
    correlation_id: str
    asked_at: dt.datetime
    locators: frozenset[str] = frozenset()


def categories_wanted(query: RecordQuery) -> frozenset[Category]:
    """What the question is about: everything, or what its resource types may hold; of a named view, what it
    shows of these. What comes along with them is asked for too, but is not what the question is about.
    """
    return _narrowed(query, _categories_of(query.resource_types))


def _narrowed(query: RecordQuery, wanted: frozenset[Category]) -> frozenset[Category]:
    named = VIEWS.get(query.interaction)
    return wanted & named.categories if named is not None and named.categories else wanted


def _categories_of(types: frozenset[str]) -> frozenset[Category]:
    if not types:
        return frozenset(Category)
    return frozenset().union(*(categories_of_type(name) for name in types))


def categories_asked_whole(query: RecordQuery) -> frozenset[Category]:
    """The categories of which every kind of item is asked for: a search for one type is not the whole."""
    if not query.resource_types:
        return frozenset(Category)
    return frozenset(one for one in Category if types_in({one}) and types_in({one}) <= query.resource_types)


def types_open(asked: frozenset[str], decision: Decision) -> frozenset[str]:
    """Of the types asked for, those that the caller's scopes open; empty is every type."""
    if not asked or not decision.resource_types:
        return asked or decision.resource_types
    return asked & decision.resource_types


def plan(
    query: RecordQuery,
    judgement: Judgement,
    *,
    patient: PatientIdentity,
    asking: Asking,
    registrations: Iterable[PartnerRegistration],
    known: Mapping[str, LocalIdentity],
) -> Plan:
    """Ask the partners that are permitted something of what is wanted. `known` holds local ids.

    `asking.locators` are asked for pointers as soon as anybody waits for one, whatever is wanted.
    """
    searched = categories_wanted(query)
    wanted = _narrowed(query, _categories_of(_types_to_ask(query)))
    asked, left = [], []
    for registration in registrations:
        decision = judgement.decision_for(registration.partner_id)
        cause = _cause_not_to_ask(decision, searched, query.resource_types, registration)
        if cause is not None or decision is None:
            left.append((registration, decision, cause or Cause.POLICY))
        else:
            asked.append((registration, decision))

    def ask(registration: PartnerRegistration, reach: Reach) -> PartnerAsk:
        return _ask(registration, reach, patient, asking, known.get(registration.partner_id))

    waiting = [ask(one, _reach(d, one, query, wanted)) for one, d in asked if d.awaits_pointer]
    locators = asking.locators if waiting else frozenset()
    at_once = [
        ask(one, _with_pointers(reach) if one.partner_id in locators and _may_locate(d, one) else reach)
        for one, d in asked
        if not d.awaits_pointer
        for reach in [_reach(d, one, query, wanted)]
    ]
    locating = {one.partner_id for one, d, _ in left if one.partner_id in locators and _may_locate(d, one)}
    return Plan(
        asks=(*at_once, *(ask(one, _POINTERS) for one, _, _ in left if one.partner_id in locating)),
        not_asked=tuple(
            _not_asked(one.partner_id, cause) for one, _, cause in left if one.partner_id not in locating
        ),
        waiting=tuple(waiting),
    )


def _reach(
    decision: Decision, registration: PartnerRegistration, query: RecordQuery, wanted: frozenset[Category]
) -> Reach:
    return (
        decision.categories & wanted & registration.supplies,
        types_open(_types_to_ask(query), decision),
    )


def _types_to_ask(query: RecordQuery) -> frozenset[str]:
    """Who and where come with an item that refers to them, and are never asked for."""
    return query.types_asked - SUPPORTING_TYPES


def _with_pointers(reach: Reach) -> Reach:
    """What a locator is asked for beside its own: pointers among it. No type is every type."""
    (categories, types), (pointers, pointer_types) = reach, _POINTERS
    return categories | pointers, types | pointer_types if types else types


def asks_for_pointers(ask: PartnerAsk) -> bool:
    """Whether the answer tells who holds something: without documents it names nobody, and knows nothing."""
    categories, types = _POINTERS
    return categories <= ask.categories and (not ask.resource_types or types <= ask.resource_types)


def _may_locate(decision: Decision | None, registration: PartnerRegistration) -> bool:
    """Pointers are documents: whoever may not see those may not have holders found by them."""
    if decision is None or not decision.in_scope or decision.effect is Effect.DENY:
        return False
    categories, types = _POINTERS
    opened = categories <= decision.categories & registration.supplies
    return opened and (not decision.resource_types or types <= decision.resource_types)


def _ask(
    registration: PartnerRegistration,
    reach: Reach,
    patient: PatientIdentity,
    asking: Asking,
    local: LocalIdentity | None,
) -> PartnerAsk:
    categories, types = reach
    return PartnerAsk(
        partner_id=registration.partner_id,
        patient=patient,
        categories=categories,
        resource_types=types,
        requester=asking.requester,
        correlation_id=asking.correlation_id,
        asked_at=asking.asked_at,
        limits=_ask_limits(registration.limits),
        settings=registration.settings,
        local=local,
    )


def _ask_limits(limits: PartnerLimits) -> AskLimits:
    return AskLimits(pages_max=limits.pages_max, entries_max=limits.entries_max)


def _cause_not_to_ask(
    decision: Decision | None,
    wanted: frozenset[Category],
    asked_types: frozenset[str],
    registration: PartnerRegistration,
) -> Cause | None:
    if decision is None:
        return Cause.POLICY
    if not decision.in_scope:
        return Cause.NOT_A_HOLDER
    if decision.effect is Effect.DENY or not decision.categories:
        return Cause.OBJECTION if _objection_decided(decision) else Cause.POLICY
    if not decision.categories & wanted or _scopes_close(asked_types, decision):
        return Cause.POLICY
    return None if registration.supplies & decision.categories & wanted else Cause.NOT_A_HOLDER


def _scopes_close(asked_types: frozenset[str], decision: Decision) -> bool:
    """True when the caller's scopes open none of the types asked for."""
    return bool(asked_types and decision.resource_types) and asked_types.isdisjoint(decision.resource_types)


def _objection_decided(decision: Decision) -> bool:
    denials = [reason for reason in decision.reasons if reason.effect is Effect.DENY]
    return bool(denials) and denials[0].topic == "objections"


def _not_asked(partner_id: str, cause: Cause) -> PartnerOutcome:
    return PartnerOutcome(partner_id=partner_id, label=OutcomeLabel.NOT_ASKED, cause=cause)
