"""Where an attachment leads in what a reader gets: through the broker, or nowhere."""

from __future__ import annotations

from typing import Any

import pytest

from broker.pipeline.document_headers import document_headers
from tests.support.records import item, readable
from tests.support.views import BASE, bundle, resources, view

LETTER = {
    "contentType": "application/pdf",
    "url": "https://addenbury.example/fhir/Binary/b1",
    "title": "Letter",
}
OPENS: dict[str, Any] = {"opens": frozenset({"addenbury"}), "sealed_pointer": lambda pointer: pointer.hex()}


def shown(attachment: dict[str, Any], kind: str = "DocumentReference", **frame: Any) -> dict[str, Any]:
    """The attachment as a reader gets it."""
    one = item(kind, "d1", content=[{"attachment": attachment}])
    [found] = resources(bundle(view(readable([one])[1:]), **frame), kind)
    carried: dict[str, Any] = found["content"][0]["attachment"]
    return carried


def test_a_document_that_can_be_opened_leads_to_us() -> None:
    """The address is ours and all else is the partner's."""
    found = shown(LETTER, **OPENS)
    assert found.pop("url").startswith(f"{BASE}/documents/")
    assert found == {"contentType": "application/pdf", "title": "Letter"}


@pytest.mark.parametrize(
    ("changed", "frame"),
    [
        ({}, {}),
        ({}, {**OPENS, "opens": frozenset({"beech"})}),
        ({"url": "#inside"}, OPENS),
        ({"url": "data:text/plain,x"}, OPENS),
        ({"url": None}, OPENS),
    ],
    ids=["nobody opens", "another opens", "a fragment", "data", "null"],
)
def test_a_document_that_cannot_be_opened_leads_nowhere(
    changed: dict[str, Any], frame: dict[str, Any]
) -> None:
    """It is listed, without an address."""
    assert shown({**LETTER, **changed}, **frame) == {"contentType": "application/pdf", "title": "Letter"}


def test_a_kind_that_cannot_be_asked_for_again_leads_nowhere() -> None:
    """A pointer to it could never be followed."""
    assert "url" not in shown(LETTER, "Communication", **OPENS)


def test_inline_data_stays_as_it_is() -> None:
    """With an address beside it or without."""
    inline = {"contentType": "text/plain", "data": "QUJD"}
    assert shown(inline, **OPENS) == inline
    assert shown({**inline, "url": "Binary/b1"}, **OPENS)["data"] == "QUJD"


def test_what_an_item_contains_leads_nowhere_else() -> None:
    """A contained Media or report has its address replaced too."""
    for inner in (
        {"resourceType": "Media", "id": "m", "content": LETTER},
        {"resourceType": "DiagnosticReport", "id": "m", "presentedForm": [LETTER]},
    ):
        one = item("Observation", "o1", contained=[inner])
        for frame in ({}, OPENS):
            assert b"addenbury.example" not in str(bundle(view(readable([one])[1:]), **frame)).encode()


KINDS = {
    "application/pdf": "application/pdf",
    "Application/PDF; version=1.7": "application/pdf",
    "text/plain;charset=ISO-8859-1": "text/plain; charset=iso-8859-1",
    "text/plain; charset=utf-7": "text/plain",
    "text/html": "application/octet-stream",
    "application/xhtml+xml": "application/octet-stream",
    "image/svg+xml": "application/octet-stream",
    "text/xml": "application/octet-stream",
    "application/pdf\r\nX-Evil: 1": "application/octet-stream",
    "": "application/octet-stream",
}


@pytest.mark.parametrize("declared", KINDS)
def test_a_document_goes_out_as_one_of_a_few_kinds(declared: str) -> None:
    """Always to be saved; what could run in a reader's browser is only bytes."""
    headers = document_headers(declared)
    assert headers["Content-Type"] == KINDS[declared]
    assert headers["Content-Disposition"].startswith('attachment; filename="document.')
