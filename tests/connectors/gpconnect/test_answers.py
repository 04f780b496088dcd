"""A structured record says of itself what is missing, and what it is an answer to."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from broker.domain.category import Category
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import AskLimits
from broker.ports.connector import Ending
from connectors.gpconnect.areas import AREAS
from connectors.gpconnect_structured import PLUGIN
from connectors.gpconnect_structured.lists import doubts_of_lists
from tests.connectors.gpconnect.spine import (
    DIRECT,
    PRACTICE,
    PROXIED,
    practice_ask,
    said_directly,
    spoken,
)
from tests.connectors.test_gpconnect_structured import RESOURCES
from tests.support.patients import ASHA, patient
from tests.support.records import finished
from tests.support.sender import Heard, said

WORLD = {ASHA.digits: (patient(ASHA.digits, "a1"), *RESOURCES)}
_NOT_HAD = said(b"", 503)
WARNED = {
    "confidential-items": Cause.CONFIDENTIAL_ITEMS,
    "data-in-transit": Cause.DATA_IN_TRANSIT,
    "data-awaiting-filing": Cause.DATA_AWAITING_FILING,
    "something-new": Cause.PARTNER_WARNING,
}
ALLERGIES = frozenset({Category.ALLERGIES})


async def record(settings: Any = PROXIED, ask: Any = None, **manners: Any) -> tuple[Ending, Heard]:
    """Asha's record from a practice of these manners."""
    ending, heard, _ = await spoken(PLUGIN, ask or practice_ask(), people=WORLD, settings=settings, **manners)
    return ending, heard


def kinds_in(heard: Heard) -> list[str]:
    """Every resource type that came."""
    return [orjson.loads(entry.raw)["resourceType"] for entry in heard.entries]


def answered(*resources: dict[str, Any], categories: Any = ALLERGIES, **frame: Any) -> tuple[Ending, Heard]:
    """A question that is answered with a Bundle of Asha and these."""
    entries = [{"resource": one} for one in (patient(ASHA.digits, "a1"), *resources)]
    body = {"resourceType": "Bundle", "type": "collection", "entry": entries, **frame}
    return said_directly(PLUGIN.create(DIRECT), said(orjson.dumps(body)), practice_ask(categories))


def listed(code: str, *, reason: str = "no-content-recorded", **members: Any) -> dict[str, Any]:
    """A list of STU3 without entries."""
    made: dict[str, Any] = {
        "resourceType": "List",
        "status": "current",
        "mode": "snapshot",
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": code}]},
        "subject": {"reference": "Patient/a1"},
    }
    if reason:
        made["emptyReason"] = {"coding": [{"code": reason}]}
    return made | members


CURRENT, ENDED = "886921000000105", "1103671000000101"


async def test_everything_at_once_is_what_a_strict_practice_takes() -> None:
    """Every area in two calls, none of it refused, after the two of the directory."""
    ending, heard = await record()
    assert (ending.label, ending.cause) == (OutcomeLabel.COMPLETE, Cause.NONE)
    assert len(heard.requests) == 4


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.parameter)
async def test_an_area_that_is_off_is_never_an_empty_one(area: Any) -> None:
    """The rest is shown, and the answer is partial."""
    ending, heard = await record(disabled=[area.parameter])
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.NOT_OFFERED)
    assert "Patient" in kinds_in(heard)
    assert "OperationOutcome" not in kinds_in(heard)


@pytest.mark.parametrize("code", WARNED)
@pytest.mark.parametrize("parameter", ["all", "includeProblems"])
async def test_a_warning_on_a_list_makes_the_answer_partial(code: str, parameter: str) -> None:
    """For the reason that the practice gives; the list comes along with its own words."""
    ending, heard = await record(warnings={parameter: [code]})
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, WARNED[code])
    assert any(code.encode() in entry.raw for entry in heard.entries)


@pytest.mark.parametrize(
    ("warnings", "disabled", "cause"),
    [
        (["confidential-items", "data-in-transit"], [], Cause.DATA_IN_TRANSIT),
        (["data-awaiting-filing", "confidential-items"], [], Cause.CONFIDENTIAL_ITEMS),
        (["data-in-transit"], ["includeReferrals"], Cause.NOT_OFFERED),
    ],
)
async def test_the_warning_that_hides_most_is_told_first(
    warnings: list[str], disabled: list[str], cause: Cause
) -> None:
    """An ending has one cause; every warning stands on its list."""
    ending, _ = await record(warnings={"all": warnings}, disabled=disabled)
    assert ending.cause is cause


