"""Of a partner that supplies nothing of what was asked for nothing is missing, whoever the person is."""

from __future__ import annotations

from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.decision import Effect, Naming
from broker.domain.outcome import Cause, OutcomeLabel, PartnerOutcome
from broker.domain.view import NOTHING_TO_SHOW, CompletenessLine
from broker.pipeline.merging.completeness import completeness_lines, with_no_gap_where_none_is_supplied
from tests.support.records import decision, registration
from tests.support.views import bundle, view

MEDICINES = frozenset({Category.MEDICINES})
SOCIAL_CARE = frozenset({Category.SOCIAL_CARE})


def line(supplies: frozenset[Category], cause: Cause = Cause.NOT_A_HOLDER, **ruling: Any) -> CompletenessLine:
    """A partner that was not asked for medicines."""
    outcome = PartnerOutcome(partner_id="addenbury", label=OutcomeLabel.NOT_ASKED, cause=cause)
    partners = [registration(supplies=supplies)]
    lines = completeness_lines(partners, [decision(**ruling)], {"addenbury": outcome}, "RX901")
    (told,) = with_no_gap_where_none_is_supplied(lines, partners, MEDICINES)
    return told


@pytest.mark.parametrize(
    ("cause", "ruling"),
    [
        (Cause.NOT_A_HOLDER, {}),
        (Cause.OBJECTION, {"effect": Effect.DENY, "categories": frozenset()}),
        (Cause.POLICY, {"categories": frozenset()}),
    ],
    ids=["nothing stands in the way", "an objection", "policy"],
)
def test_it_is_said_alike_whatever_stands_in_the_way(cause: Cause, ruling: dict[str, Any]) -> None:
    """What a partner supplies is in the agreement, and tells nothing of the person."""
    told = line(SOCIAL_CARE, cause, **ruling)
    assert told == line(SOCIAL_CARE)
    assert (told.label, told.supplies_none, told.is_gap) == ("not-asked", True, False)


def test_of_one_that_could_hold_it_something_is_missing() -> None:
    """However little of what it supplies was asked for."""
    told = line(SOCIAL_CARE | MEDICINES, Cause.POLICY)
    assert (told.supplies_none, told.is_gap) == (False, True)


def test_a_veiled_partner_reads_as_it_always_does() -> None:
    """Nothing to show."""
    told = line(SOCIAL_CARE, naming=Naming.VEILED)
    assert (told.label, told.supplies_none) == (NOTHING_TO_SHOW, False)


def test_the_answer_says_so_and_warns_of_nothing() -> None:
    """A client that looks for `incomplete` finds it where something is missing, and only there."""
    issue = bundle(view(lines=(line(SOCIAL_CARE),)))["entry"][0]["resource"]["issue"][0]
    assert (issue["severity"], issue["code"]) == ("information", "informational")
    assert issue["details"]["text"].endswith("was not asked: it supplies nothing of what was asked for.")
    (statement,) = issue["extension"]
    assert {"url": "suppliesNone", "valueBoolean": True} in statement["extension"]
