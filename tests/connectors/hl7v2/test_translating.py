"""Whole messages into R4: whose it is, what belongs to what, and nothing dropped."""

from __future__ import annotations

import pytest

from broker.domain.category import Category, listed_code
from connectors.hl7v2.reading import NotHl7
from connectors.hl7v2.translating import translate_message
from connectors.r4 import ORIGINAL
from tests.connectors.hl7v2.messages import OBR, PID, given, header, of_type, result, segment, translated

SODIUM = "OBX|1|NM|2951-2^Sodium^LN||140.10|mmol/L|133-146|N~A|||F|||20260211093000+0000||C1^Shaw^Ann^^^Dr"
VISIT = segment(
    "PV1",
    {
        2: "I",
        3: "W4^^B2^RGT",
        6: "ED^^^RGT",
        7: "C1^Shaw^Ann^^^Dr",
        8: "C2^Bell^Tom",
        10: "180",
        14: "7",
        19: "V1^^^PAS^VN",
        36: "19",
        44: "20260210083000+0000",
        45: "20260214",
    },
)


def test_the_person_stands_first_with_number_and_birth_date() -> None:
    """The number by its national system, the hospital's own beside it, as the partner writes them."""
    person = translated(PID)[0]
    assert person["resourceType"] == "Patient"
    assert person["birthDate"] == "1951-04-09"
    assert person["gender"] == "female"
    assert person["name"] == [{"family": "Rao", "given": ["Asha"]}]
    national, local = person["identifier"]
    assert (national["system"], national["value"]) == ("https://fhir.nhs.uk/Id/nhs-number", "9990000018")
    assert (local["value"], given(local["_system"])) == ("A1", ["PAS"])


@pytest.mark.parametrize("marked", ["^^^NHS", "^^^^NH", "^^^NHS&2.16.840.1.113883.2.1.4.1&ISO^NH", "^^^GOV"])
def test_a_number_is_known_by_its_authority_its_kind_or_its_object_identifier(marked: str) -> None:
    """And by the name that a site registers for it."""
    person = translated(
        f"PID|||999 000 0018{marked}||Rao", number_authority="GOV" if "GOV" in marked else "NHS"
    )[0]
    (number,) = person["identifier"]
    assert (number["system"], number["value"]) == ("https://fhir.nhs.uk/Id/nhs-number", "999 000 0018")
    assert "_system" not in number


def test_a_number_of_the_national_kind_keeps_the_name_of_whoever_gave_it() -> None:
    """Another authority's name stands beside the national system."""
    (number,) = translated("PID|||9990000018^^^ELSEWHERE^NH||Rao")[0]["identifier"]
    assert number["system"] == "https://fhir.nhs.uk/Id/nhs-number"
    assert given(number["_system"]) == ["ELSEWHERE"]


def test_results_belong_to_their_report_their_person_and_their_visit() -> None:
    """References lead from each to each."""
    trees = translated(PID, VISIT, OBR, SODIUM)
    report, sodium = of_type(trees, "DiagnosticReport"), of_type(trees, "Observation")
    visit, person = of_type(trees, "Encounter"), of_type(trees, "Patient")
    assert report["result"] == [{"reference": f"Observation/{sodium['id']}"}]
    for tree in (report, sodium):
        assert tree["subject"] == {"reference": f"Patient/{person['id']}"}
        assert tree["encounter"] == {"reference": f"Encounter/{visit['id']}"}
    assert report["status"] == "final"
    assert report["issued"] == "2026-02-11T12:00:00+00:00"


def test_a_result_is_carried_with_all_that_is_said_of_it() -> None:
    """Value, range and flags as given, who answers for it, when, and of what category."""
    sodium = of_type(translated(PID, OBR, SODIUM, "NTE|1||Slightly haemolysed"), "Observation")
    assert sodium["valueQuantity"]["value"] == "140.10"
    assert sodium["referenceRange"] == [{"text": "133-146"}]
    assert [one["coding"][0]["code"] for one in sodium["interpretation"]] == ["N", "A"]
    assert sodium["performer"][0]["display"] == "Dr Ann Shaw"
    assert sodium["effectiveDateTime"] == "2026-02-11T09:30:00+00:00"
    assert sodium["category"][0]["coding"][0]["code"] == "laboratory"
    assert sodium["note"] == [{"text": "Slightly haemolysed"}]


