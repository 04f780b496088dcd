"""Query and decisions to a plan: whom to ask for what, and who is not asked and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from broker.domain.category import Category, categories_of_type, types_in
from broker.domain.decision import Decision, Effect, Judgement
from broker.domain.identity import PatientIdentity
from broker.domain.limits import PartnerLimits
from broker.domain.outcome import Cause, OutcomeLabel, PartnerOutcome
from broker.domain.query import AskLimits, LocalIdentity, PartnerAsk, RecordQuery
from broker.domain.registration import PartnerRegistration
from broker.domain.requester import Requester


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Every registered partner is asked, waits for a pointer that names it, or is not asked: exactly one."""

    asks: tuple[PartnerAsk, ...]
    not_asked: tuple[PartnerOutcome, ...]
    waiting: tuple[PartnerAsk, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks, under which correlation id, at which moment (aware, UTC)."""

    requester: Requester
    correlation_id: str
    asked_at: dt.datetime


def categories_wanted(query: RecordQuery) -> frozenset[Category]:
    """What the question is about: everything, or what its resource types may hold."""
    if not query.resource_types:
        return frozenset(Category)
    return frozenset().union(*(categories_of_type(name) for name in query.resource_types))


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
    """Ask the partners that are permitted something of what is wanted. `known` holds local ids."""
    wanted = categories_wanted(query)
    asks: list[PartnerAsk] = []
    waiting: list[PartnerAsk] = []
    not_asked: list[PartnerOutcome] = []
    for registration in registrations:
        decision = judgement.decision_for(registration.partner_id)
        cause = _cause_not_to_ask(decision, wanted, query.resource_types, registration)
        if cause is not None or decision is None:
            not_asked.append(_not_asked(registration.partner_id, cause or Cause.POLICY))
            continue
        (waiting if decision.awaits_pointer else asks).append(
            PartnerAsk(
                partner_id=registration.partner_id,
                patient=patient,
                categories=decision.categories & wanted & registration.supplies,
                resource_types=types_open(query.resource_types, decision),
                requester=asking.requester,
                correlation_id=asking.correlation_id,
                asked_at=asking.asked_at,
                limits=_ask_limits(registration.limits),
                settings=registration.settings,
                local=known.get(registration.partner_id),
            )
        )
    return Plan(asks=tuple(asks), not_asked=tuple(not_asked), waiting=tuple(waiting))


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
