"""The demonstration's people, asked for as clinicians would, with an ear at every partner."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from broker.cli.bundle_pages import Record, read_pages
from broker.demonstration.client import Answered
from broker.demonstration.partners import NENEWEST, PARTNERS
from broker.demonstration.people import stories, story_named
from broker.demonstration.world import INDEX_ID
from broker.domain.audit import RecordKind
from tests.support import trail
from tests.support.demonstration import (
    Watched,
    assert_intended,
    resources,
    watched_demonstration,
)
from tests.support.held import not_shown

NAMES = {partner.partner_id: partner.name for partner in PARTNERS}


@pytest.fixture
async def demonstration(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    """Everything on real sockets; when it was used, its trail is whole and every call was intended."""
    async with watched_demonstration(monkeypatch) as watched:
        yield watched
        trail.assert_whole(watched.settings)
        if watched.asked:
            assert_intended(watched.asked)


async def shown(demonstration: Watched, story: str, role: str = "", **changes: Any) -> Record:
    """The record that came."""
    answered = await demonstration.ask(story, role, **changes)
    assert answered.is_record, answered.status
    return read_pages(answered.bodies)


def labels(record: Record) -> dict[str, str]:
    """Each named partner's label."""
    return {line.name: line.label for line in record.lines}


def exact(demonstration: Watched) -> dict[str, str]:
    """Each partner's exact label in the newest disclosure."""
    newest = trail.of_kind(demonstration.settings, RecordKind.DISCLOSURE)[-1]
    return {name: one.label.value for name, one in trail.outcomes(newest).items()}


async def test_diabetes_across_four_services_is_one_record(demonstration: Watched) -> None:
    """Every item of every chart is there once, under its own source; only plausible holders were asked."""
    record = await shown(demonstration, "diabetes")
    charts = story_named("diabetes").charts
    assert {item.source for item in record.items} == {NAMES[name] for name in charts}
    assert not_shown(story_named("diabetes"), record) == []
    assert "castle-hill-practice" not in demonstration.partners_asked
    assert NAMES["castle-hill-practice"] not in labels(record)
    assert exact(demonstration)["castle-hill-practice"] == "not-asked"
    assert {exact(demonstration)[name] for name in charts} == {"complete"}


async def test_one_laboratorys_result_is_one_group_with_both_sources(demonstration: Watched) -> None:
    """Neither copy is deleted; the audit says how many of what is shown stand beside another."""
    record = await shown(demonstration, "two-hospitals")
    groups: dict[str, set[str]] = {}
    for item in record.items:
        for group in item.groups:
            groups.setdefault(str(group), set()).add(item.source)
    assert sorted(map(sorted, groups.values())) == [[NAMES["addenbury"], NAMES["papermill"]]] * 3
    newest = trail.of_kind(demonstration.settings, RecordKind.DISCLOSURE)[-1]
    assert sum(one.tally.grouped for one in newest.body.outcomes) == 3


async def test_an_allergy_and_its_denial_are_both_marked(demonstration: Watched) -> None:
    """The mark stands on both sources' items, and the outcome says that there is a conflict."""
    answered = await demonstration.ask("allergy-contradicted")
    record = read_pages(answered.bodies)
    marked = [item for item in record.items if item.contradictions]
    assert {item.source for item in marked} == {NAMES["fen-edge-practice"], NAMES["nenewest"]}
    [outcome] = [one for one in resources(answered) if one["resourceType"] == "OperationOutcome"]
    assert "conflict" in {issue["code"] for issue in outcome["issue"]}


async def test_whoever_is_in_care_is_told_of_a_whole_objection_and_nobody_is_asked(
    demonstration: Watched,
) -> None:
    """403 in policy's words with the contact; not even the index hears of it."""
    answered = await demonstration.ask("whole-objection")
    outcome = json.loads(answered.bodies[-1])
    assert answered.status == 403
    assert outcome["issue"][0]["code"] == "suppressed"
    assert "objected" in outcome["issue"][0]["details"]["text"]
    assert any("01632 960 345" in issue["details"]["text"] for issue in outcome["issue"])
    assert demonstration.asked == []


async def test_a_partner_that_was_objected_to_hears_nothing(demonstration: Watched) -> None:
    """Its journal is empty; its line says that it was not asked, and the audit why."""
    record = await shown(demonstration, "partner-objection")
    assert "ousebank" not in demonstration.partners_asked
    assert labels(record)[NAMES["ousebank"]] == "not-asked"
    newest = trail.of_kind(demonstration.settings, RecordKind.DISCLOSURE)[-1]
    assert trail.outcomes(newest)["ousebank"].cause.value == "objection"
    assert record.items


