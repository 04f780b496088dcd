"""How fresh an answer is stands at its partner and at each section, and an old one denies none recorded."""

from __future__ import annotations

from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.outcome import OutcomeLabel, PartnerOutcome
from broker.domain.view import SectionState, View
from broker.pipeline.merging import Ground, merge
from broker.pipeline.presentation.completeness_words import line_words, section_words
from tests.support.records import ALL, NOW, decision, finished, judgement, person, registration

OLD = "2026-11-21T23:00:00Z"


def view_of(as_of: str, **ruling: Any) -> View:
    """One partner that has nothing, asked at noon on 22 November 2026."""
    ground = Ground(
        patient=person(practice_ods="RX901"),
        judgement=judgement(decision(**ruling)),
        registrations=[registration()],
        wanted=ALL,
        sure=ALL,
        asked_at=NOW,
        as_of={"addenbury": as_of},
    )
    whole = PartnerOutcome(partner_id="addenbury", label=OutcomeLabel.COMPLETE, answered_at="now")
    return finished(merge((), {"addenbury": whole}, ground))


def problems(view: View) -> SectionState:
    """The state of one section."""
    return next(one for one in view.sections if one.category is Category.PROBLEMS)


def test_an_answer_that_its_partner_calls_old_says_so_and_is_no_ground_for_none_recorded() -> None:
    """Nobody knows what was recorded since."""
    view = view_of(OLD)
    assert view.lines[0].as_of == OLD
    assert f"as of {OLD}" in line_words(view.lines[0])
    assert f"Not of now: Addenbury (as of {OLD})." in section_words(problems(view))
    assert not problems(view).none_recorded


LIVE = ("", "2026-11-22T11:56:00Z", "2026-11-22T12:00:05+00:00", "2026-11-22", "lately")


@pytest.mark.parametrize("as_of", LIVE)
def test_an_answer_of_now_is_live(as_of: str) -> None:
    """Clocks differ; a day that is not over, and what is no date, are not called old."""
    view = view_of(as_of)
    assert view.lines[0].as_of == ""
    assert problems(view).none_recorded


def test_of_when_an_answer_is_goes_untold_where_something_could_be_screened() -> None:
    """Some servers give the time of their newest item there, which may be one that is withheld."""
    view = view_of(OLD, categories=ALL - {Category.ALERTS})
    assert view.lines[0].as_of == ""
    assert OLD not in section_words(problems(view))
    assert not problems(view).none_recorded
