"""What is of a sensitivity class that is hidden from the reader is withheld, by label and by code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from broker.domain.category import Category
from broker.domain.sensitivity import OWN_SYSTEM, SensitivityClass
from tests.support.records import item
from tests.support.screening import body, released, screened
from tests.support.sensitive import (
    ACT_CODE,
    ALCOHOL_CODE,
    CONFIDENTIALITY,
    FERTILITY_CODE,
    HIV_CODE,
    coded,
    labelled,
    ruling_for,
)

LABELS = {
    "our own word": ("hiv", {}),
    "HL7's word": ("HIV", {"system": ACT_CODE}),
    "HL7's word in an older spelling": ("HIV", {"system": "http://hl7.org/fhir/v3/ActCode"}),
    "restricted, and nobody says why": ("R", {"system": CONFIDENTIALITY}),
    "very restricted": ("V", {"system": CONFIDENTIALITY}),
    "restricted, of no system": ("R", {"system": ""}),
    "a word that nobody sorted": ("MARST", {"system": ACT_CODE}),
    "a partner's own word": ("secret", {"system": "urn:own"}),
}


@pytest.mark.parametrize(("code", "system"), LABELS.values(), ids=LABELS.keys())
@pytest.mark.parametrize("kind", ["AllergyIntolerance", "Condition", "Observation", "MedicationRequest"])
def test_a_label_hides_an_item_of_any_kind(kind: str, code: str, system: dict[str, str]) -> None:
    """From a receptionist; the item beside it stays, and so does all for the doctor."""
    resources = [item(kind, "x1", **labelled(code, **system)), item("Procedure", "r1")]
    role = "receptionist"
    assert released(screened(resources, ruling_for(role))) == ["Patient/p1", "Procedure/r1"]
    assert released(screened(resources, ruling_for("doctor"))) == ["Patient/p1", f"{kind}/x1", "Procedure/r1"]


@pytest.mark.parametrize("code", ["N", "U", "NOPAT", "MH", "PSY", "BH"])
def test_an_ordinary_label_hides_nothing(code: str) -> None:
    """Mental health is no class, and NOPAT is about what the person is shown: it is carried."""
    system = CONFIDENTIALITY if len(code) == 1 else ACT_CODE
    one = screened([item("Condition", "c1", **labelled(code, system))], ruling_for("receptionist"))
    assert body(one, "Condition/c1")["meta"] == labelled(code, system)["meta"]


def test_restricted_beside_a_class_means_that_class() -> None:
    """A pharmacist sees what is of HIV, restricted or not; a bare "restricted" is not for a pharmacist."""
    both = {
        "meta": {"security": [{"system": CONFIDENTIALITY, "code": "R"}, {"system": ACT_CODE, "code": "HIV"}]}
    }
    resources = [
        item("Condition", "c1", **both),
        item("Condition", "c2", **labelled("R", CONFIDENTIALITY)),
    ]
    assert released(screened(resources, ruling_for("pharmacist"))) == ["Patient/p1", "Condition/c1"]


ODD_SPELLINGS = {
    "no system": ("HIV", ""),
    "a system without its prefix": ("HIV", "2.16.840.1.113883.5.4"),
    "a system over TLS": ("HIV", ACT_CODE.replace("http:", "https:")),
    "a system with a slash too many": ("HIV", f"{ACT_CODE}/"),
    "a system with its version": ("HIV", f"{ACT_CODE}|9.0.0"),
    "small letters": ("hiv", ACT_CODE),
    "space around it": (" HIV ", ACT_CODE),
    "our own word in capitals": ("Hiv", OWN_SYSTEM),
    "a partner's own system": ("HIV", "urn:own"),
}


@pytest.mark.parametrize(("code", "system"), ODD_SPELLINGS.values(), ids=ODD_SPELLINGS.keys())
def test_a_label_of_a_class_in_an_odd_spelling_is_of_that_class(code: str, system: str) -> None:
    """A physiotherapist, who sees what is restricted without a reason, does not see what is of HIV."""
    resources = [
        item("Condition", "c1", **labelled(code, system)),
        item("Condition", "c2", **labelled("no-such-word", system)),
    ]
    assert released(screened(resources, ruling_for("physiotherapist"))) == ["Patient/p1", "Condition/c2"]


def test_what_the_law_closes_stays_closed_in_an_odd_spelling() -> None:
    """Also to a doctor, to whom a label without a known reason is open."""
    closed = [
        item("Condition", f"c{place}", **labelled(code, system))
        for place, (code, system) in enumerate(
            (("Gender-Recognition", OWN_SYSTEM), ("assisted-conception", ""), ("gender-recognition", "urn:x"))
        )
    ]
    assert released(screened(closed, ruling_for("doctor"))) == ["Patient/p1"]


def test_a_word_that_nobody_sorted_is_not_explained_by_a_class_beside_it() -> None:
    """What else it may mean is not known."""
    both = {"meta": {"security": [{"system": "urn:own", "code": "x"}, {"system": ACT_CODE, "code": "HIV"}]}}
    assert released(screened([item("Condition", "c1", **both)], ruling_for("pharmacist"))) == ["Patient/p1"]


OWN_LABELS = {
    "a document": item("DocumentReference", "d1", securityLabel=[coded("HIV", ACT_CODE)]),
    "a document whose label cannot be read": item("DocumentReference", "d1", securityLabel={"coding": 5}),
    "a document whose label has words alone": item(
        "DocumentReference", "d1", securityLabel=[{"text": "secret"}]
    ),
    "a composition": item("Composition", "d1", confidentiality="R"),
    "a composition of which it cannot be read": item("Composition", "d1", confidentiality=["R"]),
}


@pytest.mark.parametrize("resource", OWN_LABELS.values(), ids=OWN_LABELS.keys())
def test_labels_that_only_documents_bear_are_read_too(resource: dict[str, Any]) -> None:
    """`securityLabel` and `confidentiality` close as a label of `meta` does, and so does one in doubt."""
    assert released(screened([resource], ruling_for("social-worker"))) == ["Patient/p1"]


BEARING = {
    "its code": item("Condition", "c1", code=coded(HIV_CODE)),
    "its code, of a partner's own system": item("Condition", "c1", code=coded(HIV_CODE, "urn:own")),
    "a code within an expression": item("Condition", "c1", code=coded(f"64572001:246075003={HIV_CODE}")),
    "a code that is a number": item("Condition", "c1", code=coded(int(HIV_CODE))),
    "an alert": item("Flag", "c1", code=coded(HIV_CODE)),
    "an observation": item("Observation", "c1", code=coded(HIV_CODE)),
    "its reason": item("Procedure", "c1", reasonCode=[coded(HIV_CODE)]),
    "its value": item(
        "Observation", "c1", category=[coded("laboratory")], valueCodeableConcept=coded(HIV_CODE)
    ),
    "what a medicine is for": item("MedicationRequest", "c1", reasonCode=[coded(HIV_CODE)]),
    "something contained": item(
        "Procedure",
        "c1",
        contained=[item("Condition", "i", code=coded(HIV_CODE))],
        reasonReference=[{"reference": "#i"}],
    ),
    "an original that is carried as text": item(
        "Condition",
        "c1",
        extension=[{"url": "urn:x", "valueString": orjson.dumps({"code": coded(HIV_CODE)}).decode()}],
    ),
    "a code element that cannot be read": item("Condition", "c1", code={"coding": {"code": "1"}}),
    "a code alone, in an extension": item(
        "Condition", "c1", extension=[{"url": "urn:x", "valueCode": HIV_CODE}]
    ),
    "its address in an extension": item(
        "Condition", "c1", extension=[{"url": "urn:x", "valueUri": f"http://snomed.info/id/{HIV_CODE}"}]
    ),
    "an original in another language": item(
        "Condition", "c1", extension=[{"url": "urn:x", "valueString": f'<code code="{HIV_CODE}"/>'}]
    ),
    "a note": item("Condition", "c1", note=[{"text": f"Seen for |{HIV_CODE}| in clinic."}]),
    "a tag": item("Condition", "c1", meta={"tag": [{"code": HIV_CODE}]}),
    "the kind of an identifier": item(
        "Condition", "c1", identifier=[{"type": coded(HIV_CODE), "value": "1"}]
    ),
    "beside something long that is encoded": item(
        "DocumentReference",
        "c1",
        description=f"About {HIV_CODE}",
        content=[{"attachment": {"data": "QUJD" * 10_000}}],
    ),
    "within something long": item("Condition", "c1", note=[{"text": f"{'word ' * 10_000}{HIV_CODE}"}]),
}


@pytest.mark.parametrize("resource", BEARING.values(), ids=BEARING.keys())
def test_a_code_of_the_list_hides_an_item_wherever_it_stands(resource: dict[str, Any]) -> None:
    """From a social worker, to whom HIV is not open; an ordinary code beside it hides nothing."""
    other = item("Condition", "c2", code=coded("38341003"))
    one = screened([resource, other], ruling_for("social-worker"))
    assert released(one) == ["Patient/p1", "Condition/c2"]
    assert HIV_CODE.encode() not in b"".join(resource.raw for resource in one.released)


def test_a_records_own_name_is_no_code() -> None:
    """A partner that numbers its records may give one the digits of a code: it stays."""
    numbered = item(
        "Condition",
        HIV_CODE,
        identifier=[{"system": "urn:own", "value": HIV_CODE}],
        meta={"versionId": HIV_CODE},
        recorder={"reference": f"Practitioner/{HIV_CODE}", "identifier": {"value": HIV_CODE}},
    )
    one = screened([numbered], ruling_for("social-worker"))
    assert released(one) == ["Patient/p1", f"Condition/{HIV_CODE}"]


def test_a_code_is_looked_for_in_items_of_no_known_category_too() -> None:
    """Where a policy permits those at all."""
    ruling = replace(ruling_for("social-worker"), categories=frozenset(Category))
    resources = [
        item("Media", f"m{place}", reasonCode=[coded(code)]) for place, code in enumerate(("1", HIV_CODE))
    ]
    assert released(screened(resources, ruling)) == ["Patient/p1", "Media/m0"]


def test_a_code_is_found_however_it_is_spelled() -> None:
    """Escapes and white space are JSON's freedom, and hide nothing."""
    plain = orjson.dumps(item("Condition", "c1", code=coded(HIV_CODE)))
    escaped = plain.replace(b'"86406008"', b'"\\u00386406008"').replace(b'"code":"', b'"c\\u006fde" : "')
    spaced = plain.replace(b'"code":"86406008"', b'"code" :\n " 86406008 "')
    assert plain not in {escaped, spaced}
    for raw in (escaped, spaced):
        assert released(screened([raw], ruling_for("social-worker"))) == ["Patient/p1"]


