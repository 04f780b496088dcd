from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from broker.domain.category import Category
from broker.domain.errors import ServiceDown
from broker.domain.identity import NHS_NUMBER_SYSTEM
from broker.domain.objection import ObjectionState
from broker.domain.objection_life import Channel, IdentityCheck
from broker.objections import Check, Register, consent_rows, importing
from broker.objections.importing import Importing, Outcome, Result
from broker.objections.source_file import TWICE, TWICE_WITHDRAWN
from tests.support.objection_files import SENDER, Intake, csv_file, intake_over, numbers
from tests.support.stores import ADA, BEN, TAKEN_BACK, TWO_IDENTIFIERS, demonstration_ring, received

ADAS, BENS = "9990000018", "9990000026"
CHECKED = ("", "", "documents")


def ends(results: list[Result]) -> list[str]:
    """How the rows ended."""
    return [result.outcome.value for result in results]


async def test_a_row_that_is_understood_binds_as_it_says(intake: Intake, tmp_path: Path) -> None:
    """With where it comes from, and verified where its source checked the identity."""
    path = csv_file(tmp_path, [("1", ADAS, "active", "2026-05-01", "documents", "results")])
    assert await intake.take(path) == [Result(2, Outcome.RECORDED)]
    (event,) = await intake.store.events_under(frozenset({ADA}))
    assert event.objection.scope.categories == {Category.RESULTS}
    assert event.objection.verified
    assert event.intake.channel is Channel.IMPORT
    assert event.intake.origin is not None
    assert (event.intake.origin.source, event.intake.origin.row_id) == ("practice-system", "1")
    assert event.from_source
    assert (await intake.store.objections(frozenset({ADA}))).objections == (event.objection,)


async def test_an_identity_that_nobody_checked_binds_for_review_today(intake: Intake, tmp_path: Path) -> None:
    """Unless the source is known to check identities, and says nothing else of the row."""
    path = csv_file(tmp_path, [("1", ADAS), ("2", BENS, "", "", "none")])
    first = await intake.take(path)
    assert [result.reasons for result in first] == [(importing.UNVERIFIED,)] * 2
    agreed = replace(SENDER, source="other", identity_check=IdentityCheck.NHS_LOGIN)
    assert ends(await intake.take(path, sender=agreed)) == ["recorded", "provisional"]


async def test_a_doubted_row_is_for_review_with_its_reasons(intake: Intake, tmp_path: Path) -> None:
    """They are in the objection's note, and a check at the desk settles it as any other."""
    path = csv_file(tmp_path, [("1", ADAS, "", "soon", "documents", "resluts")])
    (result,) = await intake.take(path)
    assert (result.outcome, len(result.reasons)) == (Outcome.PROVISIONAL, 2)
    (event,) = await intake.store.events_under(frozenset({ADA}))
    assert event.note == " ".join(result.reasons)
    register = Register(intake.store, intake.clock)
    name = event.objection.objection_id
    checked = await register.verify(
        name, Check(identity_check=IdentityCheck.DOCUMENTS, identifiers=TWO_IDENTIFIERS), by=SENDER.by
    )
    assert checked.objection.verified
    assert not checked.from_source
    assert ends(await intake.take(path)) == ["already-recorded"]


async def test_a_second_run_changes_nothing(intake: Intake, tmp_path: Path) -> None:
    """Not one record is written."""
    rows = [(str(place), number, *CHECKED) for place, number in enumerate(numbers(100))]
    path = csv_file(tmp_path, [*rows, ("x", "nobody"), ("y", ADAS, "withdrawn")])
    assert ends(await intake.take(path)) == ["recorded"] * 100 + ["refused"] * 2
    before = await intake.store.events_under(None)
    assert ends(await intake.take(path)) == ["already-recorded"] * 100 + ["refused"] * 2
    assert await intake.store.events_under(None) == before


async def test_two_imports_of_one_file_at_once_record_each_row_once(intake: Intake, tmp_path: Path) -> None:
    """Whoever comes second finds it recorded."""
    path = csv_file(tmp_path, [(str(place), number, *CHECKED) for place, number in enumerate(numbers(80))])
    both = await asyncio.gather(intake.take(path), intake.take(path))
    assert sorted(ends(both[0]) + ends(both[1])) == ["already-recorded"] * 80 + ["recorded"] * 80
    assert len(await intake.store.events_under(None)) == 80