def test_an_empty_list_with_its_reason_is_complete() -> None:
    """The practice says that nothing is recorded."""
    ending, heard = answered(listed(CURRENT), listed(ENDED))
    assert ending == Ending(OutcomeLabel.COMPLETE)
    assert kinds_in(heard) == ["Patient", "List", "List"]


@pytest.mark.parametrize(
    ("lists", "cause"),
    [
        ([], Cause.NOT_OFFERED),
        ([listed(CURRENT)], Cause.NOT_OFFERED),
        ([listed(ENDED)], Cause.NOT_OFFERED),
        ([listed(CURRENT), listed(ENDED, reason="")], Cause.PARTNER_WARNING),
        ([listed(CURRENT, reason="withheld"), listed(ENDED)], Cause.NOT_OFFERED),
        ([listed(CURRENT, entry={"odd": 1}), listed(ENDED)], Cause.NOT_OFFERED),
        ([listed("717711000000103"), listed(ENDED)], Cause.NOT_OFFERED),
    ],
    ids=["none", "no ended", "no current", "empty for no reason", "withheld", "odd", "another"],
)
def test_what_a_list_does_not_say_is_not_known(lists: list[dict[str, Any]], cause: Cause) -> None:
    """An area whose list is absent, emptied or unreadable was not given: it is not empty."""
    ending, heard = answered(*lists)
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, cause)
    assert heard.entries


def outcome(severity: str, code: str = "", issue_code: str = "processing") -> dict[str, Any]:
    """An OperationOutcome beside the record."""
    details = {"details": {"coding": [{"code": code}]}} if code else {}
    issue = {"severity": severity, "code": issue_code, **details}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (outcome("warning", "NOT_IMPLEMENTED"), (OutcomeLabel.PARTIAL, Cause.NOT_OFFERED)),
        (outcome("warning", issue_code="not-supported"), (OutcomeLabel.PARTIAL, Cause.NOT_OFFERED)),
        (outcome("warning", "SOMETHING_NEW"), (OutcomeLabel.PARTIAL, Cause.PARTNER_WARNING)),
        (outcome("information", "SOMETHING_NEW"), (OutcomeLabel.COMPLETE, Cause.NONE)),
        ({**outcome("warning"), "issue": 7}, (OutcomeLabel.PARTIAL, Cause.PARTNER_WARNING)),
    ],
)
def test_what_is_said_beside_a_record_is_heeded(given: dict[str, Any], expected: Any) -> None:
    """A 200 can be a part of the whole."""
    ending, heard = answered(listed(CURRENT), listed(ENDED), given)
    assert (ending.label, ending.cause) == expected
    assert heard.entries


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (outcome("warning", "NO_PATIENT_CONSENT"), (OutcomeLabel.REFUSED, Cause.DISSENT_AT_SOURCE)),
        (outcome("information", "NO_PATIENT_CONSENT"), (OutcomeLabel.REFUSED, Cause.DISSENT_AT_SOURCE)),
        (outcome("error", "PATIENT_NOT_FOUND"), (OutcomeLabel.NOT_AVAILABLE, Cause.NONE)),
        (outcome("fatal", "ACCESS DENIED"), (OutcomeLabel.REFUSED, Cause.CREDENTIALS)),
    ],
)
def test_a_refusal_beside_a_record_shows_none_of_it(given: dict[str, Any], expected: Any) -> None:
    """Whatever came with it."""
    ending, heard = answered(listed(CURRENT), listed(ENDED), given)
    assert (ending.label, ending.cause, heard.pages) == (*expected, [])


def test_a_category_without_an_area_keeps_the_answer_from_being_whole() -> None:
    """A registration that supplies procedures promises what GP Connect cannot give."""
    ending, _ = answered(listed(CURRENT), listed(ENDED), categories={*ALLERGIES, Category.PROCEDURES})
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.NOT_OFFERED)


@pytest.mark.parametrize(
    "held",
    [{"reference": "AllergyIntolerance/gone"}, {"reference": "#gone"}, {"display": "Penicillin"}, None],
)
def test_what_a_list_holds_and_the_answer_lacks_is_missing(held: dict[str, Any] | None) -> None:
    """A list that names an allergy which did not come must never read as no allergies."""
    entries = [{"item": held} if held else {}]
    ending, _ = answered({**listed(CURRENT), "entry": entries}, listed(ENDED))
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.FEWER_THAN_TOTAL)


