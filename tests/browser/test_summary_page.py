"""The page of a summary in a real browser: it is shown, printed and usable, and nothing in it runs."""

from __future__ import annotations

import pytest

from tests.browser.conftest import LINES, SCRIPT, Pages

STORIES = ("diabetes", "allergy-contradicted", "hostile")


@pytest.mark.parametrize("name", STORIES)
def test_a_page_is_shown_with_its_style_and_without_a_complaint(pages: Pages, name: str) -> None:
    """No console message, violation of the content policy, dialogue or error; nothing else is asked for."""
    seen = pages.seen[name]
    assert seen.said == []
    assert len(seen.asked) == 1
    assert seen.painted


@pytest.mark.parametrize("name", STORIES)
def test_a_page_is_usable_by_everybody(pages: Pages, name: str) -> None:
    """No rule of axe is broken: contrast, landmarks, headings in order, headers of tables, language."""
    seen = pages.seen[name]
    assert seen.hard == []
    assert seen.language == "en-GB"
    assert {"Problem", "When", "Source", "Service"} <= set(seen.heads)
    assert {role: seen.landmarks[role] for role in ("banner", "main", "contentinfo")} == {
        "banner": 1,
        "main": 1,
        "contentinfo": 1,
    }


def test_what_must_be_known_comes_first_and_then_allergies_medicines_and_problems(pages: Pages) -> None:
    """As a reader meets them."""
    for name in STORIES:
        headings = pages.seen[name].headings
        assert headings[:5] == [
            "Patient summary",
            "Read this first",
            "Allergies and intolerances",
            "Medicines",
            "Problems",
        ]
        assert headings[-1] == "What this summary rests on"


def test_who_did_not_answer_stands_at_the_top_by_name(pages: Pages) -> None:
    """As plainly as what is there."""
    text = pages.seen["allergy-contradicted"].text
    top = text[: text.index("Allergies and intolerances")]
    assert "INCOMPLETE" in top
    assert "Cambourne County Council says that this record is not available from it." in top
    assert "One source records an allergy and another records that none is known." in top


@pytest.mark.parametrize(
    ("name", "who", "number"),
    [
        ("diabetes", "Mrs Margaret Thurlow", "999 000 0018"),
        ("allergy-contradicted", "Miss Priya Nair", "999 000 0034"),
        ("hostile", SCRIPT, "999 000 0018"),
    ],
)
def test_every_printed_page_says_whose_it_is_and_of_when(
    pages: Pages, name: str, who: str, number: str
) -> None:
    """Pages come apart: name, number, moment and page number stand on each."""
    sheets = pages.seen[name].sheets
    assert len(sheets) > 1
    for place, sheet in enumerate(sheets, start=1):
        top = "\n".join(sheet.splitlines()[:8])
        assert who.split("<", maxsplit=1)[0] in top
        assert number in top
        assert "UTC" in top
        assert f"Page {place} of {len(sheets)}" in sheet


def test_nothing_is_lost_in_print(pages: Pages) -> None:
    """Every line of a long record stands on some sheet."""
    words = "\n".join(pages.seen["hostile"].sheets)
    for place in range(LINES):
        assert f"{place} <script>" in words


def test_what_a_partner_wrote_as_a_script_is_read_as_words(pages: Pages) -> None:
    """In names and items; its own narrative is not there at all."""
    seen = pages.seen["hostile"]
    assert seen.text.count("<script>alert(1)</script>") == LINES + 1
    assert "beech" in seen.text.casefold()
