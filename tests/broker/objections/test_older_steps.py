from __future__ import annotations

import msgspec
import pytest

from broker.adapters.release_store.identity import identity_of_event, read, written
from broker.domain.objection_life import ObjectionEvent
from broker.domain.objection_speaker import Standing
from tests.support.speakers import BORN, intake_of, parent, received_by
from tests.support.stores import ADA, received

LATER_MEMBERS = {
    *("withdrawal", "disputed", "told", "decided_at", "confirmation"),
    *("invalidated", "invalidated_at", "looked_after", "linked"),
}
LATER_OF_INTAKE = {
    *("identifiers", "speaker", "form_for_another", "competence", "born", "unsafe_to_write", "safe_contact"),
}


def as_an_older_broker_wrote(event: ObjectionEvent, on_behalf_of: str) -> bytes:
    """The bytes of a step before these members were."""
    parts = msgspec.msgpack.decode(written(identity_of_event(event)))
    step = next(part for part in parts if isinstance(part, dict) and "objection" in part)
    for member in LATER_MEMBERS:
        del step[member]
    for member in LATER_OF_INTAKE:
        del step["intake"][member]
    step["intake"]["on_behalf_of"] = on_behalf_of
    return msgspec.msgpack.encode(parts)


@pytest.mark.parametrize(
    ("words", "standing"), [("", Standing.SELF), ("Parent ", Standing.PARENT), ("her mother", None)]
)
def test_a_step_that_an_older_broker_wrote_is_read_as_one_that_does_not_say(
    words: str, standing: Standing | None
) -> None:
    """Its objection binds as it did, and free words mean what they plainly mean or nobody that is known."""
    event = received(ADA)
    older = read(as_an_older_broker_wrote(event, words)).event
    assert older is not None
    assert (older.objection, older.numbers) == (event.objection, event.numbers)
    assert (older.intake.standing, older.intake.speaker, older.disputed) == (standing, None, None)


def test_every_member_of_a_step_comes_back_as_it_was_written() -> None:
    """Sealed and opened, speaker and birth date included."""
    event = received_by(intake_of(parent(), born=BORN, unsafe_to_write=True, safe_contact="by text"))
    assert read(written(identity_of_event(event))).event == event
