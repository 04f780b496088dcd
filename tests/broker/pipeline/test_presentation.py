"""The view to a searchset: the partner's bytes, our ids, and the outcome on every page."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest
from fhir.resources.R4B.bundle import Bundle

from broker.domain.category import Category
from broker.domain.errors import BadRequest, Gone
from broker.domain.json_bytes import parse_strict
from broker.domain.outcome import OutcomeLabel, PartnerOutcome, Tally
from broker.domain.query import Interaction, RecordQuery
from broker.domain.resource import Resource
from broker.domain.view import CompletenessLine, Contradiction, Group, SectionState, View
from broker.pipeline.presentation import Frame, present_match, present_patient, present_record
from tests.support.records import ENDPOINT, NOW, NUMBER, PlainSealer, finished, item, person, readable

TOKEN = "sealedtoken"
BASE = "https://broker.example/fhir"


def frame(**changes: Any) -> Frame:
    """The frame of an `$everything`."""
    given: dict[str, Any] = {
        "query": RecordQuery(interaction=Interaction.EVERYTHING, number=NUMBER),
        "base_url": BASE,
        "token": TOKEN,
        "names": {"addenbury": "Addenbury", "papermill": "Papermill"},
        "sealer": PlainSealer(),
        "caller": "issuer user org",
    }
    return Frame(**{**given, **changes})


def view(items: tuple[Resource, ...] = (), **changes: Any) -> View:
    """A view of some items."""
    references = frozenset({"Patient/p1", f"{ENDPOINT}/Patient/p1"})
    given: dict[str, Any] = {
        "patient": person(),
        "items": items,
        "groups": (),
        "contradictions": (),
        "outcomes": (PartnerOutcome(partner_id="addenbury", label=OutcomeLabel.COMPLETE, tally=Tally()),),
        "lines": (CompletenessLine(partner_id="addenbury", name="Addenbury", label="complete", shown=1),),
        "sections": (SectionState(category=Category.ALLERGIES, shown=0, none_recorded=True),),
        "suppression_notice": "Some information may not be shown.",
        "asked_at": NOW,
        "person_references": {one.partner_id: references for one in items},
    }
    return View(**{**given, **changes})


def rendered(one: View, **changes: Any) -> bytes:
    """The whole body."""
    return b"".join(finished(present_record(one, frame(**changes))))


def bundle(one: View, **changes: Any) -> dict[str, Any]:
    """The body as JSON."""
    tree: dict[str, Any] = orjson.loads(rendered(one, **changes))
    return tree


def resources(tree: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Every resource of one type in a Bundle."""
    return [entry["resource"] for entry in tree["entry"] if entry["resource"]["resourceType"] == kind]


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


def outcome(tree: dict[str, Any]) -> dict[str, Any]:
    """The completeness outcome of a Bundle."""
    [found] = [entry for entry in tree["entry"] if entry["search"]["mode"] == "outcome"]
    resource: dict[str, Any] = found["resource"]
    return resource


def test_the_outcome_says_in_fhirs_own_codes_who_did_not_complete() -> None:
    """`incomplete` is a warning; nothing in a searchset is an error (FHIR R4 http.html)."""
    lines = tuple(CompletenessLine(partner_id="p", name="P", label=label.value) for label in OutcomeLabel)
    issues = outcome(bundle(view(lines=lines)))["issue"]
    by_label = {one["details"]["coding"][0]["code"]: one for one in issues if "coding" in one["details"]}
    for label in OutcomeLabel:
        whole = label.answered_fully
        assert by_label[label]["severity"] == ("information" if whole else "warning")
        assert by_label[label]["code"] == ("informational" if whole else "incomplete")
    assert {"suppressed", "informational", "incomplete"} == {one["code"] for one in issues}


def test_no_total_is_given_for_a_record_and_a_true_one_for_a_person() -> None:
    """A count would say what was withheld."""
    assert "total" not in bundle(view(readable([item("Condition", "1")])))
    [match] = present_match(view(), frame())
    assert orjson.loads(match)["total"] == 1


