"""A system of another shape than the worked two: searched by POST, with wrapped answers and documents."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from broker.domain.category import Category
from broker.domain.json_bytes import parse_strict, write_tree
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import LocalIdentity
from broker.ports.connector import Ending, HttpRequest
from connectors.rest_json.connector import RestJson, create
from tests.connectors.rest_json.council import ask, identity
from tests.support.patients import ASHA, OLD
from tests.support.sender import Heard, said, scripted

MAPPING = """\
summary: Reablement, with people inside people.
system: https://reablement.example/id
search:
  method: POST
  path: person/_search
  asks: {nhs: number_spaced, first: given, born: birth_date}
  birth_date_form: day-first
  records: "found[].person"
  id: key
  paging: {kind: link}
match:
  number: {from: nhs}
  family: {from: surname, compare: exact}
  birth_date: {from: born, form: day-first}
person:
  path: person/{id}
  record: person
  fields:
    name.family: {from: surname}
    birthDate: {from: born, form: day-first}
sections:
  - name: letters
    category: documents
    path: person/{id}/letters
    records: letters[]
    paging: {kind: link, total: count}
    items:
      - type: DocumentReference
        when: {kind: letter}
        id: key
        fields:
          status: {fixed: current}
          date: {from: sent}
          description: {from: title}
          content.attachment.contentType: {fixed: text/plain}
          content.attachment.data: {from: body}
  - name: readings
    category: results
    path: person/{id}/readings
    records: readings[]
    items:
      - type: Observation
        id: key
        fields:
          status: {fixed: final}
          category.coding.system: {fixed: http://terminology.hl7.org/CodeSystem/observation-category}
          category.coding.code: {fixed: laboratory}
          code: {fixed: Grip strength}
          valueQuantity: {from: kilos, unit: kg}
          effectiveDateTime: {from: on, form: day-first}
"""
PERSON = {"key": "k-7", "nhs": ASHA.spaced, "surname": "Rao", "born": "09/04/1951"}
LETTER = {"key": 1, "kind": "letter", "sent": "2026-03-02T10:15:00Z", "title": "Plan", "body": "Café at 10"}
BOTH = frozenset({Category.DOCUMENTS, Category.RESULTS})

_BY_NUMBER = MAPPING.replace("{nhs: number_spaced, first: given, born: birth_date}", "{nhs: number_spaced}")


@pytest.fixture
def reablement(tmp_path: Path) -> RestJson:
    """The connector of this mapping."""
    return bound(tmp_path, MAPPING)


def bound(folder: Path, mapping: str) -> RestJson:
    """The connector of a mapping that is written there."""
    path = folder / "reablement.yaml"
    path.write_text(mapping, encoding="utf-8")
    return create({"mapping": str(path)})


def asked(
    connector: RestJson, categories: frozenset[Category] = BOTH, local: Any = None, **answers: Any
) -> tuple[Ending, Heard]:
    """One conversation; `answers` replace those that are right."""
    right: dict[str, Any] = {
        "search": {"found": [{"person": PERSON}]},
        "person": {"person": PERSON},
        "letters": {"letters": [LETTER], "count": 1},
        "readings": {"readings": [{"key": "r", "kilos": 21.0, "on": "01/02/2026"}]},
    }

    def respond(request: HttpRequest) -> Any:
        last = request.path.rpartition("/")[2]
        name = {"_search": "search", "k-7": "person"}.get(last, last)
        answer = {**right, **answers}[name]
        return said(write_tree(answer)) if isinstance(answer, dict) else answer

    return scripted(connector.fetch(ask(categories=categories, local=local)), respond)


def test_a_search_by_post_carries_its_words_in_the_form(reablement: RestJson) -> None:
    """Nothing of the person stands in the address."""
    ending, heard = asked(reablement)
    search = heard.requests[0]
    assert ending.label is OutcomeLabel.COMPLETE
    assert (search.method, search.query) == ("POST", ())
    assert search.form == (("nhs", ASHA.spaced), ("first", "Asha"), ("born", "09/04/1951"))
    assert reablement.reads[:1] == (("POST", "person/_search"),)
    assert ("GET", "person") in reablement.reads


def test_a_letter_is_carried_in_its_own_words(reablement: RestJson) -> None:
    """Text becomes an attachment, valid and to the letter."""
    _, heard = asked(reablement)
    tree = parse_strict(heard.entries[1].raw)
    assert get_fhir_model_class("DocumentReference").model_validate(tree)
    assert tree["date"] == LETTER["sent"]
    assert base64.b64decode(tree["content"][0]["attachment"]["data"]).decode() == LETTER["body"]


def test_an_item_that_r4_cannot_hold_is_listed(reablement: RestJson) -> None:
    """A letter that says nothing has no content; a leaflet is no kind that the mapping knows."""
    letters = [{**LETTER, "body": "", "kind": "letter"}, {**LETTER, "kind": "leaflet"}]
    ending, heard = asked(reablement, letters={"letters": letters, "count": 2})
    assert ending.label is OutcomeLabel.COMPLETE
    reasons = [parse_strict(entry.raw)["extension"][0]["valueCode"] for entry in heard.entries[1:3]]
    assert reasons == ["required-value", "unknown-kind"]


def test_a_date_alone_is_no_instant(reablement: RestJson) -> None:
    """It stands beside the gap, and no hour is made up."""
    _, heard = asked(reablement, letters={"letters": [{**LETTER, "sent": "2026-03-02"}], "count": 1})
    tree = parse_strict(heard.entries[1].raw)
    assert "date" not in tree
    assert tree["_date"]["extension"][0]["valueString"] == "2026-03-02"


def test_a_reading_falls_under_the_category_that_its_fixed_code_gives(reablement: RestJson) -> None:
    """The section is asked for as results, since the mapping says laboratory."""
    _, heard = asked(reablement, categories=frozenset({Category.RESULTS}))
    tree = parse_strict(heard.entries[1].raw)
    assert tree["category"][0]["coding"][0]["code"] == "laboratory"
    assert (tree["code"], tree["valueQuantity"]["unit"]) == ({"text": "Grip strength"}, "kilograms")
    assert tree["effectiveDateTime"] == "2026-02-01"


def test_demographics_alone_ask_for_nothing_more(reablement: RestJson) -> None:
    """The person's own record is the whole answer."""
    ending, heard = asked(reablement, categories=frozenset({Category.DEMOGRAPHICS}))
    assert ending == Ending(OutcomeLabel.COMPLETE)
    assert [call.path for call in heard.requests] == ["person/_search", "person/k-7"]
    assert len(heard.entries) == 1


@pytest.mark.parametrize(
    ("answer", "ending"),
    [
        (said(b"", 503), Ending(OutcomeLabel.UNREACHABLE, Cause.STATUS)),
        (said(b"", 403), Ending(OutcomeLabel.REFUSED, Cause.CREDENTIALS)),
        (said(b"", 404), Ending(OutcomeLabel.INVALID, Cause.STATUS)),
        (said(b"{"), Ending(OutcomeLabel.INVALID, Cause.MALFORMED)),
        ({"person": [PERSON]}, Ending(OutcomeLabel.INVALID, Cause.MALFORMED)),
        ({"people": PERSON}, Ending(OutcomeLabel.INVALID, Cause.MALFORMED)),
        (
            {"person": {**PERSON, "surname": "RAO"}},
            Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.WRONG_PATIENT),
        ),
    ],
)
def test_a_persons_own_record_that_cannot_be_had_ends_the_conversation(
    reablement: RestJson, answer: Any, ending: Ending
) -> None:
    """Nothing is asked for under an id whose person is not proved."""
    got, heard = asked(reablement, person=answer)
    assert got == ending
    assert (heard.entries, len(heard.requests)) == ([], 2)


