"""Steps of objections as the register keeps them, and the Consents that they are shown as."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from broker.domain.category import Category
from broker.domain.identity import NhsNumber
from broker.domain.objection import Carveout, Objection, ObjectionState, Scope
from broker.domain.objection_life import Actor, Channel, IdentityCheck, Intake, ObjectionEvent
from broker.domain.objection_speaker import Speaker, Standing
from broker.pipeline.presentation.consent_provision import Known
from broker.policy.loading import load_policies
from tests.fidelity.validating import Validation
from tests.support.plain_policies import write_policies
from tests.support.stores import ADA, NOON

CODES = {"alder": frozenset({"RX901"}), "beech": frozenset({"RX902", "RX903"})}
# What stands in a step and may stand in no Consent.
TAKER, NOTE, MOTHER, ADDRESS = "Imaginary Rowan", "The note of the review", "Imaginary Elm", "12 Sample Lane"
INTAKE = Intake(
    channel=Channel.PHONE,
    received_at=NOON,
    identity_check=IdentityCheck.QUESTIONS,
    consequences_explained=True,
    speaker=Speaker(standing=Standing.PARENT, name=MOTHER),
    safe_contact=ADDRESS,
)


def known_in(folder: Path) -> Known:
    """Two partners, one with two organisations, under governance's own objections policy."""
    written = {name: ", ".join(sorted(codes)) for name, codes in CODES.items()}
    policies = load_policies(write_policies(folder / "policies", written), CODES)
    return Known(policies=policies, codes=CODES)


def step(
    scope: Scope | None = None,
    *,
    state: ObjectionState = ObjectionState.RECEIVED,
    numbers: tuple[NhsNumber, ...] = (ADA,),
    carveout: Carveout | None = None,
    verified: bool = True,
    invalidated: tuple[NhsNumber, ...] = (),
) -> ObjectionEvent:
    """The newest step of one objection."""
    objection = Objection(
        objection_id="ob-0123456789abcdef",
        state=state,
        scope=scope or Scope(),
        acknowledged_at=NOON,
        verified=verified,
        carveout=carveout,
    )
    return ObjectionEvent(
        objection=objection,
        step=1,
        at=NOON,
        by=Actor(role="objections team", name=TAKER),
        intake=INTAKE,
        numbers=frozenset(numbers),
        note=NOTE,
        invalidated=frozenset(invalidated),
    )


def opening(**changes: Any) -> Carveout:
    """What a decision on safeguarding names; social workers may see plans of one hospital."""
    members: dict[str, Any] = {
        "ground": "safeguarding",
        "roles": frozenset({"social-worker"}),
        "categories": frozenset({Category.PLANS}),
        "partners": frozenset({"alder"}),
        "review_on": dt.date(2027, 1, 31),
    }
    return Carveout(**(members | changes))


def complaints(consent: dict[str, Any]) -> list[str]:
    """What either judge of R4 says against it."""
    validation = Validation()
    validation.show("consent", consent)
    return list(validation.refused)