def test_the_person_carries_the_sealed_token_and_no_url_holds_a_number() -> None:
    """The number stands in the Patient's identifier alone."""
    tree = bundle(view(readable([item("Condition", "1")])))
    assert resources(tree, "Patient")[0]["id"] == TOKEN
    urls = [entry.get("fullUrl", "") for entry in tree["entry"]] + [link["url"] for link in tree["link"]]
    assert not any(NUMBER.digits in url for url in urls)
    assert orjson.loads(present_patient(view(), frame())[0])["id"] == TOKEN


def test_what_we_write_is_valid_fhir() -> None:
    """A strict model of R4 accepts the Bundle, outcome and tags included."""
    items = readable([RAW, item("Encounter", "e1", status="finished", **{"class": {"code": "AMB"}})])[1:]
    tree = bundle(view((*items[1:],), groups=(Group((0,), "same-content"),)))
    judged = Bundle.model_validate(tree)
    assert [entry.resource.get_resource_type() for entry in judged.entry] == [
        entry["resource"]["resourceType"] for entry in tree["entry"]
    ]


def pages(one: View, count: int) -> list[dict[str, Any]]:
    """Follow the next links to the end."""
    query = RecordQuery(interaction=Interaction.EVERYTHING, number=NUMBER, count=count)
    found, token = [], None
    while True:
        tree = bundle(one, query=query, page=token)
        found.append(tree)
        following = [link["url"] for link in tree["link"] if link["relation"] == "next"]
        if not following:
            return found
        token = following[0].partition("_page=")[2]


def test_pages_hold_everything_once_and_each_carries_the_outcome() -> None:
    """A client may read only one of them."""
    items = readable([item("Condition", str(number)) for number in range(7)])[1:]
    found = pages(view(items), 3)
    assert [len(resources(tree, "Condition")) for tree in found] == [3, 3, 1]
    assert all(outcome(tree) for tree in found)
    assert len({one["id"] for tree in found for one in resources(tree, "Condition")}) == 7


def next_token(one: View) -> str:
    """The page token after the first two items."""
    tree = bundle(one, query=RecordQuery(interaction=Interaction.EVERYTHING, number=NUMBER, count=2))
    [url] = [link["url"] for link in tree["link"] if link["relation"] == "next"]
    return str(url.partition("_page=")[2])


def test_a_page_of_a_record_that_changed_is_gone() -> None:
    """Any difference at all: start again."""
    token = next_token(view(readable([item("Condition", str(n)) for n in range(4)])[1:]))
    changed = view(readable([item("Condition", str(n), recordedDate="2020") for n in range(4)])[1:])
    with pytest.raises(Gone):
        rendered(changed, page=token)


def test_a_page_link_serves_its_own_caller_and_question_alone() -> None:
    """Another caller, another question and a forged token are refused."""
    one = view(readable([item("Condition", str(n)) for n in range(4)])[1:])
    token = next_token(one)
    with pytest.raises(Gone):
        rendered(one, page=token, caller="somebody else")
    with pytest.raises(Gone):
        rendered(one, page="A" + token[1:] if token[0] != "A" else "B" + token[1:])
    with pytest.raises(BadRequest):
        rendered(one, page="no-token")


def test_one_item_is_found_by_its_own_id_alone() -> None:
    """`_id` narrows to that item; another id finds nothing and still says how complete that is."""
    items = readable([item("Condition", "1"), item("Condition", "2")])[1:]
    whole = bundle(view(items))
    wanted = resources(whole, "Condition")[1]["id"]
    query = RecordQuery(
        interaction=Interaction.SEARCH, number=NUMBER, resource_types=frozenset({"Condition"}), item_id=wanted
    )
    assert [one["id"] for one in resources(bundle(view(items), query=query), "Condition")] == [wanted]
