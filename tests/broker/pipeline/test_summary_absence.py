"""What a section of a summary that shows nothing says: five different states that never look alike."""

from __future__ import annotations

import dataclasses

import pytest

from broker.domain.category import Category
from broker.domain.view import Holder, SectionKind, SourceWarning
from broker.pipeline.presentation.summary.absence import SYSTEM
from broker.pipeline.presentation.summary.sections import SECTIONS
from tests.support.records import item, readable
from tests.support.summaries import composition, document, page, reason, section, states, unheard, view
from tests.support.views import resources

ALLERGIES, MEDICINES, PROBLEMS = "Allergies and intolerances", "Medicines", "Problems"
NONE = SectionKind.NONE_RECORDED


@pytest.mark.parametrize("title", [ALLERGIES, MEDICINES, PROBLEMS])
@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (SectionKind.NONE_RECORDED, "nilknown"),
        (SectionKind.NOT_KNOWN, "unavailable"),
        (SectionKind.NONE_KNOWN, "unavailable"),
        (SectionKind.WITHHELD_AT_SOURCE, "withheld"),
    ],
)
def test_an_empty_section_says_why(title: str, kind: SectionKind, code: str) -> None:
    """`nilknown` only where everyone who could hold it has completed and nothing could be held back."""
    assert reason(document(view(sections=states(kind))), title) == code


@pytest.mark.parametrize("title", [one.title for one in SECTIONS])
def test_no_section_is_silently_absent(title: str) -> None:
    """Each stands in the document, with words and a code for its emptiness; cmp-1 and cmp-2 hold."""
    shown = section(document(view(sections=())), title)
    assert reason(document(view(sections=())), title) == "unavailable"
    assert "entry" not in shown
    assert "it is not known whether there is any" in shown["text"]["div"]


def test_a_section_with_items_has_no_reason_for_having_none() -> None:
    """cmp-2."""
    tree = document(view(readable([item("Condition", "c")])[1:], sections=states(NONE)))
    for shown in composition(tree)["section"]:
        assert ("entry" in shown) != ("emptyReason" in shown)


def test_a_section_that_several_kinds_could_fill_needs_all_of_them_empty() -> None:
    """A plan may be an item, a council's, or a document."""
    whole = document(view(sections=states(NONE)))
    assert reason(whole, "Plans of care") == "nilknown"
    partly = document(view(sections=states(NONE, documents=SectionKind.NOT_KNOWN)))
    assert reason(partly, "Plans of care") == "unavailable"
    untold = [one for one in states(NONE) if one.category is not Category.DOCUMENTS]
    assert reason(document(view(sections=tuple(untold))), "Plans of care") == "unavailable"


def test_a_sources_own_none_known_is_that_sources_alone() -> None:
    """Who says it is named, and it is not read as everybody's."""
    says = Holder(partner_id="addenbury", name="Addenbury", label="complete", says_none=True)
    kinds = states(SectionKind.NONE_KNOWN)
    kinds = tuple(
        type(one)(category=one.category, shown=0, state=one.state, holders=(says, unheard("Papermill")))
        for one in kinds
    )
    words = section(document(view(sections=kinds)), ALLERGIES)["text"]["div"]
    assert "Addenbury states that none is known." in words
    assert "Not complete: Papermill (timed out)." in words


def test_the_list_by_which_a_source_knows_of_none_stands_in_the_document() -> None:
    """What a sentence of the document rests on is in it, and the disclosure names it."""
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "886921000000105"}]}
    empty = item(
        "List",
        "l1",
        code=code,
        status="current",
        mode="snapshot",
        emptyReason={"coding": [{"system": SYSTEM, "code": "nilknown"}]},
    )
    tree = document(view(readable([empty])[1:], sections=states(SectionKind.NONE_KNOWN)))
    kinds = [
        one["reference"].partition("/")[0] for one in section(tree, "What this summary rests on")["entry"]
    ]
    assert kinds == ["OperationOutcome", "List"]
    assert len(resources(tree, "List")) == 1
    assert "entry" not in section(tree, ALLERGIES)


def test_what_is_shown_of_a_section_does_not_hide_that_somebody_did_not_answer() -> None:
    """One allergy beside a silent practice is not the list of allergies."""
    kinds = states(SectionKind.SHOWN)
    kinds = tuple(
        type(one)(category=one.category, shown=1, state=one.state, holders=(unheard("Papermill"),))
        for one in kinds
    )
    items = readable([item("AllergyIntolerance", "a1", code={"text": "Penicillin"})])[1:]
    assert (
        "Not complete: Papermill" in section(document(view(items, sections=kinds)), ALLERGIES)["text"]["div"]
    )


def test_on_the_page_the_three_that_must_be_there_have_their_own_place_also_when_empty() -> None:
    """The others that show nothing stand together, each under its reason."""
    text = page(view(sections=states(NONE, procedures=SectionKind.NOT_KNOWN)))
    for title in (ALLERGIES, MEDICINES, PROBLEMS):
        assert f">{title}</h2>" in text
    assert ">Alerts</h2>" not in text
    nothing = text[text.index(">Nothing shown</h2>") :]
    assert nothing.index("Procedures") < nothing.index("it is not known whether") < len(nothing)


def test_what_a_source_warns_of_its_list_stands_in_the_section() -> None:
    """Beside what it shows, and where it shows nothing."""
    warning = SourceWarning(code="data-in-transit", partner_id="addenbury", name="Addenbury")
    told = tuple(dataclasses.replace(one, warnings=(warning,)) for one in states(SectionKind.NOT_KNOWN))
    items = readable([item("AllergyIntolerance", "a1", code={"text": "Penicillin"})])[1:]
    tree = document(view(items, sections=told))
    for title in (ALLERGIES, MEDICINES):
        assert (
            "Addenbury warns of its record: The record has not wholly arrived"
            in section(tree, title)["text"]["div"]
        )


def test_a_decision_on_resuscitation_stands_by_itself_of_whatever_kind_it_is() -> None:
    """Practices record one as a finding, trusts as an alert."""
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "450476008"}], "text": "Not for CPR"}
    for kind in ("Condition", "Observation", "Flag", "Procedure"):
        tree = document(view(readable([item(kind, "x1", code=code)])[1:]))
        assert "Not for CPR" in section(tree, "Advance directives and treatment escalation")["text"]["div"]
