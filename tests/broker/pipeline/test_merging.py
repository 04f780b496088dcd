"""Released items and outcomes to the view: groups, contradictions, completeness."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.domain.category import Category
from broker.domain.decision import Decision, Naming, Withhold
from broker.domain.outcome import Cause, OutcomeLabel, PartnerOutcome, Tally
from broker.domain.resource import Resource
from broker.domain.view import View
from broker.pipeline.merging import Ground, merge
from broker.pipeline.merging.completeness import completeness_lines
from tests.support.records import (
    ALL,
    NOW,
    decision,
    finished,
    item,
    judgement,
    person,
    readable,
    registration,
)
from tests.support.sensitive import hidden_from

RESULT = {
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"}]},
    "effectiveDateTime": "2026-09-30T09:12:00+01:00",
    "valueQuantity": {"value": 72, "unit": "umol/L"},
}


def items_of(partner_id: str, *resources: dict[str, Any]) -> tuple[Resource, ...]:
    """One partner's released items, without its Patient."""
    return readable(resources, partner_id)[1:]


def merged(
    items: tuple[Resource, ...],
    labels: dict[str, OutcomeLabel],
    decisions: tuple[Decision, ...] = (),
    wanted: frozenset[Category] = ALL,
    practice_ods: str | None = "RX901",
) -> View:
    """Merge with one outcome for each partner, in the given order."""
    rulings = {one.partner_id: one for one in decisions}
    registrations = [registration(partner_id) for partner_id in labels]
    ground = Ground(
        patient=person(practice_ods=practice_ods),
        judgement=judgement(*(rulings.get(name, decision(name)) for name in labels)),
        registrations=registrations,
        wanted=wanted,
        sure=ALL,
        asked_at=NOW,
    )
    shown = {name: sum(one.partner_id == name for one in items) for name in labels}
    outcomes = {
        name: PartnerOutcome(
            partner_id=name, label=label, tally=Tally(received=shown[name], shown=shown[name])
        )
        for name, label in labels.items()
    }
    return finished(merge(items, outcomes, ground))


BOTH = {"addenbury": OutcomeLabel.COMPLETE, "papermill": OutcomeLabel.COMPLETE}


def test_the_same_identifier_from_two_partners_is_one_group_of_two() -> None:
    """Both stay, side by side."""
    lab = [{"system": "urn:lab", "value": "7"}]
    items = items_of("addenbury", item("Observation", "1", identifier=lab)) + items_of(
        "papermill", item("Observation", "1", identifier=lab)
    )
    view = merged(items, BOTH)
    assert len(view.items) == 2
    assert [(group.members, group.why) for group in view.groups] == [((0, 1), "same-identifier")]


def test_the_same_content_without_an_identifier_is_grouped_across_partners() -> None:
    """Codes, time, state and value agree."""
    items = items_of("addenbury", item("Observation", "1", **RESULT)) + items_of(
        "papermill", item("Observation", "9", **RESULT)
    )
    assert [group.why for group in merged(items, BOTH).groups] == ["same-content"]


DIFFERENT = {
    "value": {"valueQuantity": {"value": 73, "unit": "umol/L"}},
    "precision of the value": {"valueQuantity": {"value": 72.0, "unit": "umol/L"}},
    "unit": {"valueQuantity": {"value": 72, "unit": "mg/dL"}},
    "comparator": {"valueQuantity": {"value": 72, "unit": "umol/L", "comparator": "<"}},
    "time": {"effectiveDateTime": "2026-09-30T09:13:00+01:00"},
    "status": {"status": "preliminary"},
    "code": {"code": {"coding": [{"system": "http://loinc.org", "code": "2161-0"}]}},
}


