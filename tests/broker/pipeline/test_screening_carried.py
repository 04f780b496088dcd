"""JSON that a translated item carries as text is screened as any other: it names and holds items too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from broker.domain.category import LISTED_SYSTEM, Category, listed_code
from broker.domain.decision import Withhold
from tests.support.records import ALL, decision, item
from tests.support.screening import body, released, screened

ROOT = "https://watersmeet.example/fhir/StructureDefinition"
NO_PROBLEMS = ALL - {Category.PROBLEMS}
SECRET = item("Condition", "c1", code={"text": "Never to be named"})
REASON = {"reference": "Condition/c1", "display": "Never to be named"}


def listed(original: str) -> dict[str, Any]:
    """A medicine that R4 cannot hold, with its original."""
    code = {"coding": [{"system": LISTED_SYSTEM, "code": listed_code(Category.MEDICINES)}]}
    carried = [
        {"url": f"{ROOT}/listed-reason", "valueCode": "unknown-kind"},
        {"url": f"{ROOT}/original", "valueString": original},
    ]
    return item("Basic", "b1", code=code, extension=carried)


def original_of(made: dict[str, Any]) -> str | None:
    """What still stands of the original."""
    found = [one["valueString"] for one in made["extension"] if one["url"].endswith("/original")]
    return found[0] if found else None


def test_an_original_loses_what_names_a_withheld_item() -> None:
    """The medicine stays in its own words; the problem that it was for goes with every word about it."""
    original = json.dumps({"resourceType": "Odd", "dose": 1.5, "why": [REASON], "name": "Aspirin"})
    one = screened([listed(original), SECRET], decision(categories=NO_PROBLEMS))
    kept = original_of(body(one, "Basic/b1"))
    assert kept is not None
    assert json.loads(kept) == {"resourceType": "Odd", "dose": 1.5, "name": "Aspirin"}


@pytest.mark.parametrize(
    "original",
    [
        json.dumps({"contained": [{"resourceType": "Condition", "code": {"text": "Never to be named"}}]}),
        json.dumps([{"inner": {"contained": [SECRET]}}]),
        '{"reasonReference": {"display": "Never to be named"}, "reasonReference": 1}',
        '{"why": {"reference": "Condition/c1", "display": "Never to be named"',
        json.dumps({"text": {"div": "<div>Never to be named</div>"}}),
        json.dumps({"as-given": json.dumps({"why": REASON})}),
    ],
)
def test_an_original_that_could_hold_a_withheld_item_says_nothing_of_it(original: str) -> None:
    """Contained, repeated, cut short, in a narrative or in a text within the text: none of it is read."""
    one = screened([listed(original), SECRET], decision(categories=NO_PROBLEMS))
    made = body(one, "Basic/b1")
    assert "Never" not in json.dumps(made)
    assert made["extension"][0]["valueCode"] == "unknown-kind"
    assert all(len(extension) == 2 for extension in made["extension"])


def test_a_value_carried_as_given_loses_what_names_a_withheld_item() -> None:
    """A member that no guide names holds a reference all the same."""
    inner = {"url": f"{ROOT}/as-given", "valueString": json.dumps({"linked": REASON})}
    outer = {"url": "http://hl7.org/fhir/3.0/StructureDefinition/extension-X.y", "extension": [inner]}
    ruling = decision(withholds=(Withhold(categories=frozenset({Category.PROBLEMS}), period_start="2001"),))
    for given in (inner, outer):
        one = screened([item("MedicationRequest", "m1", extension=[given]), SECRET], ruling)
        assert released(one) == ["Patient/p1", "MedicationRequest/m1"]
        assert "Never" not in json.dumps(body(one, "MedicationRequest/m1"))


@pytest.mark.parametrize("text", ["[see the letter]", '{"dose": 1.50}', "{ not JSON", '["a", "b"]', "PID|1"])
def test_text_that_names_nothing_stays_as_it_was_written(text: str) -> None:
    """Brackets alone make nobody suspicious, and `1.50` stays `1.50`."""
    one = screened([listed(text), SECRET], decision(categories=NO_PROBLEMS))
    assert original_of(body(one, "Basic/b1")) == text


def test_whoever_may_see_everything_reads_the_original_whole() -> None:
    """Nothing is withheld, so nothing is cut."""
    original = json.dumps({"resourceType": "Odd", "why": [REASON]})
    assert original_of(body(screened([listed(original), SECRET], decision()), "Basic/b1")) == original