def test_what_a_list_holds_is_there_whether_inside_it_or_beside_it() -> None:
    """An ended allergy stands in its list, another in the answer, named as suppliers name them."""
    inside = {"resourceType": "AllergyIntolerance", "id": "e1", "patient": {"reference": "Patient/a1"}}
    ended = {**listed(ENDED), "contained": [inside], "entry": [{"item": {"reference": "#e1"}}]}
    beside = {**inside, "id": "al1"}
    for reference in ("AllergyIntolerance/al1", "https://gp.example/AllergyIntolerance/al1/_history/1"):
        current = {**listed(CURRENT), "entry": [{"item": {"reference": reference}}]}
        ending, _ = answered(beside, current, ended)
        assert ending.label is OutcomeLabel.COMPLETE


def test_a_long_record_is_read_in_slices() -> None:
    """The lists among thousands of items are found, and others run meanwhile."""
    items = [{"resourceType": "Flag", "id": f"f{place}"} for place in range(2_500)]
    raws = [orjson.dumps(one) for one in (*items, listed(CURRENT), listed(ENDED))]
    assert finished(doubts_of_lists(raws, AREAS[:1])) == ()
    assert len(list(doubts_of_lists(raws, AREAS[:1]))) == 2


def test_more_entries_than_are_taken_are_said_to_be_missing() -> None:
    """What was taken is shown."""
    entries = [{"resource": one} for one in (patient(ASHA.digits, "a1"), listed(CURRENT), listed(ENDED))]
    answer = said(orjson.dumps({"resourceType": "Bundle", "entry": entries}))
    ask = practice_ask(ALLERGIES, limits=AskLimits(pages_max=1, entries_max=2))
    ending, heard = said_directly(PLUGIN.create(DIRECT), answer, ask)
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.ENTRY_LIMIT)
    assert len(heard.entries) == 2


def test_a_link_to_a_further_page_is_not_followed() -> None:
    """The guide has none: what it leads to is unknown, and the answer is partial."""
    ending, heard = answered(listed(CURRENT), listed(ENDED), link=[{"relation": "next", "url": "?page=2"}])
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.PAGE_LIMIT)
    assert len(heard.requests) == 1


def test_an_unreadable_entry_costs_itself_alone() -> None:
    """It is handed on as unreadable, and the rest is read."""
    body = orjson.dumps({"resourceType": "Bundle", "entry": [{"resource": patient(ASHA.digits, "a1")}]})
    spoilt = body.replace(b'"entry":[', b'"entry":[{"resource":{"resourceType":"Flag","id":NaN}},')
    _, heard = said_directly(PLUGIN.create(DIRECT), said(spoilt), practice_ask(ALLERGIES))
    assert [entry.readable for entry in heard.entries] == [True, False]


@pytest.mark.parametrize(
    ("trace_id", "manner", "expected"),
    [
        ("", "warn", (OutcomeLabel.COMPLETE, Cause.NONE)),
        ("none", "warn", (OutcomeLabel.COMPLETE, Cause.NONE)),
        ("another", "warn", (OutcomeLabel.PARTIAL, Cause.PARTNER_WARNING)),
        ("", "strict", (OutcomeLabel.COMPLETE, Cause.NONE)),
        ("none", "strict", (OutcomeLabel.INVALID, Cause.MALFORMED)),
        ("another", "strict", (OutcomeLabel.INVALID, Cause.MALFORMED)),
    ],
)
async def test_another_calls_id_is_doubt_or_refusal_as_registered(
    trace_id: str, manner: str, expected: Any
) -> None:
    """An answer should carry the id of its call; without one it contradicts nothing."""
    ending, heard = await record({**PROXIED, "trace_id": manner}, trace_id=trace_id)
    assert (ending.label, ending.cause) == expected
    assert bool(heard.pages) is (expected[0] is not OutcomeLabel.INVALID)


async def test_a_practice_of_the_world_has_its_own_code() -> None:
    """The Organization that comes along is the practice that was asked."""
    _, heard = await record()
    organisations = [orjson.loads(one.raw) for one in heard.entries if b'"Organization"' in one.raw]
    codes = {one["identifier"][0]["value"] for one in organisations if one["resourceType"] == "Organization"}
    assert codes == {PRACTICE}