@pytest.mark.parametrize("change", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_what_differs_in_anything_that_matters_stays_apart(change: dict[str, Any]) -> None:
    """Like is not same."""
    items = items_of("addenbury", item("Observation", "1", **RESULT)) + items_of(
        "papermill", item("Observation", "9", **{**RESULT, **change})
    )
    assert merged(items, BOTH).groups == ()


def test_one_identifier_with_two_values_is_a_contradiction() -> None:
    """Shown beside each other as differing."""
    lab = [{"system": "urn:lab", "value": "7"}]
    other = {**RESULT, "status": "amended", "valueQuantity": {"value": 80, "unit": "umol/L"}}
    items = items_of("addenbury", item("Observation", "1", identifier=lab, **RESULT)) + items_of(
        "papermill", item("Observation", "1", identifier=lab, **other)
    )
    assert [one.why for one in merged(items, BOTH).contradictions] == ["status-differs", "value-differs"]


def allergy(local_id: str, code: str, **members: Any) -> dict[str, Any]:
    """An AllergyIntolerance with a SNOMED CT code."""
    coding = [{"system": "http://snomed.info/sct", "code": code}]
    return item("AllergyIntolerance", local_id, code={"coding": coding}, **members)


def test_an_allergy_beside_none_known_is_a_contradiction() -> None:
    """No winner is chosen."""
    items = items_of("addenbury", allergy("1", "91936005")) + items_of("papermill", allergy("1", "716186003"))
    assert [(one.members, one.why) for one in merged(items, BOTH).contradictions] == [
        ((0, 1), "allergy-and-none-known")
    ]


def test_a_refuted_allergy_does_not_contradict_none_known() -> None:
    """It says the same."""
    refuted = {"verificationStatus": {"coding": [{"code": "refuted"}]}}
    items = items_of("addenbury", allergy("1", "91936005", **refuted), allergy("2", "716186003"))
    assert merged(items, BOTH).contradictions == ()


def state(view: View, category: Category) -> bool:
    """Whether a section may say "none recorded"."""
    return next(section.none_recorded for section in view.sections if section.category is category)


def test_none_recorded_is_said_when_every_possible_holder_has_completed() -> None:
    """Complete and no-record both let it stand."""
    view = merged((), {"addenbury": OutcomeLabel.COMPLETE, "papermill": OutcomeLabel.NO_RECORD})
    assert state(view, Category.ALLERGIES)


@pytest.mark.parametrize(
    "label", [label for label in OutcomeLabel if label not in {OutcomeLabel.COMPLETE, OutcomeLabel.NO_RECORD}]
)
def test_none_recorded_is_never_said_while_one_holder_has_not_answered_in_full(label: OutcomeLabel) -> None:
    """Every other label of the closed set blocks it."""
    assert not state(merged((), {"addenbury": OutcomeLabel.COMPLETE, "papermill": label}), Category.ALLERGIES)


SCREENED = {
    "a category that is not permitted": {"categories": ALL - {Category.ALLERGIES}},
    "an objected item": {"withholds": (Withhold(items=frozenset({("a", "b")})),)},
    "a scope of other types": {"resource_types": frozenset({"Observation"})},
    "a restricted person": {"locationless": True},
    "a veiled partner": {"naming": Naming.VEILED},
    "a partner that may not be asked": {"categories": frozenset()},
}


@pytest.mark.parametrize("change", SCREENED.values(), ids=SCREENED.keys())
def test_none_recorded_is_never_said_where_something_could_have_been_screened(change: dict[str, Any]) -> None:
    """From this reader, at any holder."""
    view = merged((), BOTH, (decision("papermill", **change),))
    assert not state(view, Category.ALLERGIES)


def test_none_recorded_needs_a_holder() -> None:
    """Where nobody supplies a category, nobody said that there is nothing."""
    assert not state(merged((), {}), Category.ALLERGIES)


def test_every_partner_in_scope_has_one_line_and_others_have_none() -> None:
    """A practice that the index does not name is nobody's expectation."""
    elsewhere = decision("papermill", frozenset(), in_scope=False)
    view = merged((), {**BOTH, "ousebank": OutcomeLabel.TIMED_OUT}, (elsewhere,))
    assert [(line.partner_id, line.label) for line in view.lines] == [
        ("addenbury", "complete"),
        ("ousebank", "timed-out"),
    ]
    assert len(view.outcomes) == 3


@pytest.mark.parametrize("practice_ods", ["Y99999", None])
def test_a_practice_out_of_our_reach_has_a_line_and_blocks_every_negative(practice_ods: str | None) -> None:
    """Most of a record is held there, and nobody asked."""
    view = merged((), BOTH, practice_ods=practice_ods)
    assert not state(view, Category.ALLERGIES)
    assert [(line.name, line.label) for line in view.lines][-1] == (
        "The person's registered practice",
        "not-asked",
    )


@pytest.mark.parametrize(
    ("label", "said"),
    [
        (OutcomeLabel.NO_RECORD, "nothing-to-show"),
        (OutcomeLabel.REFUSED, "nothing-to-show"),
        (OutcomeLabel.NOT_ASKED, "nothing-to-show"),
        (OutcomeLabel.COMPLETE, "nothing-to-show"),
        (OutcomeLabel.PARTIAL, "nothing-to-show"),
        (OutcomeLabel.INVALID, "nothing-to-show"),
        (OutcomeLabel.NOT_AVAILABLE, "nothing-to-show"),
        (OutcomeLabel.IDENTITY_MISMATCH, "nothing-to-show"),
        (OutcomeLabel.TIMED_OUT, "timed-out"),
        (OutcomeLabel.UNREACHABLE, "unreachable"),
    ],
)
def test_a_veiled_partner_that_shows_nothing_reads_the_same_whatever_the_cause(
    label: OutcomeLabel, said: str
) -> None:
    """No record, dissent and a fully screened answer cannot be told apart; trouble is still trouble."""
    view = merged((), {"harbour-clinic": label}, (decision("harbour-clinic", naming=Naming.VEILED),))
    assert [(line.label, line.answered_at) for line in view.lines] == [(said, "")]


def test_a_restricted_persons_partners_are_one_nameless_line() -> None:
    """Who answered is location data."""
    folded = tuple(decision(name, naming=Naming.FOLDED, locationless=True) for name in BOTH)
    lines = merged((), {**BOTH, "papermill": OutcomeLabel.UNREACHABLE}, folded).lines
    assert [(line.partner_id, line.name, line.label) for line in lines] == [("", "", "partial")]


@pytest.mark.parametrize(
    "change",
    [
        {"categories": ALL - {Category.ALERTS}},
        {"withholds": (Withhold(items=frozenset({("a", "b")})),)},
        {"hidden_classes": hidden_from("social-worker")},
        {"resource_types": frozenset({"Observation"})},
        {"naming": Naming.VEILED},
    ],
    ids=["a category", "an objection", "a class", "a scope", "a veil"],
)
def test_numbers_and_causes_are_told_only_where_nothing_is_screened(change: dict[str, Any]) -> None:
    """Elsewhere they would count what was withheld."""
    trouble = PartnerOutcome(
        partner_id="addenbury",
        label=OutcomeLabel.PARTIAL,
        cause=Cause.UNREADABLE_ENTRIES,
        expected=40,
        tally=Tally(received=3, shown=1, unreadable=2),
    )
    told = completeness_lines([registration()], [decision()], {"addenbury": trouble}, "RX901")
    untold = completeness_lines([registration()], [decision(**change)], {"addenbury": trouble}, "RX901")
    assert [(one.expected, one.unreadable, one.cause) for one in (*told, *untold)] == [
        (40, 2, "unreadable-entries"),
        (None, 0, ""),
    ]


_LABELS = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sampled_from(list(OutcomeLabel)), min_size=1)


@given(_LABELS)
def test_a_negative_is_never_said_over_a_gap(labels: dict[str, OutcomeLabel]) -> None:
    """For any outcomes: "none recorded" exactly when all of them are full answers."""
    whole = all(label.answered_fully for label in labels.values())
    assert state(merged((), labels), Category.ALLERGIES) is whole


def test_a_list_that_holds_nothing_does_not_make_its_section_shown() -> None:
    """An empty list of allergies is no allergy: with a holder silent, whether there is one is not known."""
    empty = {
        "resourceType": "List",
        "id": "l1",
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "886921000000105"}]},
    }
    view = merged(
        items_of("addenbury", empty),
        {"addenbury": OutcomeLabel.COMPLETE, "papermill": OutcomeLabel.TIMED_OUT},
        wanted=frozenset({Category.ALLERGIES}),
    )
    assert [(one.shown, one.none_recorded) for one in view.sections] == [(0, False)]
    assert len(view.items) == 1
