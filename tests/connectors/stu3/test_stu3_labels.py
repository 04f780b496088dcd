"""A security label of any shape is a label in R4, where whoever withholds looks for it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from broker.domain.resource import Header, labels_of
from tests.connectors.stu3.translated import faults, run, written

RESTRICTED = {"system": "http://hl7.org/fhir/v3/Confidentiality", "code": "R"}
FLAG = {
    "resourceType": "Flag",
    "id": "1",
    "status": "active",
    "code": {"text": "Lives alone"},
    "subject": {"reference": "Patient/p"},
}
DOCUMENT = {
    "resourceType": "DocumentReference",
    "id": "1",
    "status": "current",
    "type": {"text": "Letter"},
    "indexed": "2019-04-01T10:00:00Z",
    "content": [{"attachment": {"contentType": "text/plain"}}],
}


def labels(resource: dict[str, Any]) -> tuple[tuple[str, str], ...] | None:
    """The labels that the broker finds in what became of the resource."""
    (entry,) = run(written(resource)).entries
    assert not faults(entry.raw)
    return labels_of(msgspec.json.decode(entry.raw, type=Header))


@pytest.mark.parametrize(
    "meta",
    [
        {"security": ["R"]},
        {"security": "R"},
        {"security": [["R"]]},
        {"security": [{"system": "urn:x", "code": 5}]},
        "R",
        [{"security": [RESTRICTED]}, {"security": [RESTRICTED]}],
    ],
    ids=["word", "bare-word", "list", "number", "no-meta", "two-metas"],
)
def test_a_label_of_no_known_shape_is_a_label_that_nobody_can_place(meta: Any) -> None:
    """Carried aside it would hide nothing, and the item would be shown to everybody."""
    found = labels({**FLAG, "meta": meta})
    assert found is None or found


def test_a_document_keeps_a_label_that_is_no_concept() -> None:
    """The same of the label that says how closely the document itself is kept."""
    found = labels({**DOCUMENT, "securityLabel": ["V"]})
    assert found is None or found


def test_a_label_of_the_usual_shape_stands_once() -> None:
    """Nothing is said twice."""
    found = labels({**FLAG, "meta": {"security": [RESTRICTED]}})
    assert found is not None
    assert [code for _, code in found] == ["R"]


def test_without_a_label_there_is_none() -> None:
    """An item that nobody labelled is not hidden."""
    assert labels({**FLAG, "meta": {"versionId": "1"}}) == ()
