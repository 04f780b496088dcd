from __future__ import annotations

import copy
from collections.abc import Callable

import pytest

from tests.fidelity.blinding import blinded
from tests.fidelity.planting import Planted, complaints, planted
from tests.fidelity.plants import PLANTS
from tests.fidelity.reading import Source, Tree, exact
from tests.fidelity.records import Output, Record, judged, ledger, made_of
from tests.fidelity.sample import sample, sample_record

# These need what our small record does not have; real records do.
WITHOUT_A_PLACE = {
    "a day becomes its month",
    "a request becomes its opposite",
    "two items have each other's encounter",
}


def against(held: Record) -> int:
    """How many complaints the judge has."""
    return len(complaints(held, ledger(held, made_of(held)), set(range(len(held.sources)))))


def changed(kind: str, change: Callable[[Tree], object]) -> Record:
    """Our record with the first R4 resource of a type changed."""
    held = sample_record()
    outputs = list(held.outputs)
    place = next(at for at, output in enumerate(outputs) if output.tree["resourceType"] == kind)
    tree = copy.deepcopy(outputs[place].tree)
    change(tree)
    outputs[place] = Output(outputs[place].source, tree)
    return held.with_outputs(outputs)


def test_a_true_translation_is_found_true() -> None:
    """A record translated by hand, element by element, has every fact and nothing more."""
    verdicts = [verdict for verdict in judged(sample_record()).values() if verdict is not None]
    assert len(verdicts) == 26
    assert sum(sum(verdict.kinds.values()) for verdict in verdicts) > 200
    assert against(sample_record()) == 0


def test_every_plant_is_caught() -> None:
    """Each fault planted in our record is caught, and only those that have no place there are not planted."""
    result = Planted()
    planted(sample_record(), PLANTS, result)
    assert result.uncaught == []
    assert {plant.name for plant in PLANTS} - result.names == WITHOUT_A_PLACE
    assert result.planted >= 90


def test_a_translator_blind_to_an_element_is_caught() -> None:
    """Where the R4 does not change with an element of the source, the judge sees it for every element."""
    result = Planted()

    def only_copies(given: Source) -> list[Output]:
        return [Output(place, exact(raw)) for place, raw in enumerate(given.resources)]

    held = sample_record()
    blinded(Record("", "", held.sources[:1], (None,), held.outputs[:1]), only_copies, result)
    assert result.planted > 30
    assert result.uncaught == []


def test_a_value_in_another_element_is_not_found() -> None:
    """A date in the place of another date is lost, although the same text is there."""
    held = changed("Condition", lambda tree: tree.update(recordedDate=tree.pop("onsetDateTime")))
    assert against(held) > 0


def test_what_r4_has_a_place_for_may_not_be_carried_as_given() -> None:
    """A comment in an extension for the STU3 element is not found: R4 has notes, where readers look."""
    carried = {
        "url": "http://hl7.org/fhir/3.0/StructureDefinition/extension-Observation.comment",
        "valueString": "Repeat in a week",
    }

    def hidden(tree: Tree) -> None:
        del tree["note"]
        tree["extension"].append(carried)

    assert against(changed("Observation", hidden)) > 0


def test_an_invented_value_is_seen() -> None:
    """What no fact of the source stands behind is counted, also in an extension."""
    held = changed("Patient", lambda tree: tree.update(deceasedBoolean=True))
    assert against(held) == 1


def test_an_item_that_comes_twice_is_seen() -> None:
    """A second R4 resource for one source item is counted as surplus."""
    held = sample_record()
    assert against(held.with_outputs([*held.outputs, held.outputs[4]])) == 1


def test_an_ended_allergy_must_be_an_item_of_its_own() -> None:
    """The contained allergy counts as an item, and is lost when nothing stands for it."""
    held = sample_record()
    without = [output for output in held.outputs if output.tree.get("id") != "a3"]
    lost = [key for key, verdict in judged(held.with_outputs(without)).items() if verdict is None]
    assert lost == [(8, "a3")]


@pytest.mark.parametrize("kept", [True, False])
def test_a_listed_item_must_hold_its_original_whole(kept: bool) -> None:
    """A listed item has every fact when its original is there, and none when one character is not."""
    held = sample_record()
    raw = sample().resources[4].decode()
    listed = {
        "resourceType": "Basic",
        "extension": [
            {
                "url": "https://watersmeet.example/fhir/StructureDefinition/original",
                "valueString": raw if kept else raw.replace("2014", "2015"),
            }
        ],
        "subject": {"reference": "Patient/p1"},
    }
    outputs = [Output(4, listed, "required-code") if o.source == 4 else o for o in held.outputs]
    verdict = judged(held.with_outputs(outputs))[4, ""]
    assert verdict is not None
    assert (verdict.missing == []) is kept


def test_a_listed_item_of_somebody_else_is_seen() -> None:
    """A listed item that names another person than its source has none of its facts."""
    held = sample_record()
    raw = sample().resources[4].decode()
    original = {
        "url": "https://watersmeet.example/fhir/StructureDefinition/original",
        "valueString": raw,
    }
    other = {"resourceType": "Basic", "extension": [original], "subject": {"reference": "Patient/p2"}}
    outputs = [Output(4, other, "required-code") if o.source == 4 else o for o in held.outputs]
    verdict = judged(held.with_outputs(outputs))[4, ""]
    assert verdict is not None
    assert verdict.missing != []
