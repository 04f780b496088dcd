from __future__ import annotations

import pytest

from broker.objections import life, noting
from broker.objections.illegal import IllegalStep
from tests.support.speakers import HANDLER, LATER, intake_of, received_by, taken_back_by
from tests.support.stores import ADA, BEN


def test_a_number_that_the_index_knows_is_not_linked_by_hand() -> None:
    """Nor is the same number given again: the refusal says what to do."""
    event = received_by(intake_of())
    with pytest.raises(IllegalStep, match="Ask the patient index first"):
        noting.link(event, frozenset({BEN}), by=HANDLER, at=LATER)
    invalidated = noting.note_invalidated(event, ADA, by=HANDLER, at=LATER)
    with pytest.raises(IllegalStep, match="right one"):
        noting.link(invalidated, frozenset({ADA}), by=HANDLER, at=LATER)


def test_a_withdrawn_objection_is_neither_linked_nor_confirmed() -> None:
    """Nothing of it binds."""
    event = noting.note_invalidated(received_by(intake_of()), ADA, by=HANDLER, at=LATER)
    gone = life.withdraw(event, taken_back_by(), by=HANDLER, at=LATER)
    with pytest.raises(IllegalStep, match="withdrawn"):
        noting.link(gone, frozenset({BEN}), by=HANDLER, at=LATER)
    with pytest.raises(IllegalStep, match="withdrawn"):
        noting.confirm(gone, by_letter=True, by=HANDLER, at=LATER)