def test_a_result_without_a_moment_of_its_own_has_that_of_its_report() -> None:
    """As the standard says of OBX-14."""
    assert result("NM", "1")["effectiveDateTime"] == "2026-02-11T09:30:00+00:00"


@pytest.mark.parametrize(
    ("word", "status"),
    [("F", "final"), ("C", "corrected"), ("R", "preliminary"), ("X", "cancelled"), ("", "unknown")],
)
def test_a_status_is_the_nearest_of_fhirs_with_the_word_beside_it(word: str, status: str) -> None:
    """`R`, not yet verified, is no mere `preliminary`; none at all is unknown."""
    found = result("NM", "1", more=f"||||{word}")
    assert found["status"] == status
    assert given(found.get("_status", {})) == (["R"] if word == "R" else [])


@pytest.mark.parametrize(
    ("section", "category"),
    [
        ("LAB", "laboratory"),
        ("RAD", "imaging"),
        ("VS", "vital-signs"),
        ("", "laboratory"),
        ("ZZ", "laboratory"),
    ],
)
def test_the_section_of_a_report_tells_the_category_of_its_results(section: str, category: str) -> None:
    """What no section tells is taken for the stricter one."""
    trees = translated(PID, OBR.replace("|LAB|", f"|{section}|"), SODIUM)
    assert of_type(trees, "Observation")["category"][0]["coding"][0]["code"] == category


def test_a_visit_has_its_class_its_times_its_people_and_places() -> None:
    """Each of PV1's, as FHIR has it."""
    visit = of_type(translated(PID, VISIT, "PV2|||^Chest pain"), "Encounter")
    assert visit["class"]["code"] == "IMP"
    assert visit["status"] == "finished"
    assert visit["period"] == {"start": "2026-02-10T08:30:00+00:00", "end": "2026-02-14"}
    assert [one["individual"]["display"] for one in visit["participant"]] == ["Dr Ann Shaw", "Tom Bell"]
    assert [one["location"]["display"] for one in visit["location"]] == ["B2, W4, RGT", "ED, RGT"]
    assert visit["reasonCode"] == [{"coding": [{"display": "Chest pain"}]}]
    assert visit["identifier"][0]["value"] == "V1"


def test_an_order_and_a_specimen_stand_by_themselves() -> None:
    """The report is based on the one and of the other; what follows the specimen is observed of it."""
    trees = translated(
        PID,
        "ORC|RE|P1^EHR|F1^LAB||CM||||20260211080000+0000|||C1^Shaw^Ann",
        OBR,
        SODIUM,
        "SPM|1|S1&EHR^S2&LAB||SER^Serum^HL70487|||||||||||||20260211090000+0000",
        "OBX|1|ST|9^Appearance^L||clear||||||F",
    )
    report, order, sample = (
        of_type(trees, name) for name in ("DiagnosticReport", "ServiceRequest", "Specimen")
    )
    assert report["basedOn"] == [{"reference": f"ServiceRequest/{order['id']}"}]
    assert report["specimen"] == [{"reference": f"Specimen/{sample['id']}"}]
    assert (order["status"], order["intent"]) == ("completed", "order")
    assert order["category"][0]["coding"][0]["code"] == "108252007"
    assert sample["collection"]["collectedDateTime"] == "2026-02-11T09:00:00+00:00"
    (observed,) = [tree for tree in trees if "specimen" in tree and tree["resourceType"] == "Observation"]
    assert observed["valueString"] == "clear"
    assert len(report["result"]) == 1


def test_a_field_without_a_place_stands_as_given_with_its_number() -> None:
    """A sub-identifier, a probability, a local field."""
    found = of_type(translated(PID, OBR, SODIUM.replace("^LN||", "^LN|1.2|")), "Observation")
    assert "OBX-4: 1.2" in given(found)
    assert "PID-10: 2106-3^White" in given(translated(PID + "||2106-3^White")[0])


