"""Pages to proved resources: right patient, every entry accounted for."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.domain.identity import NHS_NUMBER_SYSTEM
from broker.domain.outcome import Cause, OutcomeLabel
from broker.pipeline.normalisation import Normalised, normalise
from broker.ports.connector import Ending, Entry
from tests.support.records import (
    ENDPOINT,
    NUMBER,
    OTHER,
    entry,
    finished,
    item,
    normalise_entries,
    patient,
    person,
    read,
)


def accounted(normalised: Normalised) -> int:
    """What became of everything that was received."""
    shown = len(normalised.resources) + normalised.repeated
    return shown + normalised.unreadable + normalised.unproved + normalised.quarantined


def test_a_whole_answer_about_the_right_person_is_complete() -> None:
    """Number and birth date agree, and every item names that Patient."""
    normalised = read([patient(), item("Condition", "c1"), item("AllergyIntolerance", "a1")])
    assert normalised.ending.label is OutcomeLabel.COMPLETE
    assert len(normalised.resources) == 3


WRONG_PATIENTS = {
    "another number": patient(OTHER.digits),
    "another birth date": patient(birthDate="1951-04-10"),
    "two numbers": patient(
        identifier=[
            {"system": NHS_NUMBER_SYSTEM, "value": NUMBER.digits},
            {"system": NHS_NUMBER_SYSTEM, "value": OTHER.digits},
        ]
    ),
}


@pytest.mark.parametrize("wrong", WRONG_PATIENTS.values(), ids=WRONG_PATIENTS.keys())
def test_an_answer_whose_patient_is_wrong_is_set_aside_whole(wrong: dict[str, object]) -> None:
    """Where the Patient contradicts, nothing that came with it is believed."""
    normalised = read([wrong, item("Condition", "c1")])
    assert (normalised.ending.label, normalised.ending.cause) == (
        OutcomeLabel.IDENTITY_MISMATCH,
        Cause.WRONG_PATIENT,
    )
    assert normalised.resources == ()
    assert normalised.quarantined == 2


UNPROVED_PATIENTS = {
    "no number": patient(identifier=[{"system": "https://partner.example/mrn", "value": "1"}]),
    "no identifier": {"resourceType": "Patient", "id": "p1", "birthDate": "1951-04-09"},
    "no birth date": {key: value for key, value in patient().items() if key != "birthDate"},
}


@pytest.mark.parametrize("unproved", UNPROVED_PATIENTS.values(), ids=UNPROVED_PATIENTS.keys())
def test_an_answer_that_proves_nobody_is_set_aside_whole(unproved: dict[str, object]) -> None:
    """Lack of proof is not proof."""
    normalised = read([unproved, item("Condition", "c1")])
    assert (normalised.ending.label, normalised.ending.cause) == (
        OutcomeLabel.IDENTITY_MISMATCH,
        Cause.NO_PROOF,
    )
    assert normalised.resources == ()


def test_an_answer_without_a_patient_is_set_aside_whole() -> None:
    """Items alone say nothing of whom they are about."""
    assert read([item("Condition", "c1")]).ending.label is OutcomeLabel.IDENTITY_MISMATCH


def test_a_server_that_answers_with_everybody_keeps_the_right_person_alone() -> None:
    """Everybody else is quarantined and counted, and the answer is partial."""
    others = [patient(OTHER.digits, id=f"p{n}") for n in range(2, 6)]
    foreign = [item("Condition", f"x{n}", subject={"reference": f"Patient/p{n}"}) for n in range(2, 6)]
    normalised = read([*others, patient(), item("Condition", "c1"), *foreign])
    assert [one.local_reference for one in normalised.resources] == ["Patient/p1", "Condition/c1"]
    assert normalised.quarantined == 8
    assert (normalised.ending.label, normalised.ending.cause) == (OutcomeLabel.PARTIAL, Cause.WRONG_PATIENT)


NAMESAKES = {
    "one id, another number": (patient(), patient(OTHER.digits)),
    "one id, another birth date": (patient(), patient(birthDate="1951-04-10")),
    "one id, no number and another birth date": (patient(), patient(identifier=[], birthDate="1951-04-10")),
}


@pytest.mark.parametrize("both", NAMESAKES.values(), ids=NAMESAKES.keys())
@pytest.mark.parametrize("turned", [False, True])
def test_a_contradicting_patient_under_the_right_ones_id_sets_the_whole_answer_aside(
    both: tuple[dict[str, object], ...], *, turned: bool
) -> None:
    """Nobody can say whom an item under that id is about."""
    patients = both[::-1] if turned else both
    normalised = read([*patients, item("Condition", "c1")])
    assert (normalised.ending.label, normalised.ending.cause) == (
        OutcomeLabel.IDENTITY_MISMATCH,
        Cause.WRONG_PATIENT,
    )
    assert normalised.resources == ()


def test_a_contradicting_patient_under_the_right_ones_full_url_sets_the_whole_answer_aside() -> None:
    """Whichever of its names the two share."""
    url = f"{ENDPOINT}/Patient/p1"
    entries = [
        entry(patient()),
        entry(patient(OTHER.digits, id="p2"), full_url=url),
        entry(item("Condition", "c1")),
    ]
    assert finished(normalise_entries(entries)).ending.label is OutcomeLabel.IDENTITY_MISMATCH


FOREIGN_SUBJECTS = {
    "another Patient": {"subject": {"reference": "Patient/p2"}},
    "another server's Patient": {"subject": {"reference": "https://elsewhere.example/fhir/Patient/p1"}},
    "the right Patient with another number": {
        "subject": {
            "reference": "Patient/p1",
            "identifier": {"system": NHS_NUMBER_SYSTEM, "value": OTHER.digits},
        }
    },
    "another number alone": {"subject": {"identifier": {"system": NHS_NUMBER_SYSTEM, "value": OTHER.digits}}},
    "one right and one wrong": {"patient": {"reference": "Patient/p2"}},
    "a group": {"subject": {"reference": "Group/p1"}},
    "words": {"subject": {"display": "Somebody"}},
    "a contained element that cannot be read": {"contained": [{"id": 5}], "subject": {"reference": "#inner"}},
    "a contained stranger": {
        "contained": [patient(OTHER.digits, id="inner")],
        "subject": {"reference": "#inner"},
    },
}


@pytest.mark.parametrize("members", FOREIGN_SUBJECTS.values(), ids=FOREIGN_SUBJECTS.keys())
def test_an_item_about_somebody_else_is_quarantined(members: dict[str, object]) -> None:
    """Any contradiction in an item sets that item aside, and says so."""
    normalised = read([patient(), item("Condition", "c1"), item("Condition", "c2", **members)])
    assert normalised.quarantined == 1
    assert normalised.ending.label is OutcomeLabel.PARTIAL


RIGHT_SUBJECTS = {
    "with a version": {"subject": {"reference": "Patient/p1/_history/3"}},
    "absolute": {"subject": {"reference": f"{ENDPOINT}/Patient/p1"}},
    "by number alone": {"subject": {"identifier": {"system": NHS_NUMBER_SYSTEM, "value": NUMBER.spaced}}},
    "contained": {"contained": [patient(id="inner")], "subject": {"reference": "#inner"}},
}


@pytest.mark.parametrize("members", RIGHT_SUBJECTS.values(), ids=RIGHT_SUBJECTS.keys())
def test_every_true_way_of_naming_the_person_is_believed(members: dict[str, object]) -> None:
    """Relative, versioned, absolute, logical and contained references all name the person."""
    assert read([patient(), item("Condition", "c1", **members)]).quarantined == 0


OTHER_ACTORS = {
    "a name of its own": {"reference": "urn:uuid:0f", "display": "Somebody else"},
    "a Patient by another number": {"type": "Patient", "identifier": {"system": "urn:local", "value": "7"}},
    "another Patient": {"reference": "Patient/p2"},
}


@pytest.mark.parametrize("actor", OTHER_ACTORS.values(), ids=OTHER_ACTORS.keys())
def test_an_appointment_with_somebody_else_in_it_is_quarantined(actor: dict[str, object]) -> None:
    """Whoever is not plainly a professional or a place may be another person."""
    mine = {"actor": {"reference": "Patient/p1"}}
    shared = {"resourceType": "Appointment", "id": "a1", "participant": [mine, {"actor": actor}]}
    assert read([patient(), shared]).quarantined == 1


def test_an_appointment_with_its_professionals_and_places_is_this_persons() -> None:
    """A practitioner, a room and a name in words are not other people's records."""
    others = [{"reference": "Practitioner/x"}, {"reference": f"{ENDPOINT}/Location/l"}, {"display": "Dr Ash"}]
    actors = [{"actor": one} for one in ({"reference": "Patient/p1"}, *others)]
    assert (
        read([patient(), {"resourceType": "Appointment", "id": "a1", "participant": actors}]).quarantined == 0
    )


