"""Who speaks, how they were identified and by what right, to nothing or a refusal in words.

Whoever objects for somebody else does so by post, on the form for another person, and shows by what right.
What a person decided competently is not undone by anybody who speaks for them.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from broker.domain.objection_life import (
    Actor,
    Channel,
    IdentityCheck,
    Intake,
    ObjectionEvent,
    Withdrawal,
)
from broker.domain.objection_speaker import PROOFS, IdentifierKind, Speaker, Standing
from broker.objections.birthdays import AGE_OF_MAJORITY, is_birth_date, latest_birthday
from broker.objections.illegal import IllegalStep, refuse_actor

GUARDIAN: Final = "caldicott-guardian"
ONE_IDENTIFIER = (
    "A checked identity needs two identifiers: beside the NHS number, the birth date or the address. "
    "Say which was asked for and agreed."
)
BY_POST = (
    "Whoever speaks for somebody else does so by post, on the form for another person. Send them the form; "
    "the person's own word is taken by form or phone."
)
NO_NAME = "Give the name of whoever speaks for the person."
UNCHECKED_WITHDRAWAL = (
    "To withdraw opens the record again: check the identity of whoever asks for it first, and say how."
)
OWN_WORD = (
    "The person's own objection is withdrawn by the person alone. Where somebody who may speak for them "
    "wants the contrary, note a dispute; the Caldicott Guardian decides it."
)
ANOTHERS = (
    "It was made by somebody else who may speak for the person. Note a dispute; the Caldicott Guardian "
    "decides it."
)
NOT_COMPETENT = (
    "It was made by somebody who speaks for the person. The person's own word ends it when a named person "
    "has found them competent to decide this: say who. Until then note a dispute."
)
DISPUTED = "It is disputed: only the Caldicott Guardian takes this step."


def refuse_intake(intake: Intake, at: dt.datetime) -> None:
    """Raises IllegalStep of an intake at our desk that leaves something unsaid; a file's is as it came."""
    if intake.received_at > at:
        raise IllegalStep("An objection cannot be received in the future. Correct the time of receipt.")
    if intake.competence is not None:
        refuse_actor(intake.competence)
    if intake.origin is not None or intake.channel is Channel.IMPORT:
        return
    speaker = intake.speaker or Speaker()
    refuse_identifiers(intake.identity_check, intake.identifiers)
    _refuse_speaker(speaker, intake.channel, form=intake.form_for_another)
    _refuse_born(intake.born, speaker, at)


def refuse_identifiers(check: IdentityCheck, identifiers: frozenset[IdentifierKind]) -> None:
    """The NHS number is one of two in any case: under it the objection stands."""
    if check is not IdentityCheck.NONE and not identifiers - {IdentifierKind.NHS_NUMBER}:
        raise IllegalStep(ONE_IDENTIFIER)


def refuse_authority(speaker: Speaker) -> None:
    """Raises IllegalStep when nothing was seen of a proxy's right, or something that shows another."""
    if speaker.standing is Standing.SELF:
        if speaker.authority is not None:
            raise IllegalStep("Who speaks for themselves needs no authority. Say whose it is.")
        return
    if not speaker.name.strip():
        raise IllegalStep(NO_NAME)
    fitting = ", ".join(sorted(PROOFS[speaker.standing]))
    authority = speaker.authority
    if authority is None or authority.proof not in PROOFS[speaker.standing]:
        raise IllegalStep(f"Say what was seen of the right to speak as {speaker.standing}: {fitting}.")
    if not authority.reference.strip():
        raise IllegalStep("Give the reference that the authority bears: a number or a date of it.")


def refuse_withdrawal(last: ObjectionEvent, withdrawal: Withdrawal, *, by: Actor) -> None:
    """Raises IllegalStep when it is not certain that this speaker may end this objection."""
    if withdrawal.channel is Channel.IMPORT:
        raise IllegalStep("A file withdraws what it had recorded when it is imported again.")
    if withdrawal.identity_check is IdentityCheck.NONE:
        raise IllegalStep(UNCHECKED_WITHDRAWAL)
    refuse_identifiers(withdrawal.identity_check, withdrawal.identifiers)
    _refuse_speaker(withdrawal.speaker, withdrawal.channel, form=withdrawal.form_for_another)
    if withdrawal.competence is not None:
        refuse_actor(withdrawal.competence)
    if last.disputed is not None and by.role_word != GUARDIAN:
        raise IllegalStep(DISPUTED)
    _refuse_other_voice(last.intake, withdrawal)


def _refuse_other_voice(intake: Intake, withdrawal: Withdrawal) -> None:
    """A source's words for a proxy that are not known here are those of somebody else, not of the person."""
    if withdrawal.speaker.standing is Standing.SELF:
        if intake.standing is not Standing.SELF and withdrawal.competence is None:
            raise IllegalStep(NOT_COMPETENT)
        return
    if intake.standing is Standing.SELF:
        raise IllegalStep(OWN_WORD)
    if intake.speaker is None or not intake.speaker.is_same_as(withdrawal.speaker):
        raise IllegalStep(ANOTHERS)


def _refuse_speaker(speaker: Speaker, channel: Channel, *, form: bool) -> None:
    if speaker.standing is not Standing.SELF and not (channel is Channel.POST and form):
        raise IllegalStep(BY_POST)
    refuse_authority(speaker)


def _refuse_born(born: str, speaker: Speaker, at: dt.datetime) -> None:
    if not born:
        return
    if not is_birth_date(born):
        raise IllegalStep("A birth date is YYYY-MM-DD, or YYYY-MM where the day is not known.")
    if speaker.standing is Standing.PARENT and latest_birthday(born, AGE_OF_MAJORITY) <= at.date():
        raise IllegalStep(
            "A parent does not speak for an adult. Take the person's own word, or that of an attorney, a "
            "deputy or somebody whom a court appointed."
        )
