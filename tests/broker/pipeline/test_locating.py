"""Pointers name holders: who waits for one is asked when it comes, and said not to be when it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.decision import Naming
from broker.domain.identity import ODS_SYSTEM
from broker.domain.outcome import Cause, OutcomeLabel, PartnerOutcome
from broker.domain.query import Interaction, RecordQuery
from broker.pipeline.locating import asked_after_pointers, holders_named
from broker.pipeline.merging.completeness import completeness_lines
from broker.pipeline.merging.sections import section_states
from broker.pipeline.normalisation import Normalised
from broker.pipeline.planning import Asking, Plan, asks_for_pointers, plan
from broker.ports.connector import Ending
from tests.support.clocks import START
from tests.support.pipeline_alone import DOCTOR
from tests.support.records import (
    ALL,
    NUMBER,
    decision,
    finished,
    item,
    judgement,
    person,
    readable,
    registration,
)
from tests.support.standings import standing

HOLDER = "RX901"
PLANS = frozenset({Category.PLANS})


def pointer(custodian: Any) -> dict[str, Any]:
    """A pointer to a document, kept by `custodian`."""
    return item("DocumentReference", "d1", status="current", custodian=custodian)


def kept_by(ods: str, system: str = ODS_SYSTEM) -> dict[str, Any]:
    """A custodian named by its code."""
    return {"identifier": {"system": system, "value": ods}}


def located(*pointers: dict[str, Any], label: OutcomeLabel = OutcomeLabel.COMPLETE) -> Normalised:
    """What a locator answered, read and proved."""
    resources = readable(pointers, "locator")
    return Normalised(
        partner_id="locator", ending=Ending(label), resources=resources, received=len(resources)
    )


def planned() -> Plan:
    """A plan in which the hospital waits for a pointer."""
    return plan(
        RecordQuery(interaction=Interaction.EVERYTHING, number=NUMBER),
        judgement(decision("hospital", awaits_pointer=True), decision("community")),
        patient=person(),
        asking=Asking(requester=DOCTOR, correlation_id="request-0001", asked_at=START),
        registrations=[registration("hospital"), registration("community")],
        known={},
    )


def test_a_locator_is_asked_for_pointers_although_nothing_of_its_own_is_wanted() -> None:
    """Somebody waits for one: a search for results has its holders found as well."""
    documents = frozenset({Category.DOCUMENTS})
    found = plan(
        RecordQuery(interaction=Interaction.SEARCH, number=NUMBER, resource_types=frozenset({"Observation"})),
        judgement(decision("hospital", awaits_pointer=True), decision("locator")),
        patient=person(),
        asking=Asking(
            requester=DOCTOR,
            correlation_id="request-0001",
            asked_at=START,
            locators=frozenset({"locator"}),
        ),
        registrations=[registration("hospital"), registration("locator", supplies=documents)],
        known={},
    )
    assert [(one.partner_id, one.categories) for one in found.asks] == [("locator", documents)]
    assert [one.partner_id for one in found.waiting] == ["hospital"]
    assert found.not_asked == ()


@pytest.mark.parametrize("shut", [{"categories": ALL - {Category.DOCUMENTS}}, {"resource_types": {"Flag"}}])
def test_a_locator_is_not_asked_for_whoever_may_not_see_documents(shut: dict[str, Any]) -> None:
    """A pointer would tell them what exists."""
    found = plan(
        RecordQuery(interaction=Interaction.SEARCH, number=NUMBER, resource_types=frozenset({"Flag"})),
        judgement(decision("hospital", awaits_pointer=True), decision("locator", **shut)),
        patient=person(),
        asking=Asking(
            requester=DOCTOR,
            correlation_id="request-0001",
            asked_at=START,
            locators=frozenset({"locator"}),
        ),
        registrations=[
            registration("hospital"),
            registration("locator", supplies=frozenset({Category.DOCUMENTS})),
        ],
        known={},
    )
    assert found.asks == ()


def test_a_locator_that_is_asked_for_items_of_its_own_is_asked_for_pointers_too() -> None:
    """Its results alone would tell nobody who holds what."""
    held = frozenset({Category.DOCUMENTS, Category.OBSERVATIONS})
    found = plan(
        RecordQuery(interaction=Interaction.SEARCH, number=NUMBER, resource_types=frozenset({"Observation"})),
        judgement(decision("hospital", awaits_pointer=True), decision("locator")),
        patient=person(),
        asking=Asking(
            requester=DOCTOR,
            correlation_id="request-0001",
            asked_at=START,
            locators=frozenset({"locator"}),
        ),
        registrations=[registration("hospital"), registration("locator", supplies=held)],
        known={},
    )
    (ask,) = found.asks
    assert (ask.categories, ask.resource_types) == (held, {"Observation", "DocumentReference"})
    assert asks_for_pointers(ask)
    assert not asks_for_pointers(replace(ask, resource_types=frozenset({"Observation"})))
    assert not asks_for_pointers(replace(ask, categories=frozenset({Category.OBSERVATIONS})))


def after(*answers: Normalised) -> tuple[list[str], list[tuple[str, Cause]]]:
    """Who is asked once the locators have answered, and who is not and why."""
    asked, skipped = asked_after_pointers(planned().waiting, [registration("hospital")], answers)
    return [one.partner_id for one in asked], [(one.partner_id, one.cause) for one in skipped]


def test_whoever_waits_for_a_pointer_is_not_asked_with_the_others() -> None:
    """The plan holds it apart, and everybody else is asked at once."""
    assert [one.partner_id for one in planned().asks] == ["community"]
    assert [one.partner_id for one in planned().waiting] == ["hospital"]


def test_a_pointer_names_its_custodian() -> None:
    """By the organisation's code in the national system; another system's code is nobody's."""
    named = holders_named(located(pointer(kept_by(HOLDER)), pointer(kept_by("RX9", "urn:other"))).resources)
    assert named == {HOLDER}