@pytest.mark.parametrize("key", ["../admin", "..", "a/b", "", None, "x" * 65, "7?all=1"])
def test_an_id_that_would_lead_elsewhere_is_no_id(reablement: RestJson, key: Any) -> None:
    """It never becomes a part of a path."""
    ending, heard = asked(reablement, search={"found": [{"person": {**PERSON, "key": key}}]})
    assert ending == Ending(OutcomeLabel.INVALID, Cause.MALFORMED)
    assert len(heard.requests) == 1


@pytest.mark.parametrize(
    "found", [{"found": [{"nobody": PERSON}]}, {"found": ["Rao"]}, {"found": None}, {"found": {}}]
)
def test_candidates_that_cannot_be_read_are_not_nobody(reablement: RestJson, found: dict[str, Any]) -> None:
    """An answer of another shape is malformed, and never no-record."""
    ending, _ = asked(reablement, search=found)
    assert ending == Ending(OutcomeLabel.INVALID, Cause.MALFORMED)


def test_a_number_that_is_searched_for_beside_a_name_may_miss_its_own_record(reablement: RestJson) -> None:
    """Every parameter narrows the search: a first name that differs there hides the record of the number."""
    ending, _ = asked(reablement, search={"found": []})
    assert ending == Ending(OutcomeLabel.NOT_AVAILABLE, Cause.NO_PROOF)


