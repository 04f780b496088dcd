"""The view as a searchset: what it says of itself, its pages and its links."""

from __future__ import annotations

from typing import Any

import orjson
from fhir.resources.R4B.bundle import Bundle

from broker.domain.criteria import Criteria
from broker.domain.outcome import OutcomeLabel
from broker.domain.query import Interaction, RecordQuery
from broker.domain.view import CompletenessLine, Group
from broker.pipeline.presentation import item_ids, present_match, present_patient
from broker.pipeline.selecting import select
from tests.support.records import NUMBER, finished, item, readable
from tests.support.views import TOKEN, bundle, frame, resources, view


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
    [match] = present_match(view(), frame()).body
    assert orjson.loads(match)["total"] == 1


def test_the_answer_to_a_search_for_a_person_carries_the_notice_too() -> None:
    """It stands on every view, so that it gives nothing away."""
    [match] = present_match(view(lines=()), frame()).body
    said = {one["code"]: one["details"]["text"] for one in outcome(orjson.loads(match))["issue"]}
    assert said["suppressed"] == "Some information may not be shown."
    assert "informational" in said


def test_the_person_carries_the_sealed_token_and_no_url_holds_a_number() -> None:
    """The number stands in the Patient's identifier alone."""
    tree = bundle(view(readable([item("Condition", "1")])))
    assert resources(tree, "Patient")[0]["id"] == TOKEN
    urls = [entry.get("fullUrl", "") for entry in tree["entry"]] + [link["url"] for link in tree["link"]]
    assert not any(NUMBER.digits in url for url in urls)
    assert orjson.loads(present_patient(view(), frame()).body[0])["id"] == TOKEN


def test_what_we_write_is_valid_fhir() -> None:
    """A strict model of R4 accepts the Bundle, outcome and tags included."""
    items = readable(
        [item("Basic", "b1"), item("Encounter", "e1", status="finished", **{"class": {"code": "AMB"}})]
    )[1:]
    tree = bundle(view((*items[1:],), groups=(Group((0,), "same-content"),)))
    judged = Bundle.model_validate(tree)
    assert [entry.resource.get_resource_type() for entry in judged.entry] == [
        entry["resource"]["resourceType"] for entry in tree["entry"]
    ]


def test_one_item_is_found_by_its_own_id_alone() -> None:
    """`_id` narrows to that item; another id finds nothing and still says how complete that is."""
    items = readable([item("Condition", "1"), item("Condition", "2")])[1:]
    whole = bundle(view(items))
    wanted = resources(whole, "Condition")[1]["id"]
    query = RecordQuery(
        interaction=Interaction.SEARCH,
        number=NUMBER,
        resource_types=frozenset({"Condition"}),
        criteria=Criteria(ids=frozenset({wanted})),
    )
    one = view(items)
    chosen = finished(select(one, query, finished(item_ids(one, frame(query=query)))))
    assert [one["id"] for one in resources(bundle(chosen, query=query), "Condition")] == [wanted]
