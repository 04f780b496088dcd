"""A document's entry is a DocumentReference: its type, day and title, and what is known of its content."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.openehr.compositions import cluster, element, items, one, text
from tests.connectors.openehr.scripted import entry
from tests.connectors.openehr.values import dated

FILE = "openEHR-EHR-CLUSTER.media_file.v1"


def document(*elements: Any, concept: str = "document.v0") -> dict[str, Any]:
    """What becomes of a document with these elements."""
    found = one(entry("ADMIN_ENTRY", concept, data=items(*elements)))
    assert found["resourceType"] == "DocumentReference"
    return found


def media_file(name: str, *more: Any) -> dict[str, Any]:
    """A media file of a plain text, with its name."""
    content = {
        "_type": "DV_MULTIMEDIA",
        "data": "SGVsbG8=",
        "media_type": {"terminology_id": {"value": "IANA_media-types"}, "code_string": "text/plain"},
        "size": 5,
    }
    parts = (element("Content", "at0001", content), element("Content name", "at0002", text(name)), *more)
    return {**cluster("Media file", *parts), "archetype_node_id": FILE}


def test_a_document_says_what_it_is_and_of_which_day() -> None:
    """Its type, its date and its description stand where every other partner's stand."""
    found = document(
        element("Type", "at0100", text("Discharge summary")),
        element("Date", "at0100", dated("DV_DATE_TIME", "2026-04-22T10:00:00+01:00")),
        element("Description", "at0100", text("End of treatment letter")),
    )
    assert found["status"] == "current"
    assert (found["type"]["text"], found["description"]) == ("Discharge summary", "End of treatment letter")
    assert found["date"] == "2026-04-22T10:00:00+01:00"


def test_a_document_without_a_date_has_that_of_its_composition() -> None:
    """It was put in the record then. What it is called is its type where it names none."""
    found = document()
    assert (found["date"], found["type"]["text"]) == ("2024-03-01T09:00:00Z", "document.v0")


@pytest.mark.parametrize("given", ["2026-04-22", "2026-04-22T10:00"])
def test_a_day_is_no_instant_of_a_document(given: str) -> None:
    """It stands as given beside the gap, and neither an hour nor a zone is added to it."""
    found = document(element("Date", "at0100", dated("DV_DATE", given)))
    assert "date" not in found
    assert found["_date"]["extension"][0]["valueString"] == given


def test_two_dates_that_differ_are_neither_of_them_the_documents() -> None:
    """Both stand with the other values; the day is that of the composition."""
    days = ("2026-04-22T10:00:00Z", "2026-04-23T10:00:00Z")
    found = document(*(element("Date", "at0100", dated("DV_DATE_TIME", day)) for day in days))
    assert found["date"] == "2024-03-01T09:00:00Z"
    assert all(day in str(found["extension"]) for day in days)


def test_each_media_file_is_an_attachment_with_its_own_name_and_day() -> None:
    """A name never goes to another file."""
    made = element("Created", "at0004", dated("DV_DATE", "2026-04"))
    found = document(media_file("Letter", made), media_file("Drawing"))
    first, second = (content["attachment"] for content in found["content"])
    whole = {"contentType": "text/plain", "data": "SGVsbG8=", "size": 5}
    assert first == {**whole, "title": "Letter", "creation": "2026-04"}
    assert second == {**whole, "title": "Drawing"}


def test_a_document_without_a_file_says_what_is_known_of_its_content() -> None:
    """R4 wants content: its title and its type, or that nothing is known."""
    told = (
        element("Title", "at0100", text("Letter")),
        element("Content type", "at0100", text("application/pdf")),
        element("Created", "at0100", dated("DV_DATE", "2026")),
    )
    (content,) = document(*told)["content"]
    assert content["attachment"] == {
        "contentType": "application/pdf",
        "title": "Letter",
        "creation": "2026",
    }
    (content,) = document()["content"]
    assert content["attachment"]["extension"][0]["valueCode"] == "unknown"


@pytest.mark.parametrize(
    ("word", "status", "own"),
    [
        ("Final", "current", "final"),
        ("Entered in error", "entered-in-error", "entered-in-error"),
        ("superseded", "superseded", None),
        ("signed off", "current", None),
    ],
)
def test_a_documents_status_is_one_of_the_table_or_none(word: str, status: str, own: str | None) -> None:
    """One that was entered in error or replaced never looks current; another word is not guessed at."""
    found = document(element("Status", "at0008", text(word)), concept="document_attachment.v0")
    assert (found["status"], found.get("docStatus")) == (status, own)
    assert word in str(found["extension"])
