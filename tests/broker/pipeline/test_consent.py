"""What a Consent says of an objection, held against R4 by two judges; and what it never says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.objection import Direction, ObjectionState, Scope
from broker.objections import consent_scope
from broker.pipeline.presentation import consent_provision
from broker.pipeline.presentation.consent import consent_of
from broker.pipeline.presentation.consent_provision import Known
from tests.support.consents import ADDRESS, MOTHER, NOTE, TAKER, complaints, known_in, opening, step
from tests.support.stores import ADA, BEN, CLEO


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Known:
    """The policies and registrations that names are measured by."""
    return known_in(tmp_path_factory.mktemp("known"))


def provision(known: Known, scope: Scope, **changes: Any) -> dict[str, Any]:
    """The provision of an objection of this scope, in a Consent that both judges take."""
    consent = consent_of(step(scope, **changes), known)
    assert complaints(consent) == []
    found: dict[str, Any] = consent["provision"]
    return found


def actors(found: dict[str, Any]) -> list[tuple[str, str]]:
    """Role and identifier of each actor."""
    return [
        (one["role"]["coding"][0]["code"], one["reference"]["identifier"]["value"])
        for one in found.get("actor", [])
    ]


def test_an_objection_to_everything_is_a_plain_denial(known: Known) -> None:
    """Person, moment, keeper, policy and whether it was verified, and nothing that narrows it."""
    consent = consent_of(step(verified=False), known)
    assert complaints(consent) == []
    assert consent["provision"] == {"type": "deny"}
    assert consent["patient"]["identifier"]["value"] == ADA.digits
    assert consent["dateTime"] == "2026-11-22T12:00:00+00:00"
    assert consent["organization"][0]["identifier"]["value"] == "QX9"
    assert consent["verification"] == [{"verified": False}]
    assert consent["scope"]["coding"][0]["code"] == "patient-privacy"
    assert consent["extension"][0]["valueCode"] == "received"


@pytest.mark.parametrize("state", list(ObjectionState))
def test_a_consent_is_active_until_its_objection_is_withdrawn(known: Known, state: ObjectionState) -> None:
    """Also before it is decided, and where it was not upheld: the rest of it binds."""
    consent = consent_of(step(state=state), known)
    assert consent["status"] == ("inactive" if state is ObjectionState.WITHDRAWN else "active")
    assert consent["extension"][0]["valueCode"] == state


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        (Direction.SOURCE, [("CST", "RX902"), ("CST", "RX903")]),
        (Direction.VIEWER, [("IRCP", "RX902"), ("IRCP", "RX903")]),
        (Direction.BOTH, [("CST", "RX902"), ("CST", "RX903"), ("IRCP", "RX902"), ("IRCP", "RX903")]),
    ],
)
def test_a_partner_is_each_of_its_organisations_on_the_side_that_is_meant(
    known: Known, direction: Direction, expected: list[tuple[str, str]]
) -> None:
    """By ODS code, as the custodian of data, as its recipient, or as both."""
    found = provision(known, Scope(partners=frozenset({"beech"}), direction=direction))
    assert actors(found) == expected


def test_a_name_that_nobody_knows_narrows_nothing(known: Known) -> None:
    """The objection binds for every organisation, and the name stands beside it."""
    consent = consent_of(step(Scope(partners=frozenset({"alder", "elsewhere"}))), known)
    assert complaints(consent) == []
    assert consent["provision"] == {"type": "deny"}
    assert consent["extension"][1]["valueString"] == "elsewhere"


def test_staff_are_named_with_the_organisations_beside_them(known: Known) -> None:
    """R4 denies them everywhere; our extension says where they are meant."""
    found = provision(
        known,
        Scope(staff=frozenset({"user-7"}), partners=frozenset({"alder"}), direction=Direction.VIEWER),
    )
    assert actors(found) == [("IRCP", "user-7")]
    direction, organisation = found["extension"][0]["extension"]
    assert direction["valueCode"] == "viewer"
    assert organisation["valueIdentifier"]["value"] == "RX901"


def test_categories_items_and_days_narrow_the_denial(known: Known) -> None:
    """FHIR's last day is the last that is meant."""
    found = provision(
        known,
        Scope(
            categories=frozenset({Category.RESULTS}),
            items=frozenset({("urn:lab", "R-1")}),
            period_start="2019-01-01",
            period_end="2020-01-01",
        ),
    )
    assert found["class"] == [{"system": consent_scope.CATEGORY_SYSTEM, "code": "results"}]
    assert found["dataPeriod"] == {"start": "2019-01-01", "end": "2019-12-31"}
    assert found["data"] == [
        {"meaning": "instance", "reference": {"identifier": {"system": "urn:lab", "value": "R-1"}}}
    ]


