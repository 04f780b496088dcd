"""Real key rings, real SQLite stores and audit records of made-up people, for tests of any room."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from broker.adapters.keys import KeyRing, make_development_keys, read_key_ring
from broker.domain.audit import AuditContext, Disclosure, Ending, Intent, Refusal, ReleasedItem
from broker.domain.decision import Effect, Reason
from broker.domain.identity import NhsNumber
from broker.domain.objection import Objection, ObjectionState, Scope
from broker.domain.objection_life import (
    Actor,
    Channel,
    IdentityCheck,
    Intake,
    ObjectionEvent,
    Withdrawal,
)
from broker.domain.objection_speaker import IdentifierKind, Speaker
from broker.domain.outcome import OutcomeLabel, PartnerOutcome
from broker.domain.requester import Permission, RelationshipGround, Requester

ADA = NhsNumber("9990000018")
BEN = NhsNumber("9990000026")
CLEO = NhsNumber("9990000034")
TWO_IDENTIFIERS = frozenset({IdentifierKind.NHS_NUMBER, IdentifierKind.BIRTH_DATE})
# The person's own word to take an objection back, with their identity checked.
TAKEN_BACK = Withdrawal(
    speaker=Speaker(),
    channel=Channel.PHONE,
    identity_check=IdentityCheck.QUESTIONS,
    identifiers=TWO_IDENTIFIERS,
)
NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


def demonstration_ring(folder: Path) -> KeyRing:
    """Fresh keys in `folder`, or the ones that stand there."""
    return read_key_ring(make_development_keys(folder), environment="demonstration")


def clinician(user_id: str = "555000111222", *, organisation_ods: str = "D81001") -> Requester:
    """A general practitioner with a registered patient."""
    return Requester(
        issuer="https://issuer.example",
        user_id=user_id,
        user_name="Dr Imaginary Willow",
        organisation_ods=organisation_ods,
        roles=("R8000",),
        purpose="direct-care",
        relationship=RelationshipGround.REGISTRATION,
        permission=Permission.ASKED,
        scopes=frozenset({"patient/*.rs"}),
        session_id="session-of-willow",
        token_id="t" * 40,
    )


def context(
    *numbers: NhsNumber, version: int = 0, request_id: str = "r-1", requester: Requester | None = None
) -> AuditContext:
    """What was asked, the same for every kind of record."""
    return AuditContext(
        request_id=request_id,
        requester=requester or clinician(),
        numbers=frozenset(numbers or (ADA,)),
        interaction="everything",
        resource_types=frozenset({"Observation", "Condition"}),
        client_address="192.0.2.7",
        policy_revision="rev-1",
        objection_version=version,
    )


REASONS = (Reason(topic="roles", rule="clinicians", effect=Effect.PERMIT),)


def intent(*numbers: NhsNumber, at: dt.datetime = NOON, request_id: str = "r-1") -> Intent:
    """Before anybody is asked."""
    return Intent(context=context(*numbers, request_id=request_id), at=at, reasons=REASONS)


def items(count: int) -> tuple[ReleasedItem, ...]:
    """Released items of two partners."""
    return tuple(
        ReleasedItem(
            partner_id=("practices", "acute")[place % 2],
            resource_type="Observation",
            local_id=f"local-{place:05d}",
            version="1",
            digest=place.to_bytes(32),
        )
        for place in range(count)
    )


def disclosure(
    intent_sequence: int,
    *numbers: NhsNumber,
    version: int = 0,
    count: int = 3,
    at: dt.datetime = NOON,
) -> Disclosure:
    """A release of `count` items."""
    return Disclosure(
        context=context(*numbers, version=version),
        at=at,
        intent_sequence=intent_sequence,
        reasons=REASONS,
        outcomes=(
            PartnerOutcome(partner_id="practices", label=OutcomeLabel.COMPLETE),
            PartnerOutcome(partner_id="acute", label=OutcomeLabel.PARTIAL),
            PartnerOutcome(partner_id="council", label=OutcomeLabel.TIMED_OUT),
        ),
        items=items(count),
    )


def ending(intent_sequence: int, *numbers: NhsNumber, ended: str = "sent") -> Ending:
    """How it ended."""
    return Ending(
        context=context(*numbers), at=NOON, intent_sequence=intent_sequence, ended=ended, bytes_sent=1024
    )


def refusal(*numbers: NhsNumber, cause: str = "Forbidden") -> Refusal:
    """A request that was turned away."""
    return Refusal(context=context(*numbers), at=NOON, cause=cause, reasons=REASONS)


def received(
    *numbers: NhsNumber,
    objection_id: str = "ob-1",
    received_at: dt.datetime = NOON,
    acknowledged_at: dt.datetime = NOON,
    scope: Scope | None = None,
) -> ObjectionEvent:
    """The first step of an objection, by phone."""
    return ObjectionEvent(
        objection=Objection(
            objection_id=objection_id,
            state=ObjectionState.RECEIVED,
            scope=scope or Scope(),
            acknowledged_at=acknowledged_at,
        ),
        step=1,
        at=acknowledged_at,
        by=Actor(role="call handler", name="Imaginary Rowan"),
        intake=Intake(
            channel=Channel.PHONE,
            received_at=received_at,
            identity_check=IdentityCheck.QUESTIONS,
            consequences_explained=True,
            identifiers=TWO_IDENTIFIERS,
        ),
        numbers=frozenset(numbers or (ADA,)),
    )
