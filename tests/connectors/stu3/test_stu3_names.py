"""Ids and references hold together: each item has one id, and a reference finds what it found before."""

from __future__ import annotations

import json
from typing import Any

import pytest

from broker.conformance.people import Standing
from broker.pipeline.normalisation.reading import read_resource
from broker.pipeline.normalisation.right_patient import Proof, own_patient
from broker.ports.connector import Entry
from tests.connectors.stu3.translated import ORIGINAL_ID, faults, given, run, translated, written
from tests.support.check_kit import invented
from tests.support.patients import ASHA, BEN


def _flag(identity: Any, **members: Any) -> dict[str, Any]:
    return {"resourceType": "Flag", "id": identity, "status": "active", **members}


def _named(reference: str, **members: Any) -> dict[str, Any]:
    (made,) = translated(_flag("f", subject={"reference": reference, **members}))
    subject: dict[str, Any] = made["subject"]
    return subject


@pytest.mark.parametrize(
    ("given_as", "expected"),
    [
        ("Patient/2", "Patient/2"),
        ("ReferralRequest/7", "ServiceRequest/7"),
        ("ProcedureRequest/7/_history/2", "ServiceRequest/7/_history/2"),
        ("https://gp.example.org/STU3/1/ReferralRequest/7", "https://gp.example.org/STU3/1/ServiceRequest/7"),
        ("urn:uuid:0b1a5c2e-aaaa-4bbb-8ccc-0123456789ab", "urn:uuid:0b1a5c2e-aaaa-4bbb-8ccc-0123456789ab"),
        ("Patient?identifier=x|9990000018", "Patient?identifier=x|9990000018"),
        ("#inner", "#inner"),
    ],
)
def test_a_reference_reads_as_r4_names_its_target(given_as: str, expected: str) -> None:
    """Requests of two kinds are service requests in R4; every other name stays."""
    assert _named(given_as) == {"reference": expected}


@pytest.mark.parametrize(
    "prose", ["Referral items are not supported by the provider system", "unknown", "n/a"]
)
def test_prose_for_a_reference_is_what_it_displays(prose: str) -> None:
    """It names nothing; beside a display that is there it is given as it was."""
    assert _named(prose) == {"display": prose}
    assert _named(prose, display="Dr Lee") == {"display": "Dr Lee", "_reference": given(prose)}


@pytest.mark.parametrize("identity", ["ab_cd", "x" * 65, "a b", "ä"])
def test_an_id_that_fhir_cannot_have_is_rewritten_with_every_reference(identity: str) -> None:
    """The partner's own id is kept in the item."""
    person, flag = translated(
        {"resourceType": "Patient", "id": identity},
        _flag("f", subject={"reference": f"Patient/{identity}"}) if " " not in identity else _flag("f"),
    )
    assert person["id"] != identity
    assert person["extension"] == [{"url": ORIGINAL_ID, "valueString": identity}]
    if " " not in identity:
        assert flag["subject"] == {"reference": f"Patient/{person['id']}"}


def test_the_same_id_is_rewritten_alike_in_every_answer() -> None:
    """A document's answer names the same practice as the record's."""
    first = translated({"resourceType": "Organization", "id": "a_b", "name": "One"})[0]
    second = translated(_flag("f", author={"reference": "Organization/a_b"}))[0]
    assert second["author"]["reference"] == f"Organization/{first['id']}"


def test_a_resource_without_an_id_has_the_id_of_its_content() -> None:
    """The same list has the same id again, and another list another."""
    one, same, other = ({"resourceType": "List", "title": title} for title in ("a", "a", "b"))
    ids = [each["id"] for each in translated(one, same, other)]
    assert ids[0] == ids[1] != ids[2]
    assert "extension" not in translated(one)[0]


