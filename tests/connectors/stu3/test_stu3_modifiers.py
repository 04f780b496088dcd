"""A modifier changes what its element means, so in R4 it stands where every reader must heed it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from connectors.stu3.resources import _SHAPES
from tests.connectors.stu3.models import elements
from tests.connectors.stu3.translated import EARLIER, carried, faults, one, translated

MODIFIER = {"url": "https://example.org/not-so", "valueBoolean": True}
OTHER = {"url": "https://example.org/nor-so", "valueCode": "x"}
OWN = {"url": "https://example.org/own", "valueBoolean": True}
DOSE = {"value": 2, "unit": "tablet"}


def modified(element: dict[str, Any], modifier: dict[str, Any] = MODIFIER) -> dict[str, Any]:
    """The element with a modifier."""
    return {**element, "modifierExtension": [modifier]}


def holders(tree: Any, path: str = "") -> list[str]:
    """Where in a tree modifiers stand."""
    if isinstance(tree, list):
        return [found for each in tree for found in holders(each, path)]
    if not isinstance(tree, dict):
        return []
    own = [path] if "modifierExtension" in tree else []
    return own + [found for name, each in tree.items() for found in holders(each, f"{path}.{name}")]


@pytest.mark.parametrize("kind", ["MedicationStatement", "MedicationRequest", "MedicationDispense"])
@pytest.mark.parametrize(
    "dosage",
    [
        modified({"text": "Two at night"}),
        {"text": "Two at night", "doseQuantity": modified(DOSE)},
        {"text": "Two at night", "route": {"coding": [modified({"code": "26643006"})]}},
    ],
    ids=["its own", "its dose's", "its route's"],
)
def test_a_modifier_in_a_dosage_modifies_the_dosage(kind: str, dosage: dict[str, Any]) -> None:
    """R4's dosage can hold one, and what in it cannot hold its own is modified with the whole of it."""
    name = "dosage" if kind == "MedicationStatement" else "dosageInstruction"
    made = one(kind, status="active", subject={"reference": "Patient/p"}, **{name: [dosage]})
    assert holders(made) == [f".{name}"]
    assert made[name][0]["modifierExtension"] == [MODIFIER]
    assert not any(one["url"].startswith(EARLIER) for one in made[name][0].get("extension", []))


def test_a_modifier_of_a_timing_stays_with_it_and_that_of_its_repeat_too() -> None:
    """R4's timing can hold one; what repeats within it cannot."""
    timing = {"event": ["2026"], "repeat": modified({"count": 3}, OTHER)}
    for given, expected in ((modified(timing), [MODIFIER, OTHER]), (timing, [OTHER])):
        made = one("MedicationRequest", dosageInstruction=[{"timing": given}])
        assert holders(made) == [".dosageInstruction.timing"]
        assert made["dosageInstruction"][0]["timing"]["modifierExtension"] == expected


@pytest.mark.parametrize(
    "members",
    [
        {"valueQuantity": modified(DOSE)},
        {"valueCodeableConcept": {"coding": [modified({"code": "1"})], "text": "x"}},
        {"code": modified({"text": "Weight"})},
        {"subject": modified({"reference": "Patient/p"})},
        {"effectivePeriod": modified({"start": "2026"})},
        {"identifier": [modified({"value": "1"})]},
        {"meta": {"security": [modified({"code": "R"})]}},
        {"_status": modified({"id": "s"})},
        {"supplierOwn": 1, "issued": "2026", "_issued": modified({})},
    ],
    ids=["quantity", "coding", "concept", "reference", "period", "identifier", "label", "beside", "alone"],
)
def test_a_modifier_that_its_own_type_cannot_hold_modifies_the_item(members: dict[str, Any]) -> None:
    """Nobody may read the item without it; the item's own stand before it."""
    made = one("Observation", **modified(members, OWN))
    assert holders(made) == [""]
    assert made["modifierExtension"] == [OWN, MODIFIER]


def test_a_modifier_goes_no_further_than_to_the_next_element_that_can_hold_it() -> None:
    """Of two parts of an observation the one is modified, and neither the other nor what stands before."""
    parts = [{"code": {"text": "a"}, "valueQuantity": DOSE},
             {"code": {"text": "b"}, "valueQuantity": modified(DOSE)}]  # fmt: skip
    made = one("Observation", valueQuantity=modified(DOSE, OTHER), component=parts)
    assert [each.get("modifierExtension") for each in made["component"]] == [None, [MODIFIER]]
    assert made["modifierExtension"] == [OTHER]


@pytest.mark.parametrize(
    ("kind", "target"), [("has-member", "hasMember"), ("derived-from", "derivedFrom"), ("replaces", None)]
)
def test_a_modifier_of_a_relation_modifies_the_observation(kind: str, target: str | None) -> None:
    """R4 has a plain reference in its place, or nothing."""
    member = {"reference": "Observation/2"}
    made = one("Observation", related=[modified({"type": kind, "target": member})])
    assert made["modifierExtension"] == [MODIFIER]
    if target:
        assert made[target] == [member]
    else:
        assert [each["url"] for each in carried(made, "Observation.related")["extension"]] == [
            "type",
            "target",
        ]


def test_a_modifier_of_what_is_carried_modifies_what_it_is_carried_by() -> None:
    """An extension may be passed over, and its modifier may not."""
    made = one("Patient", animal=modified({"species": modified({"text": "Dog"}, OTHER)}))
    assert made["modifierExtension"] in ([MODIFIER, OTHER], [OTHER, MODIFIER])
    assert holders(made) == [""]


def test_a_modifier_stays_within_what_is_contained() -> None:
    """It modifies the resource inside, and not the one around it, nor the next one."""
    inner = {"resourceType": "Observation", "id": "i", "valueQuantity": modified(DOSE)}
    around = {"resourceType": "Observation", "id": "o", "contained": [inner]}
    made, following = translated(around, {"resourceType": "Observation", "id": "n"})
    assert (holders(made), holders(following)) == ([".contained"], [])


def test_a_modifier_in_a_long_list_is_raised_as_in_a_short_one() -> None:
    """A large item is read in slices, and its modifiers are gathered over all of them."""
    parts = [{"code": {"text": f"part {place}"}, "valueQuantity": DOSE} for place in range(1_500)]
    made = one("Observation", component=parts, performer=[modified({"reference": "Practitioner/1"})])
    assert holders(made) == [""]


def test_a_modifier_of_any_shape_is_kept() -> None:
    """What is no extension stands as given, and the item is R4 still."""
    made = one("Observation", status="final", code={"text": "x"},
               valueQuantity={**DOSE, "modifierExtension": ["odd", MODIFIER]})  # fmt: skip
    assert made["modifierExtension"] == [MODIFIER]
    assert "odd" in orjson.dumps(made).decode()
    assert faults(orjson.dumps(made)) == []


def test_a_modifier_stands_nowhere_but_where_r4_has_one() -> None:
    """Each type and element that the tables fill is as R4's own model has it."""
    judged = 0
    for path, shape in _SHAPES._shapes.items():
        try:
            known = elements(path)
        except (AttributeError, ModuleNotFoundError, StopIteration):
            continue  # an element that R4 has elsewhere, or not at all
        judged += 1
        if path != "Binary":  # it is listed with its original where it would need one
            assert ("modifierExtension" in shape.rules) == ("modifierExtension" in known), path
    assert judged > 150