@pytest.mark.parametrize("custodian", [None, "text", {"reference": "Organization/1"}, {"identifier": []}])
def test_a_custodian_of_another_shape_names_nobody(custodian: Any) -> None:
    """What cannot be read is no pointer to anyone."""
    assert holders_named(located(pointer(custodian)).resources) == frozenset()


def test_a_holder_that_a_pointer_names_is_asked() -> None:
    """And nobody is left over."""
    assert after(located(pointer(kept_by(HOLDER)))) == (["hospital"], [])


def test_a_holder_that_no_pointer_names_is_not_asked() -> None:
    """A whole answer without it says that it holds nothing."""
    assert after(located()) == ([], [("hospital", Cause.NOT_A_HOLDER)])


@pytest.mark.parametrize("label", [OutcomeLabel.PARTIAL, OutcomeLabel.TIMED_OUT, OutcomeLabel.REFUSED])
def test_without_a_whole_answer_of_the_locator_nobody_knows(label: OutcomeLabel) -> None:
    """Whoever it did name is asked; whoever it did not name may still hold something."""
    assert after(located(label=label)) == ([], [("hospital", Cause.NOT_LOCATED)])
    assert after() == ([], [("hospital", Cause.NOT_LOCATED)])
    assert after(located(pointer(kept_by(HOLDER)), label=label))[0] == ["hospital"]


@pytest.mark.parametrize("custodian", [None, {"reference": "Organization/1"}, kept_by("1", "urn:other")])
def test_a_pointer_whose_holder_cannot_be_read_may_be_anybodys(custodian: Any) -> None:
    """Somebody holds something: nobody may be said to hold nothing."""
    unread = pointer(custodian)
    assert after(located(unread)) == ([], [("hospital", Cause.NOT_LOCATED)])
    assert after(located(unread, pointer(kept_by(HOLDER)) | {"id": "d2"}))[0] == ["hospital"]


def test_a_locator_that_was_not_asked_leaves_nobody_without_a_record() -> None:
    """The other locator's whole answer is not the whole."""
    asked, skipped = asked_after_pointers(
        planned().waiting, [registration("hospital")], [located()], every_locator=False
    )
    assert (asked, [one.cause for one in skipped]) == ((), [Cause.NOT_LOCATED])


def told(cause: Cause, naming: Naming = Naming.PLAIN) -> tuple[list[str], bool]:
    """The lines of the answer, and whether plans are called none recorded."""
    registrations = [registration("community"), registration("hospital")]
    decisions = [decision("community"), decision("hospital", awaits_pointer=True, naming=naming)]
    outcomes = {
        "community": PartnerOutcome(partner_id="community", label=OutcomeLabel.COMPLETE),
        "hospital": PartnerOutcome(partner_id="hospital", label=OutcomeLabel.NOT_ASKED, cause=cause),
    }
    lines = completeness_lines(registrations, decisions, outcomes, HOLDER)
    (state,) = finished(section_states([], standing(registrations, decisions, outcomes, PLANS, lines)))
    return [line.partner_id for line in lines], state.none_recorded


def test_a_partner_that_no_pointer_names_has_no_line_and_blocks_nothing() -> None:
    """Nobody would expect anything of it."""
    assert told(Cause.NOT_A_HOLDER) == (["community"], True)


def test_a_partner_that_could_not_be_located_has_its_line_and_blocks_every_negative() -> None:
    """Not knowing who holds what is not the same as nobody holding it."""
    assert told(Cause.NOT_LOCATED) == (["community", "hospital"], False)


def test_whether_a_pointer_names_a_veiled_partner_is_not_to_be_seen() -> None:
    """Its line stands whether it was named or not."""
    assert told(Cause.NOT_A_HOLDER, Naming.VEILED)[0] == ["community", "hospital"]
