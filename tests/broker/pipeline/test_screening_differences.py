"""A partner's own Patient that says of gender, title or name what the patient index does not."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import orjson
import pytest

from broker.domain.category import Category
from broker.domain.objection import Scope
from broker.domain.policy import Differences
from broker.domain.query import Interaction
from broker.pipeline.screening.differing import Known
from broker.ports.connector import Page
from tests.support.connector_scripts import yielding
from tests.support.pipeline_alone import DOCTOR, OnePerson, OneUser, Script, pipeline_over
from tests.support.records import NUMBER, entry, item, patient, person
from tests.support.stores import received

BIRTH_SEX = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-BirthSex"
INDEX = patient(
    id=NUMBER.digits,
    gender="female",
    name=[
        {"use": "usual", "family": "O'Hazel-Elm", "given": ["Imaginary", "Fay", "Zoë"], "prefix": ["Ms"]},
        {"use": "old", "family": "Elm", "given": ["Imaginary"]},
    ],
    extension=[{"url": BIRTH_SEX, "valueCode": "female"}],
)
PRESENT = {"family": "O'HAZEL-ELM", "given": ["IMAGINARY"], "prefix": ["MS."]}
SAME = {
    "nothing but the number": {},
    "the same in capitals": {"gender": "female", "name": [PRESENT]},
    "a given name alone": {"name": [{"given": ["Fay"]}]},
    "an accent beside its letter": {"name": [{"given": ["Zoe\u0308"]}]},
    "one text": {"name": [{"text": "Ms Imaginary O'Hazel-Elm"}]},
    "a former name that the index has": {
        "name": [PRESENT, {"use": "maiden", "family": "Elm", "given": ["Imaginary"]}]
    },
    "somebody else's title": {"contact": [{"name": {"prefix": ["Mr"], "family": "Elm"}, "gender": "male"}]},
    "the same birth sex": {"extension": [{"url": BIRTH_SEX, "valueCode": "female"}]},
}
OTHER = {
    "gender": {"gender": "male"},
    "title": {"name": [{**PRESENT, "prefix": ["Mr"]}]},
    "title in the text": {"name": [{**PRESENT, "text": "Mr Imaginary O'Hazel-Elm"}]},
    "former name": {"name": [PRESENT, {"use": "old", "family": "Ash", "given": ["Imaginary"]}]},
    "former given name": {"name": [PRESENT, {"use": "old", "family": "Elm", "given": ["Rowan"]}]},
    "maiden name of one text": {"name": [PRESENT, {"use": "maiden", "text": "Imaginary Ash"}]},
    "former name as the present one": {
        "name": [{"use": "official", "family": "Elm", "given": ["Imaginary"]}]
    },
    "one more given name": {"name": [{**PRESENT, "given": ["Imaginary", "Rowan"]}]},
    "another given name": {"name": [{**PRESENT, "given": ["Rowan"]}]},
    "birth sex": {"extension": [{"url": BIRTH_SEX, "valueCode": "male"}]},
    "gender identity inside": {
        "_gender": {"extension": [{"url": "urn:x:genderIdentity", "valueString": "man"}]}
    },
    "a name of no shape": {"name": [{"family": "Elm", "given": "Rowan"}]},
}
SENTENCE = "Alder: demographics differ, confirm identity."


@pytest.mark.parametrize("members", SAME.values(), ids=SAME.keys())
def test_what_the_index_says_too_is_no_difference(members: dict[str, Any]) -> None:
    """Spelling, order and what is left out tell nothing."""
    assert not Known.of(orjson.dumps(INDEX)).differs(orjson.dumps(patient(**members)))


@pytest.mark.parametrize("members", OTHER.values(), ids=OTHER.keys())
def test_whatever_the_index_does_not_say_differs(members: dict[str, Any]) -> None:
    """By whatever member it is said."""
    assert Known.of(orjson.dumps(INDEX)).differs(orjson.dumps(patient(**members)))


@pytest.mark.parametrize("unreadable", [b"", b"[]", b'{"name":[7]}', b'{"name":7}'])
def test_a_patient_that_cannot_be_read_differs(unreadable: bytes) -> None:
    """And from an index that cannot be read everything does that says anything."""
    assert Known.of(orjson.dumps(INDEX)).differs(unreadable)
    assert Known.of(unreadable).differs(orjson.dumps(patient(gender="female")))


HIDDEN_WORDS = ("Mr", "male", "Rowan", "Ash")
DIFFERING = patient(
    gender="male",
    name=[{**PRESENT, "prefix": ["Mr"]}, {"use": "old", "family": "Ash", "given": ["Rowan"]}],
    text={"status": "generated", "div": "<div>Mr Rowan Ash</div>"},
)
INSIDE = {**DIFFERING, "id": "inside"}
VISIT = item(
    "Encounter",
    "e1",
    status="finished",
    subject={"reference": "Patient/p1", "display": "Mr Rowan Ash"},
    text={"status": "generated", "div": "<div>Mr Rowan Ash came</div>"},
)
NOTE = item("Condition", "c1", contained=[INSIDE], subject={"reference": "#inside", "display": "Mr Ash"})
EVERYTHING = {"interaction": Interaction.EVERYTHING}
PATIENTS = {"interaction": Interaction.SEARCH, "resource_types": frozenset({"Patient"})}
VISITS = {"interaction": Interaction.SEARCH, "resource_types": frozenset({"Encounter", "Condition"})}


async def _answer(
    folder: Path,
    *held: dict[str, Any],
    asked: dict[str, Any],
    differences: Differences = Differences.HIDDEN,
    scope: Scope | None = None,
    **facts: Any,
) -> tuple[str, list[str]]:
    """The answer in its own characters without the index's Patient, and its notices of demographics."""
    index = OnePerson(patient=person(resource=orjson.dumps(INDEX)))
    roads = {"alder": Script(yielding(Page(tuple(entry(one) for one in held))))}
    user = OneUser(dataclasses.replace(DOCTOR, **facts))
    async with pipeline_over(folder, roads, index=index, user=user) as alone:
        policies = alone.services.policies()
        disclosure = dataclasses.replace(policies.disclosure, differences=differences)
        changed = dataclasses.replace(policies, disclosure=disclosure)
        alone.services = dataclasses.replace(alone.services, policies=lambda: changed)
        if scope is not None:
            await alone.store.append_event(received(NUMBER, scope=scope))
        bundle = orjson.loads(b"".join((await alone.ask(**asked)).body))
    found = [one["resource"] for one in bundle["entry"]]
    texts = [one["details"]["text"] for one in found[0]["issue"] if one["code"] == "conflict"]
    items = [one for one in found[1:] if one["meta"]["source"] != "urn:watersmeet:patient-index"]
    return orjson.dumps(items).decode(), texts