def test_a_code_is_open_to_whom_its_class_is() -> None:
    """Alcoholism to a physiotherapist, HIV to a pharmacist, both to a doctor."""
    resources = [
        item("Condition", "c1", code=coded(HIV_CODE)),
        item("Condition", "c2", code=coded(ALCOHOL_CODE)),
    ]
    shown = {
        role: released(screened(resources, ruling_for(role)))[1:]
        for role in ("doctor", "pharmacist", "physiotherapist", "social-worker")
    }
    assert shown == {
        "doctor": ["Condition/c1", "Condition/c2"],
        "pharmacist": ["Condition/c1", "Condition/c2"],
        "physiotherapist": ["Condition/c2"],
        "social-worker": [],
    }


def test_an_emergency_opens_what_policy_says_and_nothing_that_the_law_closes() -> None:
    """A paramedic sees HIV then, and fertility treatment never, and nor does a doctor."""
    resources = [
        item("Condition", "c1", code=coded(HIV_CODE)),
        item("Procedure", "r1", code=coded(FERTILITY_CODE)),
        item("Condition", "c3", **labelled(SensitivityClass.GENDER_RECOGNITION)),
    ]
    for role in ("paramedic", "doctor"):
        emergency = ruling_for(role, purpose="ETREAT")
        assert released(screened(resources, emergency)) == ["Patient/p1", "Condition/c1"]