def test_a_clinical_item_without_a_subject_is_quarantined() -> None:
    """A Condition that names nobody proves nothing."""
    assert read([patient(), {"resourceType": "Condition", "id": "c1"}]).quarantined == 1


def test_an_item_of_no_category_without_a_subject_is_withheld_without_alarm() -> None:
    """A Provenance names a target, not a person: it is not shown, and the partner is not called wrong."""
    normalised = read([patient(), {"resourceType": "Provenance", "id": "v1"}])
    assert (normalised.unproved, normalised.ending.label) == (1, OutcomeLabel.COMPLETE)


def test_who_and_where_need_no_subject() -> None:
    """A practitioner or an organisation is about nobody."""
    assert len(read([patient(), {"resourceType": "Organization", "id": "o1"}]).resources) == 2


def test_either_number_of_a_superseded_person_is_right() -> None:
    """A partner may still hold the old number."""
    both = person(number=OTHER, numbers=frozenset({NUMBER, OTHER}))
    assert len(read([patient(NUMBER.digits)], identity=both).resources) == 1


@pytest.mark.parametrize(
    "bad",
    [
        b'{"resourceType":"Condition","id":"c","id":"d"}',
        b'{"resourceType":"Condition","id":"c","v":NaN}',
        b"[]",
        b'"x"',
    ],
)
def test_one_unreadable_entry_costs_no_other(bad: bytes) -> None:
    """The rest is shown, the entry is counted, and the answer is partial."""
    normalised = read([patient(), item("Condition", "c1"), bad])
    assert (len(normalised.resources), normalised.unreadable) == (2, 1)
    assert (normalised.ending.label, normalised.ending.cause) == (
        OutcomeLabel.PARTIAL,
        Cause.UNREADABLE_ENTRIES,
    )


