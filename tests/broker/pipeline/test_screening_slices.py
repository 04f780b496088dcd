"""Screening two thousand items: whatever is decided, no slice is long."""

from __future__ import annotations

from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.decision import Decision, Withhold
from broker.domain.json_bytes import lossless_tree
from broker.pipeline.screening import Screened, screen
from tests.support.loop_watch import Moment
from tests.support.records import ALL, KNOWN, decision, item, readable
from tests.support.sensitive import ruling_for

COUNT = 2_000
SLICE_MS_MAX = 20.0


def observation(place: int) -> dict[str, Any]:
    """A result of nearly a kibibyte that refers to others."""
    return item(
        "Observation",
        f"o{place}",
        status="final",
        code={"coding": [{"system": "http://loinc.org", "code": f"{place % 97}-1"}]},
        valueQuantity={"value": 1.5, "system": "http://unitsofmeasure.org", "code": "mg"},
        effectiveDateTime="2010-11-01T09:00:00Z",
        hasMember=[{"reference": f"Observation/o{place + 1}"}],
        encounter={"display": "Clinic"},
        note=[{"text": "x" * 500}],
    )


def longest_slice_ms(ruling: Decision, resources: tuple[Any, ...]) -> tuple[float, Screened]:
    """The longest step of the generator, in this thread's own time."""
    work = screen("addenbury", resources, ruling, frozenset(), KNOWN)
    longest_ms = 0.0
    while True:
        begun = Moment.now()
        try:
            next(work)
        except StopIteration as end:
            one: Screened = end.value
            return max(longest_ms, Moment.now().held_ms_since(begun)), one
        longest_ms = max(longest_ms, Moment.now().held_ms_since(begun))


RULINGS = {
    "a full permit": decision(),
    "a category withheld": decision(categories=ALL - {Category.PROBLEMS}),
    "an objected period": decision(withholds=(Withhold(period_start="2016-01-01"),)),
    "a restricted person": decision(locationless=True),
    "hidden classes": ruling_for("pharmacist"),
}


@pytest.mark.parametrize("ruling", RULINGS.values(), ids=RULINGS.keys())
def test_no_slice_of_screening_is_long(ruling: Decision) -> None:
    """The loop is given back every few milliseconds; every item is released."""
    resources = readable([observation(place) for place in range(COUNT)])
    longest_ms, one = longest_slice_ms(ruling, resources)
    assert sum(resource.header.resourceType == "Observation" for resource in one.released) == COUNT
    assert longest_ms < SLICE_MS_MAX


def test_a_long_chain_of_holders_that_fall_is_followed_in_slices() -> None:
    """Each that falls takes the next; the work grows with the chain and not with its square."""
    chain = [
        {
            "resourceType": "Provenance",
            "id": f"v{place}",
            "patient": {"reference": "Patient/p1"},
            "target": [{"reference": f"Provenance/v{place + 1}" if place < COUNT else "Condition/c1"}],
        }
        for place in range(COUNT + 1)
    ]
    ruling = decision(categories=(ALL | {Category.UNCLASSIFIED}) - {Category.PROBLEMS})
    longest_ms, one = longest_slice_ms(ruling, readable([item("Condition", "c1"), *chain]))
    assert [resource.local_reference for resource in one.released] == ["Patient/p1"]
    assert one.fallen == {Category.UNCLASSIFIED}
    assert longest_ms < SLICE_MS_MAX


@pytest.mark.parametrize("chained", [False, True])
def test_what_lists_many_that_fall_is_read_once_more_and_not_once_for_each(
    chained: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many fall, at once or one after the other, their list is made a tree a few times."""
    count = 300
    lost: list[dict[str, Any]] = [
        {
            "resourceType": "Provenance",
            "id": f"v{place}",
            "patient": {"reference": "Patient/p1"},
            "target": [
                {"reference": f"Provenance/v{place + 1}" if chained and place < count else "Condition/c1"}
            ],
        }
        for place in range(count + 1)
    ]
    listed = [{"entry": [{"reference": f"Provenance/v{place}"}]} for place in range(count + 1)]
    hub = item("Composition", "h1", section=listed)
    trees: list[bytes] = []

    def counted(raw: bytes) -> Any:
        trees.append(raw)
        return lossless_tree(raw)

    monkeypatch.setattr("broker.pipeline.screening.following.lossless_tree", counted)
    ruling = decision(categories=(ALL | {Category.UNCLASSIFIED}) - {Category.PROBLEMS})
    _, one = longest_slice_ms(ruling, readable([item("Condition", "c1"), *lost, hub]))
    assert [resource.local_reference for resource in one.released] == ["Patient/p1", "Composition/h1"]
    assert sum(b'"Composition"' in raw for raw in trees) <= 2
    assert b"Provenance" not in one.released[1].raw
