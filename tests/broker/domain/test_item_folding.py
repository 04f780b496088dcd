"""A record's page shows what a reader needs: one course one line, and nothing lost without a count."""

from __future__ import annotations

from typing import Any

from broker.domain.item_folding import folded, is_support
from broker.domain.item_words import words_of
from broker.domain.told_item import Item

MEDICINE = {"resourceType": "Medication", "id": "d1", "code": {"text": "Metformin 500mg tablets"}}
NAMED = {"medicationReference": {"reference": "Medication/d1"}}


def request(local_id: str, intent: str, **more: Any) -> dict[str, Any]:
    """A plan or an order of the medicine."""
    return {"resourceType": "MedicationRequest", "id": local_id, "intent": intent, **NAMED, **more}


STATEMENT = {
    "resourceType": "MedicationStatement",
    "id": "s1",
    "status": "active",
    **NAMED,
    "basedOn": [{"reference": "MedicationRequest/p1"}],
    "derivedFrom": [{"reference": "MedicationRequest/o1"}, {"reference": "MedicationRequest/o2"}],
}
COURSE = (
    STATEMENT,
    request("p1", "plan"),
    request("o1", "order", authoredOn="2026-08-01"),
    request("o2", "order", authoredOn="2026-09-01"),
    MEDICINE,
)


def items(*resources: dict[str, Any], contradicting: str = "") -> tuple[Item, ...]:
    """These, of one source."""
    return tuple(
        Item(one, "medicines", "A practice", (), ("c1",) if one["id"] == contradicting else ())
        for one in resources
    )


def lines(*resources: dict[str, Any], contradicting: str = "") -> tuple[list[str], int]:
    """The words of each line, and how many items have none of their own."""
    kept, gone = folded(items(*resources, contradicting=contradicting))
    return [words_of(item.resource) for item in kept], gone


def test_one_course_of_a_medicine_is_one_line() -> None:
    """With its medicine's name, and how often it was issued; the plan and the orders are no medicines."""
    assert lines(*COURSE) == (["Metformin 500mg tablets; issued 2 times, last on 2026-09-01"], 4)


def test_a_prescription_of_no_course_keeps_its_line() -> None:
    """Nothing is folded into what does not name it."""
    alone = request("o9", "order", authoredOn="2026-10-01")
    words, gone = lines(*COURSE, alone)
    assert words == ["Metformin 500mg tablets; issued 2 times, last on 2026-09-01", "Metformin 500mg tablets"]
    assert gone == 4


def test_a_prescription_that_contradicts_something_keeps_its_line() -> None:
    """A contradiction is never folded away."""
    words, gone = lines(*COURSE, contradicting="o1")
    assert words[0] == "Metformin 500mg tablets; issued once, last on 2026-09-01"
    assert (len(words), gone) == (2, 3)


def test_a_list_keeps_its_line_when_it_says_something() -> None:
    """A warning or an emptiness is said; a list that only holds its entries is not."""
    frame = {"resourceType": "List", "id": "l1", "title": "Problems", "status": "current"}
    warned = {**frame, "id": "l2", "note": [{"text": "Some items are confidential."}]}
    empty = {**frame, "id": "l3", "emptyReason": {"coding": [{"code": "no-content-recorded"}]}}
    assert lines(frame, warned, empty) == (
        ["Problems; Some items are confidential.", "Problems: nothing recorded by this source"],
        1,
    )


def test_who_and_where_are_told_apart_from_items() -> None:
    """They are named below the record."""
    surgery = Item({"resourceType": "Organization", "id": "o", "name": "A surgery"}, "", "", (), ())
    assert is_support(surgery)
    assert words_of(surgery.resource) == "A surgery"
    assert not is_support(items(MEDICINE)[0])
