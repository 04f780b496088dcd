"""The kit asks nobody without an audited intent, keeps nothing, and says what it found in both forms."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import orjson
import pytest
from aiohttp import web

from broker.conformance.findings import TABLE, Finding
from broker.conformance.kit import Report
from broker.conformance.meanings import Weight
from broker.conformance.report import as_text, as_tree
from broker.domain.audit import RecordKind
from broker.domain.errors import ServiceDown
from broker.domain.outcome import Cause
from connectors.simulation import JOURNAL
from tests.support.check_kit import kit, people, registered
from tests.support.loopback import served
from tests.support.network import simulated
from tests.support.patients import ASHA, BEN, patient
from tests.support.sender import spoilt
from tests.support.trail import rows_in

SECRET_WORDS = "Imaginary Larkspur Lane"
PEOPLE = {
    ASHA.digits: [
        patient(ASHA.digits, "a1"),
        {
            "resourceType": SECRET_WORDS,
            "id": "x1",
            "subject": {"reference": "Patient/a1"},
            SECRET_WORDS: SECRET_WORDS,
        },
        {"resourceType": "Flag", "id": "f1", "subject": {"reference": "Patient/a1"}, SECRET_WORDS: 1},
    ],
    BEN.digits: [patient(BEN.digits, "b1")],
}


async def report_on(folder: Path) -> tuple[Report, bytes]:
    """A report on a partner that says odd things, and every byte of the store afterwards."""
    async with (
        served(simulated("fhir_r4", PEOPLE)) as origin,
        kit(folder, registered(origin, "fhir_r4")) as one,
    ):
        report = await one.check(people())
    return report, _stored(folder)


def _stored(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("store.sqlite*"))


async def test_every_question_has_its_intent_before_it_is_asked(tmp_path: Path) -> None:
    """When a call comes in, an intent without an end is the newest record; each question has its end."""
    newest: list[RecordKind] = []

    async def note(_: web.Request, __: int) -> None:
        newest.append(rows_in(tmp_path / "store.sqlite")[-1].body.kind)

    app = spoilt(simulated("fhir_r4", PEOPLE), note)
    async with served(app) as origin, kit(tmp_path, registered(origin, "fhir_r4")) as one:
        report = await one.check(people())
    kinds = Counter(row.body.kind for row in rows_in(tmp_path / "store.sqlite"))
    assert set(newest) == {RecordKind.INTENT}
    assert len(app[JOURNAL]) == report.calls == len(newest)
    assert kinds == {RecordKind.INTENT: report.questions, RecordKind.OUTCOME: report.questions}


async def test_nothing_that_a_partner_said_is_in_the_report_or_the_store(tmp_path: Path) -> None:
    """Counts and kinds alone: no member's name, no value, no number."""
    report, stored = await report_on(tmp_path)
    told = as_text(report) + orjson.dumps(as_tree(report)).decode() + repr(report)
    for secret in (SECRET_WORDS, ASHA.digits, "1951-04-09"):
        assert secret not in told
        assert secret.encode() not in stored


async def test_nobody_is_asked_when_nothing_can_be_recorded(tmp_path: Path) -> None:
    """Our own store is down: the partner hears nothing."""
    app = simulated("fhir_r4", PEOPLE)
    async with served(app) as origin, kit(tmp_path, registered(origin, "fhir_r4")) as one:
        await one.store.aclose()
        with pytest.raises(ServiceDown):
            await one.check(people())
    assert app[JOURNAL] == []


async def test_the_report_says_the_same_to_people_and_to_scripts(tmp_path: Path) -> None:
    """Each finding with its weight, its place, how often, and what to do."""
    report, _ = await report_on(tmp_path)
    text, tree = as_text(report), as_tree(report)
    assert tree["passed"] is report.passed is False
    for finding in tree["findings"]:
        assert finding["said"] in text
        assert finding["remedy"] in text
    assert text.splitlines()[-1].startswith("Not passed:")


def test_every_way_to_end_badly_has_its_row() -> None:
    """And every row says what to do, in whole sentences."""
    assert {f"answer-{cause}" for cause in Cause if cause is not Cause.NONE} <= TABLE.keys()
    for name, row in TABLE.items():
        assert {row.said[-1], row.remedy[-1]} == {"."}, name
        assert Finding(name).meaning is row
    assert {row.weight for row in TABLE.values()} == set(Weight)
