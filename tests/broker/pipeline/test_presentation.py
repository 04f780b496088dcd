"""A released resource as the view shows it: the partner's bytes, our ids, references and meta."""

from __future__ import annotations

import re

import orjson
import pytest

from broker.domain.json_bytes import parse_strict
from broker.domain.view import CompletenessLine, Contradiction, Group
from tests.support.records import ENDPOINT, NUMBER, item, readable
from tests.support.views import TOKEN, bundle, rendered, resources, view

RAW = (
    b'{"resourceType":"Observation","id":"o1","meta":{"versionId":"7","lastUpdated":"2026-01-01T00:00:00Z"},'
    b'"text":{"status":"generated","div":"<div>x</div>"},"subject":{"reference":"Patient/p1"},'
    b'"encounter":{"reference":"Encounter/e1"},"valueQuantity":{"value":1.50,"unit":"mg"}}'
)
PRETTY = b"{\n" + RAW[1:-1].replace(b'":', b'" : ').replace(b',"', b',\n  "') + b"\n}"
SHAPES = {
    "compact": RAW,
    "pretty-printed": PRETTY,
    "its id last": RAW.replace(b'"id":"o1",', b"")[:-1] + b',"id":"o1"}',
    "no meta": re.sub(rb'"meta":\{[^}]*\},', b"", RAW),
    "an empty meta": re.sub(rb'"meta":\{[^}]*\}', b'"meta":{}', RAW),
    "a meta of its own source and tags": RAW.replace(
        b'"versionId"', b'"source":"https://addenbury.example/x","tag":[{"code":"theirs"}],"versionId"'
    ),
    "a meta that is null": re.sub(rb'"meta":\{[^}]*\}', b'"meta":null', RAW),
    "a tag that is null": RAW.replace(b'"versionId"', b'"tag":null,"versionId"'),
    "a source that is null": RAW.replace(b'"versionId"', b'"source":null,"versionId"'),
    "names written with escapes": RAW.replace(b'"reference"', b'"\\u0072eference"'),
}


@pytest.mark.parametrize("raw", SHAPES.values(), ids=SHAPES.keys())
def test_a_resource_of_any_shape_gains_ids_and_source_and_keeps_its_value(raw: bytes) -> None:
    """Ids, references and meta are ours; `1.50`, version, dates and narrative are the partner's."""
    body = rendered(view(readable([raw])[1:]))
    parse_strict(body)
    [observation] = resources(orjson.loads(body), "Observation")
    assert observation["id"].startswith("addenbury-")
    assert observation["meta"]["source"] == "urn:watersmeet:partner:addenbury"
    assert observation["subject"] == {"reference": f"Patient/{TOKEN}"}
    assert re.fullmatch(r"Encounter/addenbury-[0-9a-f]+", observation["encounter"]["reference"])
    assert re.search(rb'"value"\s*:\s*1\.50\b', body)
    assert observation["text"]["div"] == "<div>x</div>"
    assert b"Patient/p1" not in body
    assert NUMBER.digits not in observation["id"]


def test_a_partners_own_source_and_tags_stay_beside_ours() -> None:
    """Nothing that the partner wrote in meta is lost."""
    [observation] = resources(
        bundle(view(readable([SHAPES["a meta of its own source and tags"]])[1:])), "Observation"
    )
    assert {"code": "theirs"} in observation["meta"]["tag"]
    assert observation["meta"]["extension"][0]["valueUri"] == "https://addenbury.example/x"
    assert observation["meta"]["versionId"] == "7"


def test_references_between_a_partners_items_still_meet() -> None:
    """Relative, absolute and versioned references to one item become its one new id."""
    condition = item("Condition", "c1", encounter={"reference": f"{ENDPOINT}/Encounter/e1"})
    report = item("DiagnosticReport", "d1", encounter={"reference": "Encounter/e1/_history/2"})
    tree = bundle(view(readable([item("Encounter", "e1"), condition, report])[1:]))
    [encounter] = resources(tree, "Encounter")
    for kind in ("Condition", "DiagnosticReport"):
        [holder] = resources(tree, kind)
        assert holder["encounter"]["reference"] == f"Encounter/{encounter['id']}"


