"""An item that is listed with its original keeps what the original says of how it is to be guarded."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson
import pytest
from fhir.resources.R4B.basic import Basic

from broker.domain.category import Category
from broker.domain.json_bytes import write_tree
from broker.domain.resource import Header
from broker.domain.resource import labels_of as labels_in
from connectors.r4 import ListedReason, listed

RESTRICTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}
NO_COPY = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "NOAUTH", "display": "No"}


def labels_of(original: Any) -> Any:
    """The security labels of what is listed for an original; None for an item that has no `meta`."""
    raw = original if isinstance(original, bytes) else orjson.dumps(original)
    made = write_tree(listed(Category.OBSERVATIONS, ListedReason.SHAPE, raw, subject="Patient/p"))
    assert Basic.model_validate_json(made)
    tree = orjson.loads(made)
    assert tree["extension"][1]["valueString"] == raw.decode("utf-8", "replace")
    assert set(tree.get("meta", {"security": []})) == {"security"}
    return tree["meta"]["security"] if "meta" in tree else None


def test_a_listed_item_has_the_security_labels_of_its_original() -> None:
    """Whoever heeds a label finds it where it stands on every other item."""
    meta = {"versionId": "7", "profile": ["https://example.org/x"], "security": [RESTRICTED, NO_COPY]}
    assert labels_of({"resourceType": "Media", "meta": meta}) == [RESTRICTED, NO_COPY]


def test_a_label_in_place_of_a_list_of_labels_is_one() -> None:
    """Some systems write a list of one without its brackets."""
    assert labels_of({"meta": {"security": RESTRICTED}}) == [RESTRICTED]


@pytest.mark.parametrize(
    "odd",
    [None, 7, "R", [], {}, {"code": ""}, {"code": 7}, {"system": "a b", "code": "R"}, {"display": "Private"}],
)
def test_a_label_that_cannot_be_read_is_a_label_that_nobody_can_place(odd: Any) -> None:
    """The others stand, and what is kept closely does not lose that with the shape of its label."""
    first, made, last = labels_of({"meta": {"security": [RESTRICTED, odd, NO_COPY]}})
    assert (first, last) == (RESTRICTED, NO_COPY)
    given = made["extension"][0]["valueString"]
    assert given == odd if isinstance(odd, str) else orjson.loads(given) == odd
    listed_item = {"resourceType": "Basic", "meta": {"security": [made]}}
    [label] = labels_in(msgspec.json.decode(orjson.dumps(listed_item), type=Header)) or ()
    assert "" in label


def test_whatever_stands_where_a_meta_should_be_is_a_label_that_nobody_can_place() -> None:
    """It could have said how closely the item is kept."""
    [made] = labels_of({"meta": 7})
    assert made["extension"][0]["valueString"] == "7"


def test_a_label_keeps_what_r4_can_hold_of_it_and_the_rest_as_given() -> None:
    """A code is a code still beside words that are none, and a number keeps its characters."""
    original = b'{"meta":{"security":[{"system":"urn:x","code":"R","display":1.50}]}}'
    [made] = labels_of(original)
    assert (made["system"], made["code"]) == ("urn:x", "R")
    assert made["extension"][0]["valueString"] == '{"system":"urn:x","code":"R","display":1.50}'


def test_a_documents_own_labels_are_labels_of_what_is_listed_for_it() -> None:
    """DocumentReference and Composition have theirs outside `meta`."""
    concepts = [{"coding": [RESTRICTED, NO_COPY]}, {"text": "Private"}]
    made = labels_of({"resourceType": "DocumentReference", "securityLabel": concepts})
    assert made[:2] == [RESTRICTED, NO_COPY]
    assert orjson.loads(made[2]["extension"][0]["valueString"]) == {"text": "Private"}
    assert labels_of({"resourceType": "Composition", "confidentiality": "R"}) == [RESTRICTED]
    assert labels_of({"meta": {}, "securityLabel": [{"coding": [RESTRICTED]}]}) == [RESTRICTED]
    assert labels_of({"resourceType": "Flag", "confidentiality": "R"}) is None


@pytest.mark.parametrize(
    "original",
    [
        b"MSH|^~\\&|A",
        b"\xff",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"meta":{"security":[{"code":"R"}',
        {"resourceType": "Media"},
        {"meta": None},
        {"meta": {"security": None}},
        {"meta": {"security": []}},
        {"meta": {"security": []}, "securityLabel": None},
    ],
)
def test_an_original_without_labels_that_can_be_read_gives_none(original: Any) -> None:
    """It is listed all the same, and nothing is made up."""
    assert labels_of(original) is None