def test_a_hidden_place_goes_with_every_reference_to_it() -> None:
    """A Location that is labelled is no harmless support."""
    place = {"resourceType": "Location", "id": "l1", "name": "Refuge", **labelled("restricted-location")}
    visit = item("Encounter", "e1", status="finished", location=[{"location": {"reference": "Location/l1"}}])
    for resources in ([place, visit], [{**visit, "contained": [place], "location": []}]):
        one = screened(resources, ruling_for("pharmacist"))
        assert b"Refuge" not in b"".join(resource.raw for resource in one.released)
        assert b"Location/l1" not in b"".join(resource.raw for resource in one.released)


def test_the_crisis_plan_and_lithium_reach_the_emergency_department() -> None:
    """With the risk beside them, coded and labelled as a mental health service does."""
    resources = [
        item("CarePlan", "plan", title="Crisis plan", **labelled("MH", ACT_CODE)),
        item("Flag", "risk", code=coded("225444004"), **labelled("PSY", ACT_CODE)),
        item("MedicationRequest", "lithium", medicationCodeableConcept={"text": "Lithium carbonate"}),
    ]
    shown = ["Patient/p1", "CarePlan/plan", "Flag/risk", "MedicationRequest/lithium"]
    for role in ("doctor", "nurse", "paramedic"):
        assert (
            released(screened(resources, ruling_for(role, purpose="ETREAT", relationship="self-claimed")))
            == shown
        )


def test_what_the_law_closes_leaves_what_an_item_of_no_known_kind_leaves() -> None:
    """Nobody can tell the two apart, so neither says anything of the other."""
    beside = item("Condition", "c2", text={"status": "generated", "div": "<div>All of it.</div>"})
    closed = item("Condition", "c1", **labelled("assisted-conception"))
    unknown = item("Condition", "c1", category=[1])
    one, other = (screened([hidden, beside], ruling_for("doctor")) for hidden in (closed, unknown))
    assert one == other
    assert Category.PROBLEMS in one.fallen


def test_a_label_where_policy_expects_none_denies_none_recorded() -> None:
    """An allergy labelled with HIV is hidden, and no allergies cannot be said."""
    one = screened([item("AllergyIntolerance", "a1", **labelled("hiv"))], ruling_for("physiotherapist"))
    assert released(one) == ["Patient/p1"]
    assert Category.ALLERGIES in one.fallen
