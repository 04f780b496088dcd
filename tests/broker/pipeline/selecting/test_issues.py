"""What we say of contradictions, beside the items of a narrowed answer that it is about."""

from __future__ import annotations

from broker.domain.view import Contradiction
from tests.support.records import item, readable
from tests.support.selected import coded, search, selected
from tests.support.views import bundle


def test_what_is_said_of_a_match_stands_behind_it_and_is_of_what_is_shown_alone() -> None:
    """So it is on the page of the match that it is about, and tells of nothing that was left out."""
    states = ("active", "stopped", "active", "stopped", "stopped")
    items = readable(item("MedicationRequest", f"m{n}", status=state) for n, state in enumerate(states))[1:]
    clashes = (Contradiction((1, 2), "status-differs"), Contradiction((3, 4), "status-differs"))
    query = search("MedicationRequest", coded("status", "active"))
    tree = bundle(selected(items, query, contradictions=clashes), query=query)
    shown = [(one["resource"]["resourceType"], one["search"]["mode"]) for one in tree["entry"][1:]]
    assert shown == [
        ("MedicationRequest", "match"),
        ("MedicationRequest", "match"),
        ("DetectedIssue", "include"),
        ("MedicationRequest", "include"),
    ]
