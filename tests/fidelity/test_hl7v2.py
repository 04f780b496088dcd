from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.fidelity.conserving_hl7v2 import conserved, is_kept, kept_by, values
from tests.fidelity.pairing import by_name, elements, pairs
from tests.fidelity.placing_hl7v2 import misplaced
from tests.fidelity.sayings import Sayings

MESSAGE = "\r".join(  # noqa: FLY002 - segments, one a line
    (
        "MSH|^~\\&|LAB|TRUST|||20160208||ORU^R01|1|P|2.5.1",
        "PID|1||9990000018^^^NHS||Marsh^Ada||19510309|F",
        "OBX|1|NM|14749-6^Glucose^LN||5.60|mmol/L|||||F|||20160208105734+0000",
    )
).encode()
PATIENT = {
    "resourceType": "Patient",
    "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}],
    "name": [{"family": "Marsh", "given": ["Ada"]}],
    "birthDate": "1951-03-09",
    "gender": "female",
    "extension": [{"valueString": "PID-3: 9990000018^^^NHS"}],
}
RESULT = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "14749-6", "display": "Glucose"}]},
    "effectiveDateTime": "2016-02-08T10:57:34+00:00",
    "valueQuantity": {"value": "5.60", "unit": "mmol/L"},
}


def by_hand(message: bytes) -> tuple[bytes, ...]:
    """The message in R4; what it does not have is left out of the R4 as well."""
    result = dict(RESULT)
    if b"mmol/L" not in message:
        result["valueQuantity"] = {"value": "5.60"}
    return json.dumps(PATIENT).encode(), json.dumps(result).encode()


def test_every_value_of_a_message_is_looked_for() -> None:
    """Names, codes, numbers, units and moments of a message are found in a true translation of it."""
    row = conserved("a", MESSAGE, by_hand, Counter())
    assert row.complaints == []
    assert row.found == row.facts == 14


def test_a_field_that_is_dropped_is_missed() -> None:
    """A translation without the unit lacks one value, and its place is named."""

    def without_unit(message: bytes) -> tuple[bytes, ...]:
        return by_hand(message.replace(b"mmol/L", b""))

    assert conserved("a", MESSAGE, without_unit, Counter()).complaints == ["OBX-6.1 is gone"]


def test_a_translation_that_does_not_follow_the_message_is_caught() -> None:
    """A field left out of the message is missed where the R4 follows, and uncaught where it is made up."""
    row = conserved("a", MESSAGE, by_hand, Counter())
    assert row.caught == 1
    assert len(row.uncaught) == row.planted - 1 > 3
    assert "OBX-6.1 left out" not in row.uncaught


def test_the_envelope_and_a_segments_number_are_no_values() -> None:
    """Who sent the message, and which of its kind a segment is, say nothing of the person."""
    places = {value.place for value in values(MESSAGE.decode())}
    assert not [place for place in places if place.startswith("MSH") or place in {"PID-1.1", "OBX-1.1"}]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("20160208105734+0000", True),
        ("2016-02-08T10:57:34Z", True),
        ("2016-02-08T16:27:34+05:30", True),
        ("2016-02-08T10:57:35Z", False),
        ("GLUCOSE", True),
        ("Gluc", True),
        ("5.6", False),
        ("A", False),
    ],
)
def test_what_is_said_is_found_however_it_is_spelt(value: str, said: bool) -> None:
    """A moment in another offset and a word in other case are the same; a cut number and a letter are not."""
    here = Sayings(["Glucose", "5.60", "2016-02-08T10:57:34+00:00"])
    assert here.has(value) is said


def test_a_word_of_v2_may_be_said_in_fhirs() -> None:
    """F is female, LN is LOINC's address; the opposite word is not the same."""
    kept = kept_by(by_hand(MESSAGE))
    sex = next(value for value in values(MESSAGE.decode()) if value.place == "PID-8.1")
    assert is_kept(sex, kept)
    assert not is_kept(sex._replace(text="M"), kept)


def test_a_value_in_another_role_is_seen() -> None:
    """Family and given name exchanged are two values in the wrong place, although both are there."""
    true = [PATIENT, RESULT]
    assert misplaced(MESSAGE.decode(), true) == (10, [])
    patient = PATIENT | {"name": [{"family": "Ada", "given": ["Marsh"]}]}
    assert misplaced(MESSAGE.decode(), [patient, RESULT])[1] == ["PID-5.1", "PID-5.2"]


def test_what_one_segment_says_stands_in_one_item() -> None:
    """A result with another result's number is seen, although the number stands in some result."""
    other = RESULT | {"code": {"coding": [{"code": "2951-2", "display": "Sodium"}]}}
    spoilt = [PATIENT, RESULT | {"valueQuantity": {"value": "140", "unit": "mmol/L"}}, other]
    assert misplaced(MESSAGE.decode(), spoilt)[1] == ["OBX-5.1"]


def test_resources_are_paired_by_what_they_say() -> None:
    """Two results in another order and with other ids go together with their likes; a third goes alone."""
    glucose, sodium = {"code": {"text": "Glucose"}, "id": "1"}, {"code": {"text": "Sodium"}, "id": "2"}
    ours = [elements(one, {}) for one in (glucose, sodium)]
    theirs = [elements(one | {"id": "x"}, {}) for one in (sodium, glucose, {"code": {"text": "Urea"}})]
    assert sorted(pairs(ours, theirs), key=str) == [(0, 1), (1, 0), (None, 2)]


def test_a_reference_reads_as_what_it_names() -> None:
    """The id of a named resource does not matter; its type and its number do."""
    doctor = {"resourceType": "Practitioner", "id": "7", "identifier": [{"value": "C008"}]}
    read = elements({"performer": [{"reference": "Practitioner/7"}]}, by_name([doctor]))
    assert set(read) == {("performer.reference", "-> Practitioner"), ("performer.identifier.value", "C008")}
