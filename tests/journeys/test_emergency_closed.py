"""What emergency access does not open, and what ends it on the way: time, the law, the source, our faults."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientPayloadError, web

from broker.adapters.clock import SystemClock
from broker.domain.audit import RecordKind
from tests.support import trail
from tests.support.documents import Filing, attachment, last_ending, link, reference, streamed
from tests.support.documents import opened as document_opened
from tests.support.emergency import USER, ask, end_at_the_desk, objected, opened, post
from tests.support.heard import until_policies_said
from tests.support.network import labels, resources, simulated
from tests.support.sensitive import coded
from tests.support.small_network import NUMBER, Small, holding, indexed, patient, small_network

MIB = 1024 * 1024
IN_VITRO = "10231000132102"


@dataclass
class Ahead:
    """How far the broker's wall clock is ahead of the machine's."""

    by: dt.timedelta = dt.timedelta(0)

    def clock(self) -> SystemClock:
        """The broker's clock."""
        return SystemClock(lambda: dt.datetime.now(dt.UTC) + self.by)


@pytest.fixture
def ahead(monkeypatch: pytest.MonkeyPatch) -> Ahead:
    """A broker that starts now has a clock that the test can move on."""
    made = Ahead()
    monkeypatch.setattr("broker.app.SystemClock", made.clock)
    return made


async def test_after_its_time_a_grant_opens_nothing(tmp_path: Path, ahead: Ahead) -> None:
    """Refused as any that does not fit."""
    async with objected(tmp_path, {"alder": holding("alder")}) as small:
        grant = await opened(small.client, NUMBER, minutes=1)
        assert (await small.client.find(NUMBER, grant=grant, **USER))[0] == 200
        ahead.by = dt.timedelta(seconds=61)
        status, said = await small.client.find(NUMBER, grant=grant, **USER)
        assert (status, said["issue"][0]["code"]) == (403, "forbidden")
        assert rules_of_the_last_refusal(small) & {"grant-not-in-time"}


def rules_of_the_last_refusal(small: Small) -> set[str]:
    """Why."""
    refusal = trail.of_kind(small.client.settings, RecordKind.REFUSAL)[-1].body
    return {one.rule for one in refusal.reasons}


async def test_a_grant_that_runs_out_while_partners_are_asked_releases_nothing(
    tmp_path: Path, ahead: Ahead
) -> None:
    """It is judged again on the clock of the release."""
    async with objected(tmp_path, {"alder": holding("alder"), "beech": holding("beech")}) as small:
        grant = await opened(small.client, NUMBER, minutes=1)
        patient_id = await small.client.patient_id(NUMBER, grant=grant, **USER)
        before = len(trail.of_kind(small.client.settings, RecordKind.DISCLOSURE))
        small.ears["beech"].arm()
        asking = asyncio.create_task(
            small.client.get(f"Patient/{patient_id}/$everything", grant=grant, **USER)
        )
        await small.ears["beech"].began.wait()
        ahead.by = dt.timedelta(seconds=61)
        small.ears["beech"].let_go.set()
        status, body = await asking
        assert (status, b"seen at" in body) == (403, False)
        assert len(trail.of_kind(small.client.settings, RecordKind.DISCLOSURE)) == before
        assert rules_of_the_last_refusal(small) & {"grant-not-in-time"}


async def test_an_agreement_that_runs_out_while_partners_are_asked_is_honoured(
    tmp_path: Path, ahead: Ahead
) -> None:
    """Judged when it was asked, the partner was a party; at the release it is none, and shows nothing."""
    apps, limits = {"alder": holding("alder"), "beech": holding("beech")}, {"policy_watch_s": 0.05}
    async with small_network(tmp_path, apps, limits=limits) as small:
        before = await revision(small)
        path = small.client.settings.policies_path / "sharing-agreement" / "policy.yaml"
        head, mark, rest = path.read_text().partition("- partner: beech\n")
        last = (dt.datetime.now(dt.UTC) + dt.timedelta(days=2)).date()
        day = f"    from: 2023-05-16\n    until: {last}\n"
        async with until_policies_said("policy-loaded"):
            path.write_text(head + mark + rest.replace("    from: 2023-05-16\n", day, 1))
        assert await revision(small) != before
        patient_id = await small.client.patient_id(NUMBER)
        small.ears["beech"].arm()
        asking = asyncio.create_task(small.client.get(f"Patient/{patient_id}/$everything"))
        await small.ears["beech"].began.wait()
        ahead.by = dt.timedelta(days=3)
        small.ears["beech"].let_go.set()
        status, body = await asking
        assert (status, b"seen at alder" in body, b"seen at beech" in body) == (200, True, False)


