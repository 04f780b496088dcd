"""An item that is listed with its original keeps what the original says of how it is to be guarded."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from fhir.resources.R4B.basic import Basic

from broker.domain.category import Category
from broker.domain.json_bytes import write_tree
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


def test_a_label_that_cannot_be_read_costs_itself_alone() -> None:
    """The others stand; what R4 cannot hold of one is in the original."""
    odd = [None, 7, "R", {}, {"code": ""}, {"code": 7, "display": " "}, {"system": "a b"}]
    spoilt = {**NO_COPY, "display": 7, "extension": [{"url": "x"}], "userSelected": True}
    kept = {"system": NO_COPY["system"], "code": "NOAUTH", "userSelected": True}
    assert labels_of({"meta": {"security": [*odd, RESTRICTED, spoilt]}}) == [RESTRICTED, kept]


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
        {"meta": 7},
        {"meta": {"security": None}},
        {"meta": {"security": []}},
        {"meta": {"security": [{}]}},
    ],
)
def test_an_original_without_labels_that_can_be_read_gives_none(original: Any) -> None:
    """It is listed all the same, and nothing is made up."""
    assert labels_of(original) is None
