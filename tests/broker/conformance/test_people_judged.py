"""What a partner may say of a person, held against how the person stands there."""

from __future__ import annotations

import pytest

from broker.conformance.asking import Asked
from broker.conformance.people import Standing
from broker.conformance.people_judged import judge_person
from broker.domain.outcome import Cause, OutcomeLabel
from broker.pipeline.normalisation import Normalised
from broker.ports.connector import Ending
from tests.support.check_kit import invented, registered
from tests.support.patients import OLD

UNSURE = Ending(OutcomeLabel.NOT_AVAILABLE, Cause.NO_PROOF)


def named(standing: Standing, ending: Ending) -> list[str]:
    """The findings about one person of this standing, for whom an answer without items ended so."""
    asked = Asked(
        person=invented(OLD, standing),
        raw_ending=ending,
        normalised=Normalised(partner_id="dovecote", ending=ending, resources=(), received=0),
        pages=1,
        calls=1,
        slowest_s=0.0,
    )
    found = judge_person(asked, registered("http://127.0.0.1:9", "rest_json"), deadline_s=3.0)
    return [finding.name for finding in found]


def test_a_partner_may_say_that_it_is_not_sure_of_somebody_unknown() -> None:
    """One that can search only by name cannot say that there is no record; that is no fault of it."""
    assert named(Standing.UNKNOWN, UNSURE) == []


@pytest.mark.parametrize("standing", [Standing.KNOWN, Standing.EMPTY])
def test_a_partner_is_sure_of_the_people_who_are_there(standing: Standing) -> None:
    """Whoever is there has to be found and proved."""
    assert "answer-no-proof" in named(standing, UNSURE)


def test_another_way_not_to_answer_about_somebody_unknown_stays_a_fault() -> None:
    """A refusal says nothing about whether there is a record."""
    refused = Ending(OutcomeLabel.NOT_AVAILABLE, Cause.STATUS)
    assert named(Standing.UNKNOWN, refused) == ["answer-status"]