def test_a_segment_that_nobody_translates_is_listed_whole() -> None:
    """With what follows it, of the category that its name tells, or of none."""
    trees = translated(PID, "RXE|1^^^20260211|X^Aspirin^L|75||mg", "NTE|1||With food", "ZQZ|1|local")
    medicine, local = (tree for tree in trees if tree["resourceType"] == "Basic")
    assert medicine["extension"][1] == {
        "url": ORIGINAL,
        "valueString": "RXE|1^^^20260211|X^Aspirin^L|75||mg\nNTE|1||With food",
    }
    codes = [tree["code"]["coding"][0]["code"] for tree in (medicine, local)]
    assert codes == [listed_code(Category.MEDICINES), listed_code(Category.UNCLASSIFIED)]


@pytest.mark.parametrize(
    "segment",
    ["OBX|1|NM|||5", "OBR|1", "OBX|1|ED|11^Letter^L||^AP^PDF^Base64^JVBERg==||||||F", "AL1|1|DA", "DG1|1"],
)
def test_an_item_that_r4_cannot_hold_is_listed_whole(segment: str) -> None:
    """Without a code, or with a document inside."""
    basic = of_type(translated(PID, segment), "Basic")
    assert basic["extension"][1]["valueString"] == segment


def test_each_person_of_a_message_has_what_follows_alone() -> None:
    """A second PID begins anew; nothing of the one is about the other."""
    trees = translated(PID, VISIT, PID.replace("9990000018", "9990000026").replace("A1", "B1"), OBR, SODIUM)
    first, second = (tree for tree in trees if tree["resourceType"] == "Patient")
    assert first["id"] != second["id"]
    assert of_type(trees, "Encounter")["subject"]["reference"] == f"Patient/{first['id']}"
    assert of_type(trees, "Observation")["subject"]["reference"] == f"Patient/{second['id']}"
    assert "encounter" not in of_type(trees, "Observation")


def test_a_person_and_a_visit_that_are_repeated_before_each_result_stand_once() -> None:
    """The same words are the same person; what is about them refers to the one."""
    other = OBR.replace("26-N-1", "26-N-2")
    trees = translated(PID, VISIT, OBR, SODIUM, PID, VISIT, other, SODIUM)
    person, visit = of_type(trees, "Patient"), of_type(trees, "Encounter")
    items = [tree for tree in trees if tree not in (person, visit)]
    assert len(items) == 4
    assert {tree["subject"]["reference"] for tree in items} == {f"Patient/{person['id']}"}
    assert {tree["encounter"]["reference"] for tree in items} == {f"Encounter/{visit['id']}"}


def test_what_stands_before_any_person_is_about_nobody() -> None:
    """It has no subject, so that nobody is shown it."""
    trees = translated(OBR, SODIUM, "ZZZ|1", PID)
    assert [tree.get("subject") for tree in trees] == [None] * 4


def test_the_same_segments_have_the_same_ids_and_two_alike_have_two() -> None:
    """Answer after answer, and inside one."""
    ids = [[tree["id"] for tree in translated(PID, OBR, SODIUM, SODIUM)] for _ in range(2)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 4
    other = [tree["id"] for tree in translated(PID, OBR.replace("26-N-1", "26-N-2"), SODIUM)]
    assert set(other) & set(ids[0]) == {ids[0][0]}


def test_text_that_a_null_stands_for_is_not_made_up() -> None:
    """Two quotation marks say that there is no value."""
    person = translated('PID|1||9990000018^^^NHS^NH||""||19510409|""|""')[0]
    assert "name" not in person
    assert "gender" not in person


def test_what_is_no_message_is_refused() -> None:
    """Nothing is read out of it."""
    with pytest.raises(NotHl7):
        translate_message(b"{}")


def test_a_message_of_nobody_is_nothing() -> None:
    """Its header is no part of anybody's record."""
    assert translate_message(header().encode()) == ()
    assert translated("EVN|A01", "SFT|x") == []
