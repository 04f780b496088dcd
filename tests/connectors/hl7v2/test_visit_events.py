"""What an admission's own event says of a visit outranks what its times say."""

from __future__ import annotations

import pytest

from tests.connectors.hl7v2.messages import PID, of_type, segment, translated


@pytest.mark.parametrize(
    ("event", "status"),
    [("A01", "in-progress"), ("A03", "finished"), ("A11", "cancelled"), ("A13", "in-progress")],
)
def test_an_event_says_how_a_visit_stands(event: str, status: str) -> None:
    """A discharge that is cancelled (A13) leaves its time in PV1-45, and the person in the hospital."""
    visit = segment("PV1", {2: "I", 44: "20260210083000+0000", 45: "20260214"})
    trees = translated(PID, visit, kind=f"ADT^{event}^ADT_A01")
    assert of_type(trees, "Encounter")["status"] == status