async def test_a_row_that_stands_twice_is_recorded_once(intake: Intake, tmp_path: Path) -> None:
    """Where it says the same both times."""
    path = csv_file(tmp_path, [("1", ADAS, *CHECKED), ("1", ADAS, *CHECKED)])
    assert ends(await intake.take(path)) == ["recorded", "already-recorded"]


@pytest.mark.parametrize("turned", [False, True])
async def test_one_id_with_two_meanings_binds_by_both(intake: Intake, tmp_path: Path, turned: bool) -> None:
    """Each provisionally, in whatever order; one that would withdraw does nothing."""
    rows = [("1", ADAS, *CHECKED), ("1", BENS, *CHECKED), ("1", ADAS, "withdrawn")]
    results = await intake.take(csv_file(tmp_path, rows[::-1] if turned else rows))
    results = results[::-1] if turned else results
    assert ends(results) == ["provisional", "provisional", "refused"]
    assert all(TWICE in result.reasons for result in results[:2])
    assert results[2].reasons == (TWICE_WITHDRAWN,)
    for number in (ADA, BEN):
        assert len((await intake.store.objections(frozenset({number}))).objections) == 1


async def test_a_row_that_its_source_changed_binds_beside_what_it_said_before(
    intake: Intake, tmp_path: Path
) -> None:
    """A narrower one opens nothing by itself, and is for review."""
    await intake.take(csv_file(tmp_path, [("1", ADAS, *CHECKED)]))
    changed = csv_file(tmp_path, [("1", ADAS, *CHECKED, "results")])
    assert await intake.take(changed) == [Result(2, Outcome.PROVISIONAL, (importing.CHANGED,))]
    assert len((await intake.store.objections(frozenset({ADA}))).objections) == 2
    assert ends(await intake.take(changed)) == ["already-recorded"]


async def test_a_withdrawn_row_withdraws_what_its_source_recorded(intake: Intake, tmp_path: Path) -> None:
    """All of that row and nothing else; again, it has nothing left to do."""
    await intake.take(csv_file(tmp_path, [("1", ADAS, *CHECKED), ("2", ADAS, *CHECKED)]))
    await intake.take(csv_file(tmp_path, [("1", ADAS, *CHECKED, "results")]))
    withdrawn = csv_file(tmp_path, [("1", ADAS, "withdrawn")])
    assert ends(await intake.take(withdrawn)) == ["withdrawn"]
    states = [one.state for one in (await intake.store.objections(frozenset({ADA}))).objections]
    assert sorted(states) == [ObjectionState.RECEIVED, ObjectionState.WITHDRAWN, ObjectionState.WITHDRAWN]
    assert ends(await intake.take(withdrawn)) == ["already-recorded"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("1", BENS, "withdrawn"), importing.SOMEBODY_ELSE),
        (("2", ADAS, "withdrawn"), importing.NOT_IMPORTED),
        (("1", ADAS, "withdrawn", "soon"), importing.UNCLEAR),
    ],
)
async def test_a_withdrawal_of_what_was_not_imported_is_refused(
    intake: Intake, tmp_path: Path, row: tuple[str, ...], reason: str
) -> None:
    """In a sentence; what was imported binds on, and so does what another source or the desk recorded."""
    await intake.take(csv_file(tmp_path, [("1", ADAS, *CHECKED)]))
    await intake.take(csv_file(tmp_path, [("2", ADAS, *CHECKED)]), sender=replace(SENDER, source="other"))
    await intake.store.append_event(received(ADA, objection_id="ob-desk"))
    (result,) = await intake.take(csv_file(tmp_path, [row]))
    assert (result.outcome, result.reasons[0]) == (Outcome.REFUSED, reason)
    states = [one.state for one in (await intake.store.objections(frozenset({ADA}))).objections]
    assert states == [ObjectionState.RECEIVED] * 3


async def test_a_row_that_its_source_withdrew_and_took_up_again_binds_again(
    intake: Intake, tmp_path: Path
) -> None:
    """As a new objection, for review."""
    active = csv_file(tmp_path, [("1", ADAS, "", "2026-05-01", "documents")])
    await intake.take(active)
    await intake.take(csv_file(tmp_path, [("1", ADAS, "withdrawn")], name="withdrawn.csv"))
    assert await intake.take(active) == [Result(2, Outcome.PROVISIONAL, (importing.ACTIVE_AGAIN,))]
    assert ends(await intake.take(active)) == ["already-recorded"]


