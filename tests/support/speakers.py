"""Made-up people who speak for Ada, and what each of them would say at the desk."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from broker.domain.objection import Scope
from broker.domain.objection_life import (
    Actor,
    Channel,
    IdentityCheck,
    Intake,
    ObjectionEvent,
    Withdrawal,
)
from broker.domain.objection_speaker import Authority, Proof, Speaker, Standing
from broker.objections import life
from tests.support.stores import ADA, NOON, TAKEN_BACK, TWO_IDENTIFIERS

HANDLER = Actor(role="call handler", name="Imaginary Rowan")
GUARDIAN = Actor(role="Caldicott Guardian", name="Imaginary Ash")
ASSESSOR = Actor(role="school nurse", name="Imaginary Hazel")
LATER = NOON + dt.timedelta(hours=1)
# On 22 November 2026 she is eleven.
BORN = "2015-03-09"


def parent(name: str = "Imaginary Elder") -> Speaker:
    """One whose child's birth certificate was seen."""
    authority = Authority(proof=Proof.BIRTH_CERTIFICATE, reference="certificate 17")
    return Speaker(standing=Standing.PARENT, name=name, authority=authority)


def intake_of(speaker: Speaker | None = None, *, born: str = "", **members: object) -> Intake:
    """The person's own word by phone, or a proxy's by post on the form for another person."""
    proxy = speaker is not None and speaker.standing is not Standing.SELF
    usual = Intake(
        channel=Channel.POST if proxy else Channel.PHONE,
        received_at=NOON,
        identity_check=IdentityCheck.QUESTIONS,
        consequences_explained=True,
        identifiers=TWO_IDENTIFIERS,
        speaker=speaker or Speaker(),
        form_for_another=proxy,
        born=born,
    )
    return replace(usual, **members)  # type: ignore[arg-type] # by name


def received_by(intake: Intake) -> ObjectionEvent:
    """The first step."""
    return life.receive("ob-1", numbers=frozenset({ADA}), intake=intake, by=HANDLER, scope=Scope(), at=NOON)


def taken_back_by(speaker: Speaker | None = None, *, competence: Actor | None = None) -> Withdrawal:
    """As `intake_of`, to take it back."""
    if speaker is None or speaker.standing is Standing.SELF:
        return replace(TAKEN_BACK, competence=competence)
    return replace(TAKEN_BACK, speaker=speaker, channel=Channel.POST, form_for_another=True)