async def test_a_category_that_was_objected_to_leaves_no_trace(demonstration: Watched) -> None:
    """No result, no word of one, no count in the answer; the audit counts what was withheld."""
    answered = await demonstration.ask("category-objection")
    said = b"".join(answered.bodies)
    for word in (b"Haemoglobin", b"Sodium", b"Urea and electrolytes", b"DiagnosticReport", b"withheld"):
        assert word not in said
    assert read_pages(answered.bodies).states["results"] == "not-known"


async def test_an_objection_not_upheld_opens_to_the_named_roles_only(demonstration: Watched) -> None:
    """A nurse and a social worker see the plan; a doctor and a ward clerk do not, and nobody is asked."""
    seen = await shown(demonstration, "safeguarding", "social-worker")
    assert {item.category for item in seen.items} <= {"alerts", "plans", "social-care", "contacts"}
    assert (await demonstration.ask("safeguarding", "nurse")).is_record
    assert demonstration.partners_asked == {INDEX_ID, "fenland-community", "county-council"}
    demonstration.asked.clear()
    for role in ("doctor", "consultant", "pharmacist", "ward-clerk"):
        assert (await demonstration.ask("safeguarding", role)).status == 403
    assert demonstration.asked == []


async def test_a_restricted_person_is_refused_with_national_contacts_alone(demonstration: Watched) -> None:
    """The index alone was asked; no partner, no place, no local contact."""
    answered = await demonstration.ask("restricted")
    assert answered.status == 403
    assert demonstration.partners_asked == {INDEX_ID}
    assert b"National Back Office" in answered.bodies[0]
    assert places() & set(words_of(answered)) == set()


def places() -> set[bytes]:
    """Every word that would tell where somebody of the demonstration is or is looked after."""
    found: set[str] = set()
    for partner in PARTNERS:
        found |= {partner.partner_id, partner.name, partner.ods, partner.systems, partner.contact}
        found |= {partner.systems.removeprefix("https://"), partner.contact.rpartition(", ")[2]}
    for story in stories():
        who = story.demographics
        found |= {who.street, who.town, who.postcode, who.telephone, who.practice}
    for chart in story_named("restricted").charts.values():
        for resource in chart:
            found |= set(_told(resource))
    return {word.encode() for word in found}


def _told(resource: dict[str, Any]) -> list[str]:
    """A resource's own id, identifiers and whoever wrote it."""
    told = [resource["id"], resource["id"].upper()]
    told += [one["value"] for one in resource.get("identifier", []) if not one["value"].startswith("999")]
    for member in ("recorder", "asserter", "author", "performer", "serviceProvider", "participant"):
        told += _displays(resource.get(member))
    return told


def _displays(value: Any) -> list[str]:
    if isinstance(value, list):
        return [one for inner in value for one in _displays(inner)]
    if isinstance(value, dict):
        own = [value["display"]] if "display" in value else []
        return own + [one for inner in value.values() for one in _displays(inner)]
    return []


def words_of(answered: Answered) -> list[bytes]:
    """Of the words that tell a place, those that an answer holds anywhere in its bytes."""
    said = b"".join(answered.bodies)
    return [word for word in places() if word in said]


async def test_in_an_emergency_a_restricted_persons_record_names_no_place(demonstration: Watched) -> None:
    """No byte tells of a partner, an id, a practitioner or a street; all partners share one line."""
    answered = await demonstration.ask_in_emergency("restricted")
    assert answered.is_record
    assert words_of(answered) == []
    [line] = read_pages(answered.bodies).lines
    assert line.name == ""
    assert exact(demonstration)["addenbury"] == "complete"
    assert len(words_of(await demonstration.ask("diabetes"))) > 10


@pytest.mark.parametrize("role", ["ward-clerk", "social-worker", "pharmacist"])
async def test_an_emergency_opens_a_restricted_person_to_no_other_role(
    demonstration: Watched, role: str
) -> None:
    """Only those whom the policy names."""
    answered = await demonstration.ask_in_emergency("restricted", role)
    assert answered.status == 403
    assert words_of(answered) == []
    assert demonstration.partners_asked <= {INDEX_ID}


async def test_an_old_number_opens_the_record_under_the_new_one(demonstration: Watched) -> None:
    """Partners are asked under the current number, and the old one is nowhere in the answer."""
    answered = await demonstration.ask("superseded")
    story = story_named("superseded")
    patient = read_pages(answered.bodies).patient
    assert patient["identifier"][0]["value"] == story.demographics.number
    assert {"castle-hill-practice", "city-council"} <= demonstration.partners_asked
    assert story.old_numbers[0].encode() not in b"".join(answered.bodies)