async def test_the_persons_newest_word_holds_against_an_older_one_in_a_file(
    intake: Intake, tmp_path: Path
) -> None:
    """What they withdrew at the desk stays so and is told of; without a date, which is newer is not known."""
    paths = {
        name: csv_file(tmp_path, [(name, number, "", date, "documents")], name=f"{name}.csv")
        for name, number, date in (("dated", ADAS, "2026-05-01"), ("undated", BENS, ""))
    }
    register = Register(intake.store, intake.clock)
    for path in paths.values():
        await intake.take(path)
    for event in await register.list(frozenset({ADA, BEN})):
        await register.withdraw(event.objection.objection_id, TAKEN_BACK, by=SENDER.by)
    assert await intake.take(paths["dated"]) == [Result(2, Outcome.ALREADY, (importing.OURS_IS_NEWER,))]
    assert await intake.take(paths["undated"]) == [Result(2, Outcome.PROVISIONAL, (importing.ACTIVE_AGAIN,))]


async def test_a_newer_word_in_a_file_binds_again(intake: Intake, tmp_path: Path) -> None:
    """One that the source received after the person had withdrawn at the desk."""
    await intake.take(csv_file(tmp_path, [("1", ADAS, "", "2026-05-01", "documents")]))
    register = Register(intake.store, intake.clock)
    (event,) = await register.list(frozenset({ADA}))
    await register.withdraw(event.objection.objection_id, TAKEN_BACK, by=SENDER.by)
    intake.clock.pass_s(3 * 86_400)
    newer = csv_file(tmp_path, [("1", ADAS, "", "2026-11-24", "documents")])
    assert await intake.take(newer) == [Result(2, Outcome.PROVISIONAL, (importing.ACTIVE_AGAIN,))]


async def test_a_store_that_stops_answering_stops_the_import(intake: Intake, tmp_path: Path) -> None:
    """What was given out before is on file, and nothing is said of what was not."""
    rows = [(str(place), number, *CHECKED) for place, number in enumerate(numbers(100))]
    readings = intake.survey(csv_file(tmp_path, rows)).readings()
    done: list[Result] = []
    batches = Importing(intake.store, intake.clock, SENDER, pause_s=0).run(readings)
    done += await anext(batches)
    await intake.store.aclose()
    with pytest.raises(ServiceDown):
        await anext(batches)
    assert len(done) == importing.BATCH_ROWS
    async with intake_over(tmp_path / "s.db", demonstration_ring(tmp_path / "keys")) as again:
        assert len(await again.store.events_under(None)) == len(done)
        assert sorted(ends(await again.take(tmp_path / "rows.csv"))) == (
            ["already-recorded"] * len(done) + ["recorded"] * (100 - len(done))
        )


def consents(folder: Path, **members: str) -> Path:
    """A file of one Consent of Ada's, a plain denial but for `members`."""
    consent = {
        "resourceType": "Consent",
        "id": "c-1",
        "status": "active",
        "scope": {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}
            ]
        },
        "patient": {"identifier": {"system": NHS_NUMBER_SYSTEM, "value": ADAS}},
        "provision": {"type": "deny"},
        **members,
    }
    path = folder / "rows.ndjson"
    path.write_text(json.dumps(consent))
    return path


async def test_a_row_that_is_no_objection_is_reported_and_opens_nothing(
    intake: Intake, tmp_path: Path
) -> None:
    """It binds nobody; what was recorded from it before binds on, and is then in surplus."""
    in_error = consents(tmp_path, status="entered-in-error")
    assert await intake.take(in_error) == [Result(1, Outcome.NO_OBJECTION, (consent_rows.IN_ERROR,))]
    assert await intake.store.events_under(None) == ()
    await intake.take(consents(tmp_path))
    in_error = consents(tmp_path, status="entered-in-error")
    (result,) = await intake.take(in_error)
    assert result.reasons == (consent_rows.IN_ERROR, importing.BINDS_ON)
    counts, _ = await intake.count(in_error)
    assert counts == {"not-an-objection": 1, "surplus": 1}
