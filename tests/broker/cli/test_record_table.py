from __future__ import annotations

from typing import Any

import click
import msgspec
import pytest

from broker.cli.bundle_pages import read_pages, refusal_sentences
from broker.cli.showing import wants_colour
from broker.cli.table import WIDTH, render_record
from broker.domain.item_words import CANNOT_BE_SHOWN, when, words_of
from tests.support.answers import answer, line, tagged


def page(*bodies: bytes) -> str:
    """The page of some answers, without colour."""
    return render_record(read_pages(bodies), colour=False)


def observation(value: str, at: str, **rest: Any) -> dict[str, Any]:
    """A potassium result whose number is written exactly so."""
    quantity = {"value": msgspec.Raw(value.encode()), "unit": "mmol/L"}
    return {
        "resourceType": "Observation",
        "code": {"text": "Potassium"},
        "effectiveDateTime": at,
        "valueQuantity": quantity,
        **rest,
    }


def test_completeness_stands_above_every_item_and_names_who_did_not_answer() -> None:
    """Nobody reads an item before reading what is missing."""
    written = page(
        answer(
            tagged(observation("4", "2026"), "results", "Mill"),
            issues=(line("Mill", "complete", 1), line("Weir", "unreachable")),
        )
    )
    assert written.index("Weir") < written.index("Potassium")
    assert "unreachable" in written


@pytest.mark.parametrize("number", ["1.50", "0.010", "1.0E1", "100", "-0.0"])
def test_a_number_keeps_its_characters(number: str) -> None:
    """`1.50` is never 1.5."""
    assert f"Potassium: {number} mmol/L" in page(
        answer(tagged(observation(number, "2026-01-02"), "results", "Mill"))
    )


@pytest.mark.parametrize("time", ["2016", "2019-03", "2019-03-31", "2026-09-02T08:40:00+01:00"])
def test_a_time_keeps_its_precision(time: str) -> None:
    """A year stays a year and an instant keeps its offset."""
    written = page(answer(tagged(observation("4", time), "results", "Mill")))
    assert f"\n{time} " in written


def test_an_item_without_a_time_says_so_and_comes_last() -> None:
    """No date is invented."""
    undated = {"resourceType": "Condition", "code": {"text": "Asthma"}}
    dated = {**undated, "code": {"text": "Gout"}, "onsetDateTime": "2001"}
    written = page(answer(tagged(undated, "problems", "Mill"), tagged(dated, "problems", "Mill")))
    assert written.index("Gout") < written.index("Asthma")
    assert "no date given" in written


def test_a_group_stands_together_with_all_its_sources() -> None:
    """Both sources of one fact stand side by side, and nothing is dropped."""
    same = observation("4", "2026-02-02")
    written = page(
        answer(
            tagged(same, "results", "Mill", group="g1"),
            tagged(observation("5", "2026-02-01"), "results", "Lock"),
            tagged(observation("4", "2026-01-01"), "results", "Weir", group="g1"),
        )
    )
    assert written.index("Mill") < written.index("Weir") < written.index("Lock")
    assert written.count("(same as others of g1)") == 2


def test_two_items_that_are_the_same_in_every_word_are_both_shown() -> None:
    """Group, never delete."""
    same = tagged(observation("4", "2026-02-02"), "results", "Mill")
    assert "RESULTS (2)" in page(answer(same, same))


def test_a_contradiction_is_marked_on_every_side() -> None:
    """Neither side can be read without its mark."""
    none = {"resourceType": "AllergyIntolerance", "code": {"text": "No known allergies"}}
    some = {"resourceType": "AllergyIntolerance", "code": {"text": "Penicillin"}}
    written = page(
        answer(
            tagged(none, "allergies", "Mill", contradiction="c1"),
            tagged(some, "allergies", "Weir", contradiction="c1"),
        )
    )
    assert written.count("(contradiction c1)") == 2


def test_no_line_is_wider_than_the_page_and_no_word_is_cut() -> None:
    """Long words wrap in their own column."""
    long = {"resourceType": "Condition", "code": {"text": "Pneumonoultramicroscopic " * 9 + "end"}}
    written = page(
        answer(
            tagged(long, "problems", "A Hospital With A Very Long Name Indeed"),
            issues=(
                line("A service of a name so long that it does not fit in its column at all", "timed-out"),
            ),
        )
    )
    assert max(map(len, written.splitlines())) <= WIDTH
    assert written.count("Pneumonoultramicroscopic") == 9


@pytest.mark.parametrize("sign", ["\x1b[2J", "\u202e", "\r", "\u200b", "\x07"])
def test_partner_text_cannot_command_the_terminal(sign: str) -> None:
    """Escapes, direction marks and invisible signs are not written."""
    item = {"resourceType": "Condition", "code": {"text": f"Gout{sign}!"}}
    written = page(answer(tagged(item, "problems", f"Mill{sign}")))
    assert not set(sign) & set("\x1b\u202e\r\u200b\x07") & set(written)


def test_a_category_that_is_not_known_is_still_shown() -> None:
    """An item is never lost for its label."""
    item = tagged({"resourceType": "Goal", "description": {"text": "Walk"}}, "novel", "Mill")
    assert "UNCLASSIFIED (1)" in page(answer(item))


