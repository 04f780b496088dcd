"""Each section says who could hold it, who answered, and what its emptiness means."""

from __future__ import annotations

from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.decision import Decision, Naming
from broker.domain.outcome import Cause, OutcomeLabel, PartnerOutcome
from broker.domain.resource import Resource
from broker.domain.view import SectionKind, SectionState
from broker.pipeline.merging.completeness import completeness_lines
from broker.pipeline.merging.sections import section_states
from tests.support.records import decision, finished, item, readable, registration
from tests.support.standings import standing
from tests.support.useful_views import coded

ALLERGIES = frozenset({Category.ALLERGIES})
SNOMED = "http://snomed.info/sct"
PENICILLIN, NONE_KNOWN = "91936005", "716186003"
NIL_KNOWN = {"system": "http://terminology.hl7.org/CodeSystem/list-empty-reason", "code": "nilknown"}


def allergy(local_id: str, code: str, **members: Any) -> dict[str, Any]:
    """An AllergyIntolerance with a SNOMED CT code."""
    coding = [{"system": SNOMED, "code": code}]
    return item("AllergyIntolerance", local_id, code={"coding": coding}, **members)


def allergy_list(**members: Any) -> dict[str, Any]:
    """A list of allergies."""
    code = {"coding": [{"system": SNOMED, "code": "886921000000105"}]}
    return item("List", "l1", code=code, **members)


def of_partner(partner_id: str, *resources: dict[str, Any]) -> tuple[Resource, ...]:
    """One partner's released items."""
    return readable(resources, partner_id)[1:]


def allergies(
    outcomes: dict[str, OutcomeLabel | PartnerOutcome],
    *items: Resource,
    decisions: tuple[Decision, ...] = (),
    supplies: dict[str, frozenset[Category]] | None = None,
) -> SectionState:
    """The one section, for partners of which each supplies allergies unless told otherwise."""
    exact = {
        name: one
        if isinstance(one, PartnerOutcome)
        else PartnerOutcome(partner_id=name, label=one, answered_at="2026-11-22T12:00:01+00:00")
        for name, one in outcomes.items()
    }
    rulings = {one.partner_id: one for one in decisions}
    judged = [rulings.get(name, decision(name)) for name in outcomes]
    registrations = [registration(name, supplies=(supplies or {}).get(name, ALLERGIES)) for name in outcomes]
    lines = completeness_lines(registrations, judged, exact, "RX901")
    (state,) = finished(section_states(items, standing(registrations, judged, exact, ALLERGIES, lines)))
    return state


def test_a_section_names_everyone_who_could_hold_it_and_what_became_of_each() -> None:
    """Whoever supplies nothing of it is none of them."""
    late = PartnerOutcome(partner_id="papermill", label=OutcomeLabel.TIMED_OUT, cause=Cause.DEADLINE)
    state = allergies(
        {"addenbury": OutcomeLabel.COMPLETE, "papermill": late, "council": OutcomeLabel.COMPLETE},
        *of_partner("addenbury", allergy("1", PENICILLIN)),
        supplies={
            "addenbury": ALLERGIES | {Category.RESULTS},
            "papermill": ALLERGIES,
            "council": frozenset({Category.SOCIAL_CARE}),
        },
    )
    assert [(one.name, one.label, one.cause, one.shown) for one in state.holders] == [
        ("Addenbury", "complete", "", 1),
        ("Papermill", "timed-out", "deadline", 0),
    ]
    assert [one.name for one in state.gaps] == ["Papermill"]
    assert state.holders[0].answered_at == "2026-11-22T12:00:01+00:00"


BOTH = {"addenbury": OutcomeLabel.COMPLETE, "papermill": OutcomeLabel.COMPLETE}
SILENT = {"addenbury": OutcomeLabel.COMPLETE, "papermill": OutcomeLabel.TIMED_OUT}
STATES = {
    "an allergy": (SILENT, (allergy("1", PENICILLIN),), SectionKind.SHOWN),
    "none known, by a code": (SILENT, (allergy("1", NONE_KNOWN),), SectionKind.NONE_KNOWN),
    "none known, in words alone": (
        SILENT,
        (item("AllergyIntolerance", "1", code={"text": "No known  Allergies"}),),
        SectionKind.NONE_KNOWN,
    ),
    "an allergy whose words name none beside its code": (
        SILENT,
        (item("AllergyIntolerance", "1", code=coded(PENICILLIN, "NKDA")),),
        SectionKind.SHOWN,
    ),
    "none known, by an emptied list": (
        BOTH,
        (allergy_list(emptyReason={"coding": [NIL_KNOWN]}),),
        SectionKind.NONE_KNOWN,
    ),
    "an allergy beside none known": (
        BOTH,
        (allergy("1", PENICILLIN), allergy("2", NONE_KNOWN)),
        SectionKind.SHOWN,
    ),
    "a none known that was refuted": (
        BOTH,
        (allergy("1", NONE_KNOWN, verificationStatus={"coding": [{"code": "refuted"}]}),),
        SectionKind.SHOWN,
    ),
    "nothing, and everybody answered": (BOTH, (), SectionKind.NONE_RECORDED),
    "an empty list, and everybody answered": (BOTH, (allergy_list(),), SectionKind.NONE_RECORDED),
    "nothing, and somebody is silent": (SILENT, (), SectionKind.NOT_KNOWN),
}


@pytest.mark.parametrize(("labels", "resources", "kind"), STATES.values(), ids=STATES.keys())
def test_what_a_section_says_is_one_of_different_things(
    labels: dict[str, OutcomeLabel | PartnerOutcome], resources: tuple[dict[str, Any], ...], kind: SectionKind
) -> None:
    """Stated by a source, recorded by nobody, and not known are never the same."""
    state = allergies(labels, *of_partner("addenbury", *resources))
    assert state.state is kind
    assert state.none_recorded is (kind is SectionKind.NONE_RECORDED)


def test_who_states_that_none_is_known_is_named() -> None:
    """It is that source's word, and nobody else's."""
    state = allergies(SILENT, *of_partner("addenbury", allergy("1", NONE_KNOWN)))
    assert [(one.name, one.says_none) for one in state.holders] == [("Addenbury", True), ("Papermill", False)]


@pytest.mark.parametrize("label", [OutcomeLabel.NO_RECORD, OutcomeLabel.REFUSED, OutcomeLabel.COMPLETE])
def test_a_veiled_holder_reads_the_same_whatever_its_silence_means(label: OutcomeLabel) -> None:
    """In each section as in its line; and nothing is called none recorded beside it."""
    veiled = decision("papermill", naming=Naming.VEILED)
    state = allergies({"addenbury": OutcomeLabel.COMPLETE, "papermill": label}, decisions=(veiled,))
    assert (state.state, state.holders[1].label, state.gaps) == (
        SectionKind.NOT_KNOWN,
        "nothing-to-show",
        (),
    )


def test_folded_holders_are_one_without_a_name_in_each_section_that_any_of_them_could_hold() -> None:
    """Which of them are asked for a protected person could tell where that person is."""
    folded = tuple(decision(name, naming=Naming.FOLDED, locationless=True) for name in BOTH)
    elsewhere = decision("papermill", naming=Naming.FOLDED, in_scope=False)
    only = {"addenbury": frozenset({Category.RESULTS}), "papermill": ALLERGIES}
    told = [
        [
            (one.name, one.partner_id, one.label)
            for one in allergies(BOTH, decisions=each, supplies=only).holders
        ]
        for each in (folded, (folded[0], elsewhere))
    ]
    assert told == [[("", "", "complete")]] * 2