@pytest.mark.parametrize(
    "scope",
    [
        Scope(items=frozenset({("urn:lab", "R-1"), ("urn:lab", " R-2")})),
        Scope(items=frozenset({("urn lab", "R-1")})),
        Scope(staff=frozenset({"user-7", ""})),
        Scope(period_start="2020-01-01", period_end="2020-01-01"),
        Scope(period_end="not a day"),
        Scope(period_end="0001-01-01"),
    ],
)
def test_what_r4_cannot_hold_widens_the_denial(known: Known, scope: Scope) -> None:
    """A list that lacked one of its items would deny less."""
    assert provision(known, scope) == {"type": "deny"}


def test_what_a_decision_opens_is_an_exception_of_the_denial(known: Known) -> None:
    """To whom, of which source, of which kind, for care, on which ground, until the day before its review."""
    found = provision(known, Scope(), state=ObjectionState.NOT_UPHELD, carveout=opening())
    assert found["type"] == "deny"
    [exception] = found["provision"]
    assert exception["type"] == "permit"
    assert actors(exception) == [("IRCP", "social-worker")]
    assert exception["period"] == {"end": "2027-01-30"}
    assert {one["code"] for one in exception["purpose"]} == {"TREAT", "ETREAT", "COORDN", "CAREMGT"}
    assert [one["code"] for one in exception["class"]] == ["plans"]
    assert exception["data"][0]["reference"]["identifier"]["value"] == "alder"
    assert exception["extension"][0]["valueCode"] == "safeguarding"


NOT_OPENED: list[dict[str, Any]] = [
    {"ground": "convenience"},
    {"roles": frozenset()},
    {"roles": frozenset({"receptionist"})},
    {"categories": frozenset({Category.ALLERGIES})},
    {"partners": frozenset({"elsewhere"})},
    {"review_on": None},
]


@pytest.mark.parametrize("changes", NOT_OPENED)
def test_a_decision_that_opens_nothing_is_no_exception(known: Known, changes: dict[str, Any]) -> None:
    """A ground of no list, a part that is left out, and one that the ground may not open."""
    carveout = opening(**changes)
    assert provision(known, Scope(), state=ObjectionState.NOT_UPHELD, carveout=carveout) == {"type": "deny"}


def test_a_decision_that_was_taken_back_opens_nothing(known: Known) -> None:
    """The state decides, not what stands beside it."""
    assert provision(known, Scope(), state=ObjectionState.UPHELD, carveout=opening()) == {"type": "deny"}


def test_a_person_of_several_numbers_is_named_by_all_of_them(known: Known) -> None:
    """The one that was asked for first, and one that the index no longer knows last."""
    event = step(numbers=(ADA, BEN), invalidated=(ADA,))
    for asked, first in ((CLEO, CLEO), (None, BEN)):
        consent = consent_of(event, known, asked=asked)
        assert complaints(consent) == []
        assert consent["patient"]["reference"] == "#person"
        assert consent["patient"]["identifier"]["value"] == first.digits
        numbers = [one["value"] for one in consent["contained"][0]["identifier"]]
        assert numbers[-1] == ADA.digits


def test_a_consent_tells_nothing_of_how_the_objection_was_taken(known: Known) -> None:
    """Who took it, what they noted, who spoke for the person, and where they are reached."""
    text = json.dumps(consent_of(step(), known))
    for word in (TAKER, NOTE, MOTHER, ADDRESS, "phone"):
        assert word not in text


def test_categories_are_written_in_the_words_that_an_import_reads() -> None:
    """The two rooms cannot see each other."""
    assert consent_provision.CATEGORY_SYSTEM == consent_scope.CATEGORY_SYSTEM