def test_pages_are_put_together_and_their_outcome_stands_once() -> None:
    """Items of every page, one completeness table."""
    first = answer(tagged(observation("4", "2026"), "results", "Mill"), issues=(line("Mill", "complete"),))
    second = answer(tagged(observation("5", "2025"), "results", "Mill"), issues=(line("Mill", "complete"),))
    written = page(first, second.replace(b'"Patient"', b'"Basic"'))
    assert "RESULTS (2)" in written
    assert written.count("WHO ANSWERED") == 1


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"resourceType": "MedicationRequest", "doNotPerform": True}, "DO NOT GIVE"),
        (
            {"resourceType": "AllergyIntolerance", "verificationStatus": {"coding": [{"code": "refuted"}]}},
            "[refuted]",
        ),
        ({"resourceType": "Observation", "status": "entered-in-error"}, "[entered-in-error]"),
        (
            {"resourceType": "Observation", "valueQuantity": {"comparator": "<", "value": 5, "unit": "mg/L"}},
            "<5 mg/L",
        ),
        ({"resourceType": "Observation", "dataAbsentReason": {"text": "sample lost"}}, "sample lost"),
        ({"resourceType": "Observation", "valueString": "trace"}, "trace"),
        ({"resourceType": "Observation", "valueBoolean": False}, ": no"),
        ({"resourceType": "Observation", "valueInteger": 0}, ": 0"),
        (
            {"resourceType": "Observation", "valueRange": {"low": {"value": 1}, "high": {"value": 2}}},
            "1 to 2",
        ),
        ({"resourceType": "Observation", "valueSampledData": {"data": "1 2"}}, CANNOT_BE_SHOWN),
        ({"resourceType": "Observation"}, "no value given"),
        ({"resourceType": "MedicationRequest", "status": "completed"}, "[completed]"),
        ({"resourceType": "MedicationRequest", "intent": "plan"}, "[plan]"),
        ({"resourceType": "Immunization", "status": "not-done"}, "[not-done]"),
        ({"resourceType": "Condition", "modifierExtension": [{"url": "x"}]}, CANNOT_BE_SHOWN),
        ({"resourceType": "Condition", "code": {"coding": [{"code": "38341003"}]}}, "38341003"),
        (
            {"resourceType": "CarePlan", "title": "Plan", "activity": "not a list of mappings"},
            CANNOT_BE_SHOWN,
        ),
        (
            {"resourceType": "MedicationRequest", "medicationReference": {"reference": "Medication/1"}},
            "another item",
        ),
        ({"resourceType": "Patient", "deceasedDateTime": "2026-01"}, "DIED 2026-01"),
    ],
)
def test_what_changes_the_meaning_is_always_said(item: dict[str, Any], words: str) -> None:
    """A negation, a status or a modifier never falls out of the words."""
    assert words in words_of(item)


def test_the_time_of_a_period_is_its_start() -> None:
    """Or its end, when nothing else is known."""
    assert when({"period": {"start": "2020-01"}}) == "2020-01"
    assert when({"performedPeriod": {"end": "2021"}}) == "2021"


def test_the_time_of_a_document_without_an_instant_is_when_it_was_made() -> None:
    """A day is enough to know a letter by."""
    made = {"content": [{"attachment": {"title": "Letter"}}, {"attachment": {"creation": "2026-04-22"}}]}
    assert when({"resourceType": "DocumentReference", **made}) == "2026-04-22"
    assert when({"resourceType": "DocumentReference", "content": None}) == ""


def test_an_ordinary_status_is_ordinary_in_capitals_too() -> None:
    """`Confirmed` says no more than `confirmed`."""
    condition = {"resourceType": "Condition", "code": {"text": "Asthma"}}
    assert words_of({**condition, "verificationStatus": {"text": "Confirmed"}}) == "Asthma"
    assert words_of({**condition, "verificationStatus": {"text": "Refuted"}}) == "Asthma; [Refuted]"


def test_a_refusal_is_its_own_sentences() -> None:
    """In their order; an answer that is not JSON is only said to be so."""
    body = b'{"issue": [{"code": "suppressed", "details": {"text": "No."}}, {"code": "login"}]}'
    assert refusal_sentences(body) == ("No.", "login")
    assert refusal_sentences(b"<html>secret</html>") == ("The answer cannot be read.",)


def test_colour_changes_no_word_and_no_color_turns_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """What matters is in words; colour only repeats it."""
    body = answer(tagged(observation("4", "2026"), "results", "Mill"), issues=(line("Weir", "unreachable"),))
    coloured = render_record(read_pages([body]), colour=True)
    assert coloured != page(body)
    assert click.unstyle(coloured) == page(body)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert wants_colour()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_colour()


NOPAT = [{"system": "http://hl7.org/fhir/v3/ActCode", "code": "NOPAT"}]
LABELLED: dict[str, dict[str, Any]] = {
    "in its meta": {"meta": {"security": NOPAT}},
    "as a document's label": {"securityLabel": [{"coding": NOPAT}]},
    "of something inside": {"contained": [{"resourceType": "Flag", "meta": {"security": NOPAT}}]},
}


@pytest.mark.parametrize("label", LABELLED.values(), ids=LABELLED.keys())
def test_what_the_person_must_not_be_told_says_so_beside_its_words(label: dict[str, Any]) -> None:
    """In plain words, for a reader who turns the screen round; an item beside it says nothing."""
    hushed = tagged({**observation("4.1", "2026-01-02"), **label}, "results", "Mill")
    hushed["meta"] |= label.get("meta", {})
    written = page(answer(hushed, tagged(observation("5.2", "2026-01-01"), "results", "Mill")))
    above, _, below = written.partition("5.2")
    assert "NOT TO BE TOLD TO THE PERSON OR FAMILY" in " ".join(above.split())
    assert "NOT TO BE TOLD" not in below