@pytest.mark.parametrize("asked", [EVERYTHING, PATIENTS, VISITS], ids=["everything", "patients", "visits"])
async def test_a_difference_is_told_and_its_values_are_nowhere(asked: dict[str, Any], tmp_path: Path) -> None:
    """Not in the Patient, in one inside another item, beside a reference, or in words over the whole."""
    told, texts = await _answer(tmp_path, DIFFERING, VISIT, NOTE, asked=asked)
    assert texts == [SENTENCE]
    assert not [word for word in HIDDEN_WORDS if word in told]
    assert ("Encounter" in told) is (asked is not PATIENTS)
    assert ("Condition" in told) is (asked is not PATIENTS)
    assert '"resourceType":"Patient"' not in told


async def test_a_difference_inside_an_item_alone_is_told_too(tmp_path: Path) -> None:
    """The partner's own Patient says nothing else, and stays."""
    told, texts = await _answer(tmp_path, patient(), NOTE, asked=EVERYTHING)
    assert texts == [SENTENCE]
    assert not [word for word in HIDDEN_WORDS if word in told]
    assert '"resourceType":"Patient"' in told


@pytest.mark.parametrize("asked", [EVERYTHING, PATIENTS], ids=["everything", "patients"])
async def test_policy_may_show_the_values_and_the_difference_is_still_told(
    asked: dict[str, Any], tmp_path: Path
) -> None:
    """The partner's Patient follows as the partner wrote it."""
    told, texts = await _answer(tmp_path, DIFFERING, NOTE, asked=asked, differences=Differences.SHOWN)
    assert texts == [SENTENCE]
    assert all(word in told for word in HIDDEN_WORDS)


async def test_where_nothing_differs_the_partners_words_stay(tmp_path: Path) -> None:
    """Its Patient, the words beside its references, and its narrative."""
    visit = {**VISIT, "subject": {"reference": "Patient/p1", "display": "Ms O'Hazel-Elm"}}
    told, texts = await _answer(tmp_path, patient(gender="female", name=[PRESENT]), visit, asked=EVERYTHING)
    assert texts == []
    assert "Ms O'Hazel-Elm" in told
    assert "came" in told


CLOSED: dict[str, dict[str, Any]] = {
    "an objection to demographics": {"scope": Scope(categories=frozenset({Category.DEMOGRAPHICS}))},
    "a token for other types": {"scopes": frozenset({"user/Encounter.rs", "user/Condition.rs"})},
}


@pytest.mark.parametrize("closed", CLOSED.values(), ids=CLOSED.keys())
async def test_whoever_may_not_see_demographics_hears_of_no_difference(
    closed: dict[str, Any], tmp_path: Path
) -> None:
    """That there is one would tell of what is held back."""
    told, texts = await _answer(tmp_path, DIFFERING, VISIT, asked=EVERYTHING, **closed)
    assert texts == []
    assert '"resourceType":"Patient"' not in told
    assert "Encounter" in told