def test_a_reference_to_another_server_is_never_one_of_this_partners_items() -> None:
    """Its Patient/p1 is somebody else, and its Encounter/e1 another encounter."""
    foreign = [{"reference": f"https://other.example/fhir/{name}"} for name in ("Patient/p1", "Encounter/e1")]
    condition = item("Condition", "c1", encounter=foreign[1], asserter=foreign[0])
    tree = bundle(view(readable([item("Encounter", "e1"), condition])[1:]))
    [encounter], [shown] = resources(tree, "Encounter"), resources(tree, "Condition")
    assert shown["asserter"]["reference"] != f"Patient/{TOKEN}"
    assert shown["encounter"]["reference"] != f"Encounter/{encounter['id']}"


def test_two_partners_items_of_one_local_id_get_two_ids() -> None:
    """Ids are namespaced, so nothing is lost or fused."""
    items = readable([item("Condition", "1")])[1:] + readable([item("Condition", "1")], "papermill")[1:]
    ids = [one["id"] for one in resources(bundle(view(items)), "Condition")]
    assert len(set(ids)) == 2


def test_two_contents_of_one_local_id_get_two_ids() -> None:
    """A partner that answers twice for one id is shown twice."""
    items = readable([item("Condition", "1"), item("Condition", "1", recordedDate="2020")])[1:]
    assert len({one["id"] for one in resources(bundle(view(items)), "Condition")}) == 2


def test_a_contained_reference_is_left_alone() -> None:
    """It resolves inside its own resource."""
    raw = item(
        "Condition",
        "c1",
        contained=[{"resourceType": "Practitioner", "id": "x"}],
        recorder={"reference": "#x"},
    )
    [condition] = resources(bundle(view(readable([raw])[1:])), "Condition")
    assert condition["recorder"] == {"reference": "#x"}


def test_an_attachment_keeps_all_but_the_link_round_the_broker() -> None:
    """Documents are listed; a partner's address is not handed out."""
    attachment = {
        "contentType": "application/pdf",
        "url": "https://addenbury.example/doc/1",
        "title": "Letter",
    }
    extension = [{"url": "https://fhir.example/keep", "valueString": "kept"}]
    document = item("DocumentReference", "d1", extension=extension, content=[{"attachment": attachment}])
    [shown] = resources(bundle(view(readable([document])[1:])), "DocumentReference")
    assert shown["content"] == [{"attachment": {"contentType": "application/pdf", "title": "Letter"}}]
    assert shown["extension"] == extension


ODD_ATTACHMENTS = {
    "a name written with escapes": b'"content":[{"attachment":{"\\u0075rl":"https://addenbury.example/1"}}]',
    "an attachment that is none": b'"presentedForm":["x"],"url":"https://addenbury.example/1"',
    "an escaped quote in a reference": b'"context":{"reference":"a\\"b"},"url":"u"',
}


@pytest.mark.parametrize("members", ODD_ATTACHMENTS.values(), ids=ODD_ATTACHMENTS.keys())
def test_odd_members_never_break_the_answer(members: bytes) -> None:
    """One partner's twisted member costs nobody else, and hides no link."""
    raw = (
        b'{"resourceType":"DocumentReference","id":"d1","subject":{"reference":"Patient/p1"},'
        + members
        + b"}"
    )
    items = readable([raw])[1:] + readable([item("Condition", "1")], "papermill")[1:]
    body = rendered(view(items))
    parse_strict(body)
    [document] = resources(orjson.loads(body), "DocumentReference")
    assert "https://addenbury.example/1" not in orjson.dumps(document.get("content", [])).decode()
    assert len(resources(orjson.loads(body), "Condition")) == 1


def test_narrative_goes_from_a_partner_of_whom_something_was_withheld() -> None:
    """Only from that partner."""
    items = readable([RAW])[1:] + readable([RAW], "papermill")[1:]
    one = view(items, narrative_hidden_from=frozenset({"addenbury"}))
    first, second = resources(bundle(one), "Observation")
    assert "text" not in first
    assert "text" in second


def test_groups_and_contradictions_are_marked_on_each_member() -> None:
    """A reader sees what stands together and what cannot both be true."""
    items = readable([item("Condition", "1"), item("Condition", "2")])[1:]
    one = view(
        items,
        groups=(Group((0, 1), "same-identifier"),),
        contradictions=(Contradiction((0, 1), "value-differs"),),
    )
    for condition in resources(bundle(one), "Condition"):
        codes = {tag["code"] for tag in condition["meta"]["tag"]}
        assert {"g1", "c1"} <= codes


def test_a_restricted_persons_view_names_no_partner() -> None:
    """Neither in an id, a source, a tag nor a line."""
    folded = (CompletenessLine(partner_id="", name="", label="partial"),)
    body = rendered(view(readable([item("Condition", "1")])[1:], locationless=True, lines=folded))
    assert b"ddenbury" not in body