async def test_a_practice_sees_anothers_patient_where_the_network_booked_them(demonstration: Watched) -> None:
    """Fen Edge gives the weekend appointment and sees Castle Hill's record; else Castle Hill is not asked."""
    practice, name = "castle-hill-practice", NAMES["castle-hill-practice"]
    record = await shown(demonstration, "two-hospitals", "doctor")
    assert practice not in demonstration.partners_asked
    assert (labels(record)[name], exact(demonstration)[practice]) == ("not-asked", "not-asked")
    assert {item.source for item in record.items} == {NAMES["addenbury"], NAMES["papermill"]}
    record = await shown(demonstration, "two-hospitals", "doctor", relationship="booking")
    assert exact(demonstration)[practice] == "complete"
    assert name in {item.source for item in record.items}


async def test_a_partner_that_is_down_is_named_and_nothing_is_called_none_recorded(
    demonstration: Watched,
) -> None:
    """Its line says unreachable in the answer and in the trail."""
    record = await shown(demonstration, "partner-down")
    assert labels(record)[NAMES["nenewest"]] == exact(demonstration)["nenewest"] == "unreachable"
    supplied = {one.value for one in NENEWEST.supplies}
    states = record.states
    assert {states[name] for name in supplied} == {"shown", "not-known"}


async def test_a_wrong_persons_answer_is_set_aside_whole(demonstration: Watched) -> None:
    """Nothing of it in the answer; whatever of it came is quarantined in the trail."""
    answered = await demonstration.ask("wrong-person")
    said = b"".join(answered.bodies)
    for word in (b"9990000166", b"1951-11-02", b"Warfarin", b"INR", b"fc31402"):
        assert word not in said
    newest = trail.of_kind(demonstration.settings, RecordKind.DISCLOSURE)[-1]
    tally = trail.outcomes(newest)["fenland-community"].tally
    assert (tally.shown, tally.quarantined) == (0, tally.received)
    assert exact(demonstration)["fenland-community"] == "identity-mismatch"


async def test_slow_pages_are_read_to_the_last_one(demonstration: Watched) -> None:
    """Every page in time, and the others were not kept waiting."""
    record = await shown(demonstration, "slow-pages")
    assert not_shown(story_named("slow-pages"), record) == []
    newest = trail.of_kind(demonstration.settings, RecordKind.DISCLOSURE)[-1]
    by_name = trail.outcomes(newest)
    assert by_name["papermill"].pages > 1
    assert by_name["fen-edge-practice"].elapsed_ms * 3 < by_name["papermill"].elapsed_ms


async def test_a_person_who_has_died_is_shown_with_the_death(demonstration: Watched) -> None:
    """Within the days that the policy sets."""
    record = await shown(demonstration, "deceased")
    assert record.patient["deceasedDateTime"] == story_named("deceased").demographics.deceased
    assert record.items


async def test_what_a_practice_notes_of_a_visit_to_the_clinic_is_for_those_who_may_see_the_clinic(
    demonstration: Watched,
) -> None:
    """A social worker sees the ankle and no infection, and no word that there is one; a doctor sees both."""
    practice = NAMES["castle-hill-practice"]
    record = await shown(demonstration, "sexual-health")
    told = [str(item.resource) for item in record.items if item.source == practice]
    assert [any(words in one for one in told) for words in ("44465007", "240589008")] == [True, True]
    record = await shown(demonstration, "sexual-health", "social-worker")
    told = [str(item.resource) for item in record.items]
    assert [any(words in one for one in told) for words in ("44465007", "240589008")] == [True, False]
    assert "hlamydia" not in "".join(told)


async def test_the_veiled_clinic_reads_the_same_whether_it_knows_the_person_or_not(
    demonstration: Watched,
) -> None:
    """To whoever may not see it; the trail has the exact label, and a doctor sees what it holds."""
    known = await shown(demonstration, "sexual-health", "social-worker")
    unknown = await shown(demonstration, "diabetes", "social-worker")
    lines = [
        next(line for line in record.lines if line.name == NAMES["harbour-clinic"])
        for record in (known, unknown)
    ]
    assert lines[0] == lines[1]
    assert lines[0].label == "nothing-to-show"
    assert exact(demonstration)["harbour-clinic"] == "not-asked"
    seen = await shown(demonstration, "sexual-health")
    assert NAMES["harbour-clinic"] in {item.source for item in seen.items}
    assert exact(demonstration)["harbour-clinic"] == "complete"
    other = await shown(demonstration, "diabetes", "doctor")
    assert labels(other)[NAMES["harbour-clinic"]] == "nothing-to-show"
    assert exact(demonstration)["harbour-clinic"] == "no-record"