def test_the_same_bytes_twice_are_one_and_other_bytes_are_two() -> None:
    """Overlapping pages repeat an entry; a different content under the same id is never dropped."""
    changed = item("Condition", "c1", recordedDate="2020")
    normalised = read([patient(), item("Condition", "c1"), item("Condition", "c1"), changed])
    assert (len(normalised.resources), normalised.repeated) == (3, 1)


def test_the_partners_bytes_are_carried_unchanged() -> None:
    """`1.50` stays `1.50`, and so does every space."""
    raw = b'{ "resourceType" : "Basic", "id":"o1","subject":{"reference":"Patient/p1"},"v":1.50 }'
    assert read([patient(), raw]).resources[1].raw == raw


_KINDS = st.sampled_from(
    [
        item("Condition", "c1"),
        item("Condition", "c2", subject={"reference": "Patient/p9"}),
        {"resourceType": "Provenance", "id": "v"},
        {"resourceType": "Organization", "id": "o"},
        patient(),
        patient(OTHER.digits, id="p2"),
    ]
)


@given(st.lists(_KINDS.map(orjson.dumps) | st.sampled_from([b"{", b"NaN", b'{"a":1,"a":1}']), max_size=12))
def test_received_is_all_accounted_for(raws: list[bytes]) -> None:
    """Whatever arrives: shown, repeated, unreadable, withheld or quarantined, and the numbers add up."""
    normalised = finished(normalise_entries([entry(raw) for raw in raws]))
    assert accounted(normalised) == normalised.received == len(raws)


def test_no_record_beside_something_that_cannot_be_read_is_no_whole_answer() -> None:
    """Whoever says that there is none, and sends something, has not said that there is none."""
    entries = [entry(patient()), Entry(raw=b"{", readable=False)]
    normalised = finished(
        normalise(
            "addenbury",
            entries,
            Ending(OutcomeLabel.NO_RECORD),
            proof="demographics",
            patient=person(),
            endpoint=ENDPOINT,
        )
    )
    assert normalised.ending == Ending(OutcomeLabel.PARTIAL, Cause.UNREADABLE_ENTRIES)
