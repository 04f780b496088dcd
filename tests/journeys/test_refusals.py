"""Who may not see a record hears nothing of why, unless policy lets them; and every refusal is on file."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from broker.demonstration.people import story_named
from broker.domain.audit import RecordKind
from tests.support import trail
from tests.support.demonstration import Watched, watched_demonstration
from tests.support.network import object_to, objections_desk, simulated
from tests.support.small_network import NUMBER, holding, indexed, small_network

UNKNOWN = "9990000182"
OLD, NEW = "9990000107", NUMBER
REQUEST_ID = "request-id-{:04d}"


@pytest.fixture
async def demonstration(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    """Everything on real sockets; at the end the trail is whole."""
    async with watched_demonstration(monkeypatch) as watched:
        yield watched
        trail.assert_whole(watched.settings)


def number_of(story: str) -> str:
    """The number of a story's person."""
    return story_named(story).demographics.number


async def test_without_a_relationship_every_person_is_refused_in_the_same_bytes(
    demonstration: Watched,
) -> None:
    """Unknown, objected, restricted and merely unrelated: one answer but for the request id, nobody asked,
    and each refusal on file with the same fields.
    """
    stranger = demonstration.user("doctor", relationship="none")
    people = [
        UNKNOWN,
        *map(number_of, ("whole-objection", "diabetes", "restricted", "deceased", "safeguarding")),
    ]
    answers = []
    for place, number in enumerate(people):
        request_id = REQUEST_ID.format(place)
        status, headers, body = await demonstration.search(number, stranger, request_id)
        headers.pop("date", None)
        assert headers.pop("x-request-id") == request_id
        answers.append((status, headers, body.replace(request_id.encode(), b"")))
    assert answers[0][0] == 403
    assert all(answer == answers[0] for answer in answers)
    assert demonstration.asked == []
    refusals = trail.of_kind(demonstration.settings, RecordKind.REFUSAL)
    assert len(refusals) == len(people)
    fields = [dataclasses.astuple(_shape(row)) for row in refusals]
    assert all(one == fields[0] for one in fields)


@dataclasses.dataclass(frozen=True)
class Shape:
    """What a refusal says of the caller and the question, the person aside."""

    authenticated: bool
    organisation: str
    roles: tuple[str, ...]
    purpose: str
    relationship: str
    interaction: str
    revision: str
    cause: str


def _shape(row: trail.Row) -> Shape:
    body = row.body
    return Shape(
        authenticated=body.authenticated,
        organisation=body.organisation_ods,
        roles=body.roles,
        purpose=body.purpose,
        relationship=body.relationship,
        interaction=body.interaction,
        revision=body.policy_revision,
        cause=body.cause,
    )


async def test_a_caller_who_may_not_know_of_an_objection_hears_the_neutral_words(
    demonstration: Watched,
) -> None:
    """A receptionist in care of the person hears what a stranger hears."""
    stranger = demonstration.user("doctor", relationship="none")
    clerk = demonstration.user("receptionist")
    _, _, neutral = await demonstration.search(number_of("diabetes"), stranger, REQUEST_ID.format(0))
    status, _, body = await demonstration.search(number_of("whole-objection"), clerk, REQUEST_ID.format(0))
    assert (status, body) == (403, neutral)


async def test_the_refusal_of_an_objection_is_on_file_as_what_it_is(demonstration: Watched) -> None:
    """Exact cause and deciding rule in the trail, with the policy's revision and the register's version."""
    assert (await demonstration.ask("whole-objection")).status == 403
    refusal = trail.of_kind(demonstration.settings, RecordKind.REFUSAL)[-1].body
    assert (refusal.cause, refusal.interaction) == ("ObjectionInForce", "find-patient")
    assert "objections" in {reason.topic for reason in refusal.reasons if reason.effect == "deny"}
    assert refusal.policy_revision
    assert refusal.objection_version > 0


async def test_an_objection_under_the_old_number_alone_binds_the_new_one(tmp_path: Path) -> None:
    """Asked for by the old number: refused before the index is asked. And under the new number alone:
    refused as soon as the index has named it, with no partner asked.
    """
    index = simulated("pds", {NEW: [indexed(NEW)]}, superseded={OLD: NEW}, calls_per_s=1000)
    async with small_network(tmp_path, {"alder": holding("alder")}, index=index) as small:
        async with objections_desk(small.client.settings) as register:
            assert (await small.client.find(OLD))[0] == 200
            small.ears["pds"].calls = 0
            await object_to(register, OLD)
            status, body = await small.client.find(OLD)
        assert (status, body["issue"][0]["code"]) == (403, "suppressed")
        assert (small.ears["pds"].calls, small.ears["alder"].calls) == (0, 0)
        trail.assert_whole(small.client.settings)


async def test_an_objection_under_the_new_number_binds_whoever_asks_by_the_old_one(tmp_path: Path) -> None:
    """Judged again under every number that the index returns, before any partner is asked."""
    index = simulated("pds", {NEW: [indexed(NEW)]}, superseded={OLD: NEW}, calls_per_s=1000)
    async with small_network(tmp_path, {"alder": holding("alder")}, index=index) as small:
        async with objections_desk(small.client.settings) as register:
            await object_to(register, NEW)
        status, body = await small.client.find(OLD)
        assert (status, body["issue"][0]["code"]) == (403, "suppressed")
        assert (small.ears["pds"].calls, small.ears["alder"].calls) == (1, 0)
        trail.assert_whole(small.client.settings)


@pytest.mark.parametrize(("days", "status"), [(26, 200), (29, 403)])
async def test_a_record_stays_open_for_28_days_after_the_death(
    days: int, status: int, tmp_path: Path
) -> None:
    """Within them it is shown; afterwards nobody is asked but the index."""
    died = (dt.datetime.now(dt.UTC).date() - dt.timedelta(days=days)).isoformat()
    index = simulated("pds", {NUMBER: [indexed(deceasedDateTime=died)]})
    async with small_network(tmp_path, {"alder": holding("alder")}, index=index) as small:
        found, _ = await small.client.find(NUMBER)
        assert found == status
        if status == 200:
            assert (await small.client.record(NUMBER))[0] == 200
        assert (small.ears["alder"].calls > 0) == (status == 200)
        trail.assert_whole(small.client.settings)