async def revision(small: Small) -> str:
    """The revision that the newest request was decided by."""
    await small.client.find(NUMBER)
    return trail.of_kind(small.client.settings, RecordKind.INTENT)[-1].body.policy_revision


async def test_a_dissent_held_at_the_source_stays(tmp_path: Path) -> None:
    """The partner refuses as before: its line says so, and it is asked once, not around its answer."""
    apps = {"alder": holding("alder"), "beech": refusing()}
    async with objected(tmp_path, apps) as small:
        grant = await opened(small.client, NUMBER)
        patient_id = await small.client.patient_id(NUMBER, grant=grant, **USER)
        before = small.ears["beech"].calls
        _, body = await small.client.get(f"Patient/{patient_id}/$everything", grant=grant, **USER)
        assert small.ears["beech"].calls == before + 1
        _, record = await small.client.record(NUMBER, grant=grant, **USER)
        assert labels(record) == {"alder": "complete", "beech": "refused"}
        assert b"seen at alder" in body


def refusing() -> web.Application:
    """A partner whose own register says no."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", _no)
    return app


async def _no(_request: web.Request) -> web.Response:
    outcome = b'{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"suppressed"}]}'
    return web.Response(status=403, body=outcome, content_type="application/fhir+json")


async def test_what_the_law_closes_stays_closed(tmp_path: Path) -> None:
    """Whatever is stated, fertility treatment is seen by nobody; what stands beside it is."""
    mine = {"subject": {"reference": "Patient/1"}}
    held = [
        {"resourceType": "Condition", "id": "c1", "code": coded(IN_VITRO), **mine},
        {"resourceType": "Condition", "id": "c2", "code": coded("73211009"), **mine},
    ]
    async with objected(tmp_path, {"alder": simulated("fhir_r4", {NUMBER: [patient(), *held]})}) as small:
        grant = await opened(small.client, NUMBER)
        _, record = await small.client.record(NUMBER, grant=grant, **USER)
    codes = [one["code"] for one in resources(record) if one["resourceType"] == "Condition"]
    assert codes == [coded("73211009")]


async def test_a_protected_person_stays_protected(tmp_path: Path) -> None:
    """For care that is no emergency it is refused, as without a grant; in one, no place is shown."""
    index = simulated("pds", {NUMBER: [indexed(code="R")]}, calls_per_s=1000)
    async with objected(tmp_path, {"alder": holding("alder")}, index=index) as small:
        care = {**USER, "purpose": "TREAT"}
        grant = await opened(small.client, NUMBER, user=care, ground="safeguarding")
        status, said = await small.client.find(NUMBER, grant=grant, **care)
        assert (status, said["issue"][0]["code"]) == (403, "suppressed")
        assert rules_of_the_last_refusal(small) & {"restricted-person"}
        grant = await opened(small.client, NUMBER)
        _, record = await small.client.record(NUMBER, grant=grant, **USER)
        assert "alder" not in str(record)


async def test_with_the_store_down_a_grant_opens_nothing_and_none_is_opened(tmp_path: Path) -> None:
    """503, and nobody is asked; that this holds in an emergency too is written in the hazard log."""
    async with objected(tmp_path, {"alder": holding("alder")}) as small:
        grant = await opened(small.client, NUMBER)
        asked = {name: ear.calls for name, ear in small.ears.items()}
        lock = sqlite3.connect(small.client.settings.store_path, isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        refused = [await small.client.find(NUMBER, grant=grant, **USER), await ask(small.client, NUMBER)]
        lock.execute("ROLLBACK")
        lock.close()
        assert [status for status, _ in refused] == [503, 503]
        assert all("The test" in str(said) for _, said in refused)
        assert {name: ear.calls for name, ear in small.ears.items()} == asked
        assert len(trail.of_kind(small.client.settings, RecordKind.GRANT)) == 1


async def test_a_flood_of_grants_is_refused_and_counted(tmp_path: Path, written: io.BytesIO) -> None:
    """429 for the user who has opened enough this hour, and for nobody else; each refusal is on file."""
    limits = {"grants_per_user_per_hour_max": 2}
    async with objected(tmp_path, {"alder": holding("alder")}, limits=limits) as small:
        came = [(await ask(small.client, NUMBER))[0] for _ in range(4)]
        other = {**USER, "user_id": "900000000102"}
        assert came == [201, 201, 429, 429]
        assert (await ask(small.client, NUMBER, user=other))[0] == 201
        refusals = trail.of_kind(small.client.settings, RecordKind.REFUSAL)
        assert [row.body.cause for row in refusals] == ["TooManyGrants"] * 2
    assert written.getvalue().count(b'"emergency-access-limited"') == 2


async def test_a_claimed_relationship_is_told_of_once_for_each_session(
    tmp_path: Path, written: io.BytesIO
) -> None:
    """However many questions it asks; it waits for review beside the grants, and its line names nobody."""
    claims = {**USER, "purpose": "TREAT", "relationship": "self-claimed"}
    async with small_network(tmp_path, {"alder": holding("alder")}) as small:
        await small.client.record(NUMBER, **claims)
        await small.client.record(NUMBER, **{**claims, "session_id": "session-of-tomorrow"})
        kept = trail.of_kind(small.client.settings, RecordKind.GRANT)
        assert [row.body.cause for row in kept] == ["claimed"] * 2
        first = trail.of_kind(small.client.settings, RecordKind.INTENT)[0]
        assert kept[0].sequence == first.sequence + 1
    assert written.getvalue().count(b'"relationship-self-claimed"') == 2
    assert NUMBER.encode() not in written.getvalue()


async def test_a_document_is_opened_under_a_grant_and_no_more_when_it_is_ended(tmp_path: Path) -> None:
    """Its address opens with the grant alone; after the end it opens nothing."""
    filing = Filing([reference("d1", attachment(size=MIB))])
    filing.gives["b1"] = streamed(MIB)
    async with objected(tmp_path, {"alder": filing.app()}) as small:
        grant = await opened(small.client, NUMBER)
        url = await link(small, grant=grant, **USER)
        assert (await document_opened(small, url, **USER)).status == 403
        got = await document_opened(small, url, grant=grant, **USER)
        assert (got.status, len(got.body), got.whole) == (200, MIB, True)
        await post(small.client, f"/emergency-access/{grant}/end", **USER)
        assert (await document_opened(small, url, grant=grant, **USER)).status == 403


async def test_a_document_that_goes_out_is_cut_when_its_grant_is_ended(tmp_path: Path) -> None:
    """What is half-finished falls with the grant, and the trail names it."""
    filing, held = Filing([reference("d1", attachment(size=4 * MIB))]), asyncio.Event()
    filing.gives["b1"] = streamed(4 * MIB, until=MIB, held=held)
    limits = {"alder": {"idle_s": 30}}
    async with objected(tmp_path, {"alder": filing.app()}, partner_limits=limits) as small:
        grant = await opened(small.client, NUMBER)
        url = await link(small, grant=grant, **USER)
        headers = small.client.headers(grant=grant, **USER)
        async with small.client.session.get(url, headers=headers) as response:
            await response.content.readexactly(MIB // 2)
            await end_at_the_desk(small.client.settings, grant)
            held.set()
            with pytest.raises(ClientPayloadError):
                await response.content.read()
        ending = await last_ending(small)
        assert (ending.body.ended, ending.body.cause, ending.body.grant) == ("cut", "Forbidden", grant)