def test_of_two_contents_under_one_id_both_stay_and_the_first_keeps_the_name() -> None:
    """References go on pointing at the first; the later keeps in it which id it had."""
    first, second, pointing = translated(
        {"resourceType": "Location", "id": "1", "name": "Ward A"},
        {"resourceType": "Location", "id": "1", "name": "Ward B"},
        {"resourceType": "Location", "id": "2", "partOf": {"reference": "Location/1"}},
    )
    assert first["id"] == "1"
    assert second["id"] != "1"
    assert second["extension"] == [{"url": ORIGINAL_ID, "valueString": "1"}]
    assert pointing["partOf"]["reference"] == "Location/1"


def test_two_patients_of_one_name_both_keep_it() -> None:
    """Whose a reference is then nobody can say, and the broker must see that: nothing of it is proved."""
    number = "https://fhir.nhs.uk/Id/nhs-number"
    ours, other = (
        {"resourceType": "Patient", "id": "p_1", "identifier": [{"system": number, "value": digits}]}
        for digits in (ASHA.digits, BEN.digits)
    )
    about = _flag("1", subject={"reference": "Patient/p_1"})
    raws = [entry.raw for entry in run(written(ours, other, about)).entries]
    resources = [read_resource("rosewell", Entry(raw=raw), {}) for raw in raws]
    read = [resource for resource in resources if resource is not None]
    assert len(read) == len(raws)
    asked = invented(ASHA, Standing.KNOWN).identity
    assert own_patient(read, asked, "https://gp.example", needs_birth_date=False).proof is Proof.WRONG


def test_the_very_same_resource_twice_keeps_its_id_twice() -> None:
    """The broker knows a repeat by its bytes."""
    flag = _flag("1")
    assert translated(flag, flag) == translated(flag) * 2


def test_a_referral_and_a_request_of_one_id_are_told_apart() -> None:
    """Both are service requests in R4: each reference finds its own."""
    referral, request, pointing = translated(
        {"resourceType": "ReferralRequest", "id": "1"},
        {"resourceType": "ProcedureRequest", "id": "1"},
        {"resourceType": "ProcedureRequest", "id": "2", "basedOn": [{"reference": "ProcedureRequest/1"}],
         "replaces": [{"reference": "ReferralRequest/1"}]},
    )  # fmt: skip
    assert referral["id"] == "1"
    assert request["id"] != "1"
    assert pointing["basedOn"][0]["reference"] == f"ServiceRequest/{request['id']}"
    assert pointing["replaces"][0]["reference"] == "ServiceRequest/1"


def test_however_many_claim_one_id_each_content_has_its_own() -> None:
    """A referral, a request and another request under one id are three items."""
    made = translated(
        {"resourceType": "ReferralRequest", "id": "1"},
        {"resourceType": "ProcedureRequest", "id": "1", "status": "active"},
        {"resourceType": "ProcedureRequest", "id": "1", "status": "draft"},
    )
    assert len({each["id"] for each in made}) == len(made)


def test_what_is_contained_is_translated_under_its_own_name() -> None:
    """A local id that R4 could not have is rewritten with the references to it."""
    request = {"resourceType": "ProcedureRequest", "id": "a_b", "status": "suspended"}
    (made,) = translated(
        {
            "resourceType": "DiagnosticReport",
            "id": "1",
            "contained": [request],
            "basedOn": [{"reference": "#a_b"}],
        }
    )
    inner = made["contained"][0]
    assert inner["resourceType"] == "ServiceRequest"
    assert inner["status"] == "on-hold"
    assert made["basedOn"] == [{"reference": f"#{inner['id']}"}]


def test_what_is_contained_and_of_an_unknown_kind_stays_inside_with_its_original() -> None:
    """A reference to it still finds it, and the item around it stays valid."""
    inner = {"resourceType": "DataElement", "id": "x", "title": "Shoe size"}
    holder = {"resourceType": "Flag", "id": "1", "status": "active", "code": {"text": "t"},
              "subject": {"reference": "Patient/p"}, "contained": [inner]}  # fmt: skip
    (entry,) = run(written(holder)).entries
    (made,) = json.loads(entry.raw)["contained"]
    assert made["resourceType"] == "Basic"
    assert made["id"] == "x"
    assert "Shoe size" in json.dumps(made)
    assert faults(entry.raw) == []
