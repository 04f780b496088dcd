"""What is made on behalf of somebody, and what else stands under their numbers, to the step as received."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from broker.domain.objection_life import Dispute, ObjectionEvent
from broker.domain.objection_speaker import Standing

DECIDED_COMPETENTLY: Final = "The person, found competent, had withdrawn what was made on their behalf."


def disputed_from_receipt(first: ObjectionEvent, others: Iterable[ObjectionEvent]) -> ObjectionEvent:
    """What is made on behalf of somebody who competently ended another like it goes to the Guardian."""
    if first.intake.standing is Standing.SELF:
        return first
    for other in others:
        back = other.withdrawal
        if back is not None and back.speaker.standing is Standing.SELF and back.competence is not None:
            contrary = Dispute(speaker=back.speaker, at=first.at)
            return replace(first, disputed=contrary, note=f"{DECIDED_COMPETENTLY} {first.note}".rstrip())
    return first
