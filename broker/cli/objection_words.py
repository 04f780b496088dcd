"""Steps of objections to the words that staff read."""

from __future__ import annotations

from typing import Any

from broker.domain.objection import Direction, Objection, ObjectionState, Scope
from broker.domain.objection_life import Actor, Confirmation, Intake, ObjectionEvent, Withdrawal
from broker.ports.objection_register import EarlyDisclosure


def is_provisional(objection: Objection) -> bool:
    """It binds, and nobody has verified it."""
    return not objection.verified and objection.state is not ObjectionState.WITHDRAWN


def event_row(event: ObjectionEvent) -> tuple[str, ...]:
    """One line of a table. It names no person."""
    objection = event.objection
    return (
        objection.objection_id,
        objection.state.value,
        event.at.isoformat(timespec="seconds"),
        scope_words(objection.scope),
        "verified" if objection.verified else "PROVISIONAL: review today",
        open_words(objection),
    )


def scope_words(scope: Scope) -> str:
    """`whole record`, or what narrows it. Items and staff are counted, not named."""
    if scope.is_whole_record:
        return "whole record"
    parts = [*sorted(scope.partners), *sorted(scope.categories)]
    if scope.direction is not Direction.BOTH:
        parts.append(f"as {scope.direction}")
    if scope.staff:
        parts.append(f"{len(scope.staff)} named staff")
    if scope.items:
        parts.append(f"{len(scope.items)} items")
    if scope.period_start or scope.period_end:
        parts.append(f"{scope.period_start or '…'} to before {scope.period_end or '…'}")
    return ", ".join(parts)


def open_words(objection: Objection) -> str:
    """What a decision left open, for whom and until when."""
    carveout = objection.carveout
    if carveout is None:
        return ""
    named = carveout.categories and carveout.partners
    what = ", ".join([*sorted(carveout.categories), *sorted(carveout.partners)]) if named else "nothing"
    return f"{', '.join(sorted(carveout.roles))}: {what} until {carveout.review_on} ({carveout.ground})"


def event_json(event: ObjectionEvent, *, show_numbers: bool) -> dict[str, Any]:
    """One step for a script; the person's numbers only when they were asked for."""
    objection = event.objection
    written: dict[str, Any] = {
        "objection": objection.objection_id,
        "state": objection.state.value,
        "step": event.step,
        "at": event.at,
        "by": _actor_json(event.by),
        "verified": objection.verified,
        "acknowledged_at": objection.acknowledged_at,
        "scope": _scope_json(objection.scope),
        "intake": _intake_json(event.intake),
        "open_for": _open_json(objection),
        "withdrawal": _withdrawal_json(event.withdrawal),
        "disputed": event.disputed is not None,
        "confirmed": _confirmed_json(event.confirmation),
        "told": {"on": event.told.on, "not_because": event.told.not_because} if event.told else None,
        "note": event.note,
    }
    if show_numbers:
        written["nhs_numbers"] = sorted(number.digits for number in event.numbers)
    return written


def _scope_json(scope: Scope) -> dict[str, Any]:
    return {
        "partners": sorted(scope.partners),
        "direction": scope.direction.value,
        "staff": sorted(scope.staff),
        "categories": sorted(scope.categories),
        "items": sorted(scope.items),
        "period_start": scope.period_start,
        "period_end": scope.period_end,
    }


def _intake_json(intake: Intake) -> dict[str, Any]:
    """Who spoke by their standing alone: names, references and birth dates are nobody's script's."""
    authority = intake.speaker.authority if intake.speaker else None
    return {
        "channel": intake.channel.value,
        "received_at": intake.received_at,
        "identity_check": intake.identity_check.value,
        "identifiers": sorted(intake.identifiers),
        "consequences_explained": intake.consequences_explained,
        "standing": intake.standing,
        "on_behalf_of": intake.on_behalf_of,
        "authority": authority.proof if authority else None,
        "competence": _actor_json(intake.competence),
        "unsafe_to_write": intake.unsafe_to_write,
        "seconded": _actor_json(intake.seconded),
        "source": intake.origin.source if intake.origin else None,
    }


def _actor_json(actor: Actor | None) -> dict[str, str] | None:
    return {"role": actor.role, "name": actor.name} if actor else None


def _confirmed_json(confirmation: Confirmation | None) -> dict[str, Any] | None:
    if confirmation is None:
        return None
    return {"by_letter": confirmation.by_letter, "by": _actor_json(confirmation.by)}


def _withdrawal_json(withdrawal: Withdrawal | None) -> dict[str, Any] | None:
    if withdrawal is None:
        return None
    return {
        "standing": withdrawal.speaker.standing,
        "channel": withdrawal.channel,
        "identity_check": withdrawal.identity_check,
        "identifiers": sorted(withdrawal.identifiers),
        "competence": _actor_json(withdrawal.competence),
    }


def _open_json(objection: Objection) -> dict[str, Any] | None:
    carveout = objection.carveout
    if carveout is None:
        return None
    return {
        "ground": carveout.ground,
        "roles": sorted(carveout.roles),
        "categories": sorted(carveout.categories),
        "partners": sorted(carveout.partners),
        "review_on": carveout.review_on,
    }


def early_row(disclosure: EarlyDisclosure) -> tuple[str, ...]:
    """One release before acknowledgement."""
    return (
        str(disclosure.sequence),
        disclosure.at.isoformat(timespec="seconds"),
        disclosure.organisation_ods,
        ", ".join(disclosure.roles),
        disclosure.purpose,
        ", ".join(disclosure.partners) or "nothing",
    )