def test_a_search_by_number_alone_that_finds_nobody_is_no_record(tmp_path: Path) -> None:
    """The number is the same under every name."""
    ending, _ = asked(bound(tmp_path, _BY_NUMBER), search={"found": []})
    assert ending == Ending(OutcomeLabel.NO_RECORD)


def test_a_number_that_was_replaced_may_be_the_one_that_the_partner_holds(tmp_path: Path) -> None:
    """The search names the number of today: that it finds nobody is no proof for whoever has had another."""
    person = identity(ASHA, numbers=frozenset({ASHA, OLD}))
    conversation = bound(tmp_path, _BY_NUMBER).fetch(ask(person=person))
    ending, _ = scripted(conversation, lambda _: said(b'{"found": []}'))
    assert ending == Ending(OutcomeLabel.NOT_AVAILABLE, Cause.NO_PROOF)


@pytest.mark.parametrize(
    "more",
    [
        {"count": -1},
        {"count": "1"},
        {"link": {"next": "?page=2"}},
        {"link": [{"relation": "next", "url": 7}]},
        {"link": [{"relation": "next", "url": "?a"}, {"relation": "next", "url": "?b"}]},
    ],
)
def test_a_frame_that_says_two_things_or_none_is_malformed(
    reablement: RestJson, more: dict[str, Any]
) -> None:
    """Nobody knows what follows, or how many there are."""
    ending, _ = asked(reablement, letters={"letters": [LETTER], **more})
    assert ending == Ending(OutcomeLabel.PARTIAL, Cause.MALFORMED)


def test_a_link_is_followed_as_the_partner_wrote_it(reablement: RestJson) -> None:
    """The transport resolves it; the same link again is a loop."""
    page = {"letters": [LETTER], "link": [{"relation": "next", "url": "?page=2"}]}
    ending, heard = asked(reablement, letters=page)
    assert ending == Ending(OutcomeLabel.PARTIAL, Cause.PAGE_LOOP)
    assert heard.requests[-1].link == "?page=2"
    assert heard.requests[-1].path == "person/k-7/letters"


def test_a_known_id_that_answers_as_somebody_else_is_not_looked_up_anew(reablement: RestJson) -> None:
    """A contradiction ends it: only an id that is gone is searched for again."""
    known = LocalIdentity(local_id="k-7", patient=b"{}")
    ending, heard = asked(reablement, local=known, person={"person": {**PERSON, "born": "10/04/1951"}})
    assert ending == Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.WRONG_PATIENT)
    assert len(heard.requests) == 1
