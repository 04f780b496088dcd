"""What a source says of its own list survives the merge, at its section and at its partner."""

from __future__ import annotations

from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.decision import Decision, Naming
from broker.domain.outcome import OutcomeLabel, PartnerOutcome, Tally
from broker.domain.view import SectionKind, SectionState, View
from broker.pipeline.merging import Ground, merge
from broker.pipeline.presentation.completeness_words import line_words, section_words
from broker.pipeline.screening import screen
from tests.support.records import (
    ALL,
    KNOWN,
    NOW,
    decision,
    finished,
    item,
    judgement,
    person,
    readable,
    registration,
)

GPC = "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-ListWarningCode-1"
UK_CORE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-ListWarningCode"


def warned(*codes: str, url: str = GPC, area: str = "886921000000105") -> dict[str, Any]:
    """A list of one area (allergies, if nothing is said) with warnings."""
    return item(
        "List",
        "l1",
        code={"coding": [{"system": "http://snomed.info/sct", "code": area}]},
        extension=[{"url": url, "valueCode": code} for code in codes],
    )


def view_of(
    *resources: dict[str, Any],
    ruling: Decision | None = None,
    types: frozenset[str] = frozenset(),
    label: OutcomeLabel = OutcomeLabel.COMPLETE,
) -> View:
    """What one partner's answer becomes: screened under its decision, then merged."""
    ruling = ruling or decision()
    screened = finished(screen("addenbury", readable(resources), ruling, types, KNOWN))
    shown = len(screened.released)
    outcome = PartnerOutcome(
        partner_id="addenbury", label=label, tally=Tally(received=shown, shown=shown), answered_at="now"
    )
    ground = Ground(
        patient=person(practice_ods="RX901"),
        judgement=judgement(ruling),
        registrations=[registration()],
        wanted=ALL,
        sure=ALL - screened.fallen,
        asked_at=NOW,
        warnings={"addenbury": screened.warnings},
    )
    return finished(merge(screened.released, {"addenbury": outcome}, ground))


def section(view: View, category: Category = Category.ALLERGIES) -> SectionState:
    """One of its sections."""
    return next(one for one in view.sections if one.category is category)


@pytest.mark.parametrize("url", [GPC, UK_CORE])
def test_a_warning_on_a_list_shows_at_its_section_and_nowhere_else(url: str) -> None:
    """The area that it came with, and the partner; no item is named."""
    view = view_of(warned("data-in-transit", url=url))
    assert [(one.code, one.name) for one in section(view).warnings] == [("data-in-transit", "Addenbury")]
    assert section(view, Category.PROBLEMS).warnings == ()
    assert view.lines[0].warnings == ("data-in-transit",)
    assert "has not wholly arrived" in section_words(section(view))
    assert "has not wholly arrived" in line_words(view.lines[0])


@pytest.mark.parametrize("code", ["data-in-transit", "data-awaiting-filing", "confidential-items", "novel"])
def test_a_warning_denies_none_recorded_to_its_own_section(code: str) -> None:
    """Though the partner calls its answer whole; a warning that nobody knows is one still."""
    view = view_of(warned(code))
    assert not section(view).none_recorded
    assert section(view, Category.PROBLEMS).none_recorded


def test_a_list_that_leaves_out_what_is_confidential_is_not_an_empty_one() -> None:
    """Withheld by its source, recorded by nobody and not known are three things."""
    emptied = view_of(warned("confidential-items"), label=OutcomeLabel.PARTIAL)
    assert section(emptied).state is SectionKind.WITHHELD_AT_SOURCE
    assert section(view_of(warned())).state is SectionKind.NONE_RECORDED
    assert section(view_of(warned(), label=OutcomeLabel.PARTIAL)).state is SectionKind.NOT_KNOWN


def test_a_warning_survives_where_the_list_itself_was_not_asked_for() -> None:
    """A search for allergies alone shows no list, and still says what the list says."""
    view = view_of(warned("confidential-items"), types=frozenset({"AllergyIntolerance"}))
    assert view.items == ()
    assert [one.code for one in section(view).warnings] == ["confidential-items"]


def test_a_list_of_a_category_that_is_closed_warns_of_nothing() -> None:
    """That it was there is part of what may not be seen."""
    closed = decision(categories=ALL - {Category.ALLERGIES})
    view, never = (view_of(*lists, ruling=closed) for lists in ((warned("confidential-items"),), ()))
    assert (view.sections, view.lines[0].warnings) == (never.sections, ())


def test_a_veiled_partner_that_shows_nothing_has_no_warning_either() -> None:
    """It would tell that the person is known there."""
    veiled = decision(naming=Naming.VEILED)
    types = frozenset({"AllergyIntolerance"})
    view = view_of(warned("confidential-items"), ruling=veiled, types=types)
    assert view.sections == view_of(ruling=veiled, types=types).sections
    assert view.lines[0].warnings == ()
