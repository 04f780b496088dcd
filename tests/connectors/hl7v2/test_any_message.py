"""Whatever stands in the fields of whatever segments, what comes out is R4 about this person."""

from __future__ import annotations

import json

from fhir.resources.R4B import get_fhir_model_class
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.hl7v2.translating import translate_message
from tests.connectors.hl7v2.messages import PID, header

SEGMENTS = (
    "PID PD1 NK1 PV1 PV2 ORC OBR OBX SPM NTE AL1 IAM DG1 PR1 RXA RXR RXE SCH TQ1 AIS AIL AIP AIG ROL ZZZ"
)
TYPES = ["NM", "SN", "ST", "TX", "CWE", "DT", "TS", "TM", "NR", "CQ", "ED", "IS", "XX"]
EVENTS = ["ORU^R01", "RSP^K11", "ADT^A03", "SIU^S12", "VXU^V04", "REF^I12"]
WRITTEN = (
    r'M F Y CP Booked 5.10 < - "" LN HL70078 NH NHS 2.16.840.1.113883 20260211 20260211093000+0000 \ '
    r"202602110930 \T\ \X0A\ C:\temp"
)
WORDS = st.one_of(
    st.sampled_from(["", " ", "a  b", *WRITTEN.split()]),
    st.text(st.characters(exclude_characters="|^~&\r\n", exclude_categories=["Cs", "Cc"]), max_size=8),
)
COMPONENTS = st.lists(WORDS, max_size=3).map("&".join)
FIELDS = st.lists(st.lists(COMPONENTS, max_size=6).map("^".join), max_size=2).map("~".join)


@st.composite
def segments(draw: st.DrawFn) -> str:
    """One segment of a kind that is known, or not, with anything in it."""
    name = draw(st.sampled_from(SEGMENTS.split()))
    fields = draw(st.lists(FIELDS, max_size=30))
    if name == "OBX" and len(fields) > 1:
        fields[1] = draw(st.sampled_from(TYPES))
    return "|".join([name, *fields])


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(EVENTS), st.lists(segments(), max_size=6))
def test_any_message_becomes_valid_r4(event: str, more: list[str]) -> None:
    """A validator that is not ours takes every resource, and no two share an id."""
    message = "".join(f"{one}\r" for one in (header(event), PID, *more)).encode()
    trees = [json.loads(raw) for raw in translate_message(message)]
    assert trees[0]["resourceType"] == "Patient"
    assert len({(tree["resourceType"], tree["id"]) for tree in trees}) == len(trees)
    for tree in trees:
        get_fhir_model_class(tree["resourceType"]).model_validate(tree)


@settings(deadline=None, max_examples=40)
@given(st.lists(segments(), max_size=6))
def test_what_follows_a_person_is_about_that_person_alone(more: list[str]) -> None:
    """Every subject and every patient is the Patient whose PID stands before it."""
    own = [one for one in more if not one.startswith("PID")]
    message = "".join(f"{one}\r" for one in (header(), PID, *own)).encode()
    first, *trees = [json.loads(raw) for raw in translate_message(message)]
    for tree in trees:
        about = tree.get("subject") or tree.get("patient") or tree["participant"][0]["actor"]
        assert about == {"reference": f"Patient/{first['id']}"}
