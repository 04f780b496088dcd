"""GP Connect's lists keep their warnings, their order and their nesting; ended allergies become items."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.stu3.translated import EARLIER, ORIGINAL_ID, PERSON, carried, run, translated, written

_WARNING = "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-ListWarningCode-1"
_SNOMED = "http://snomed.info/sct"


def _list(code: str = "886921000000105", **members: Any) -> dict[str, Any]:
    return {
        "resourceType": "List",
        "id": "l",
        "status": "current",
        "mode": "snapshot",
        "code": {"coding": [{"system": _SNOMED, "code": code}]},
        "subject": PERSON,
        **members,
    }


def _ended(*allergies: dict[str, Any], **members: Any) -> dict[str, Any]:
    entries = [{"item": {"reference": f"#{each.get('id')}"}} for each in allergies]
    return _list("1103671000000101", contained=list(allergies), entry=entries, **members)


def _allergy(identity: str, status: str | None = "resolved", **members: Any) -> dict[str, Any]:
    said = {"clinicalStatus": status} if status else {}
    return {"resourceType": "AllergyIntolerance", "id": identity, "patient": PERSON, **said, **members}


def _status(allergy: dict[str, Any]) -> str:
    (coding,) = allergy["clinicalStatus"]["coding"]
    code: str = coding["code"]
    return code


@pytest.mark.parametrize("code", ["confidential-items", "data-in-transit", "data-awaiting-filing"])
def test_a_warning_on_a_list_is_told_and_kept(code: str) -> None:
    """The connector hears of it, and the reader finds it where it stood, with its note."""
    warned = _list(extension=[{"url": _WARNING, "valueCode": code}], note=[{"text": "Items excluded"}])
    translation = run(written(_list(id="other"), warned))
    assert translation.list_warnings == {code}
    made = translated(warned)[0]
    assert made["extension"] == [{"url": _WARNING, "valueCode": code}]
    assert made["note"] == [{"text": "Items excluded"}]


@pytest.mark.parametrize("code", ["items-on-paper", None, ["confidential-items"]])
def test_a_warning_that_the_guide_does_not_name_is_told_as_another(code: Any) -> None:
    """A partner that warns of something unknown has warned all the same; its words are not passed on."""
    warned = _list(extension=[{"url": _WARNING, "valueCode": code}])
    assert run(written(warned)).list_warnings == {"other"}


def test_a_list_without_a_warning_warns_of_nothing() -> None:
    """Neither do other kinds that have such an extension, nor other extensions."""
    other = {"resourceType": "Flag", "id": "f", "extension": [{"url": _WARNING, "valueCode": "x"}]}
    assert (
        run(written(_list(extension=[{"url": "http://x", "valueCode": "y"}]), other)).list_warnings == set()
    )


def test_an_empty_list_says_why_it_is_empty() -> None:
    """No content recorded is not the same as no list."""
    reason = {"coding": [{"system": "https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-ListEmptyReasonCode-1",
                          "code": "no-content-recorded"}]}  # fmt: skip
    (made,) = translated(_list(emptyReason=reason, note=[{"text": "Information not available"}], entry=[]))
    assert made["emptyReason"] == reason
    assert "entry" not in made


def test_a_consultation_stays_a_tree_of_lists() -> None:
    """Consultation, topic and heading name each other as they did."""
    tree = [
        _list("325851000000107", id="c", entry=[{"item": {"reference": "List/t"}}]),
        _list("25851000000105", id="t", title="Cough", entry=[{"item": {"reference": "List/h"}}]),
        _list("24781000000107", id="h", title="History", entry=[{"item": {"reference": "Observation/o"}}]),
    ]
    made = translated(*tree)
    assert [each["entry"][0]["item"]["reference"] for each in made] == ["List/t", "List/h", "Observation/o"]
    assert [each.get("title") for each in made] == [None, "Cough", "History"]


def test_an_ended_allergy_is_an_item_of_its_own_with_a_stable_id() -> None:
    """The list names it where it named what it contained, and it is still resolved."""
    held, allergy = translated(_ended(_allergy("a", code={"text": "Penicillin"})))
    assert allergy["resourceType"] == "AllergyIntolerance"
    assert allergy["code"] == {"text": "Penicillin"}
    assert _status(allergy) == "resolved"
    assert "contained" not in held
    assert held["entry"] == [{"item": {"reference": f"AllergyIntolerance/{allergy['id']}"}}]
    assert {"url": ORIGINAL_ID, "valueString": "a"} in allergy["extension"]
    assert translated(_ended(_allergy("a", code={"text": "Penicillin"})))[1]["id"] == allergy["id"]


def test_a_reference_from_elsewhere_finds_an_ended_allergy() -> None:
    """A supplier names it by its list and its id within."""
    reference = {"reference": "List/l#a"}
    made = translated(_list(id="other", entry=[{"item": reference}]), _ended(_allergy("a")))
    assert made[0]["entry"][0]["item"]["reference"] == f"AllergyIntolerance/{made[2]['id']}"


@pytest.mark.parametrize("status", ["active", None, "", ["resolved"]])
def test_an_ended_allergy_is_never_active(status: Any) -> None:
    """It stood among the ended ones; what it said of itself is kept beside."""
    _, allergy = translated(_ended(_allergy("a") | {"clinicalStatus": status}))
    assert _status(allergy) == "inactive"
    if status == "active":
        assert carried(allergy, "AllergyIntolerance.clinicalStatus") == {"valueCode": "active"}


def test_an_ended_allergy_takes_along_what_it_names_and_the_labels_that_it_was_under() -> None:
    """Out of its list it still has its recorder, and is no less confidential."""
    label = {"system": "http://hl7.org/fhir/v3/Confidentiality", "code": "V"}
    doctor = {"resourceType": "Practitioner", "id": "d", "name": [{"family": "Lee"}]}
    holder = _ended(_allergy("a", recorder={"reference": "#d"}), meta={"security": [label]})
    holder["contained"].append(doctor)
    _, allergy = translated(holder)
    assert allergy["contained"] == [doctor]
    assert allergy["recorder"] == {"reference": "#d"}
    assert allergy["meta"]["security"] == [label]


def test_two_ended_allergies_of_one_id_are_two_items() -> None:
    """None takes the other's place."""
    made = translated(_ended(_allergy("a", code={"text": "Eggs"}), _allergy("a", code={"text": "Nuts"})))
    assert len({each["id"] for each in made}) == len(made)
    assert [each["code"]["text"] for each in made[1:]] == ["Eggs", "Nuts"]


def test_an_allergy_inside_another_list_stays_inside() -> None:
    """Only the list of ended allergies says that what it contains has ended."""
    (made,) = translated(_list(contained=[_allergy("a", "active")]))
    assert _status(made["contained"][0]) == "active"
    assert not any(each["url"].startswith(EARLIER) for each in made.get("extension", []))
