"""What changes while partners are being asked: an objection, a policy. The stricter always holds."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from broker.domain.audit import RecordKind
from broker.domain.category import Category
from broker.domain.objection import Scope
from broker.objections import Register
from tests.support import trail
from tests.support.heard import until_policies_said
from tests.support.network import TAKER, labels, object_to, objections_desk, resources
from tests.support.small_network import NUMBER, Small, holding, small_network
from tests.support.stores import TAKEN_BACK

INTERLEAVINGS = 100
LIMITS = {"policy_watch_s": 0.05}


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[Small]:
    """Two partners that have answered once; at the end the trail is whole."""
    async with small_network(
        tmp_path, {"alder": holding("alder"), "beech": holding("beech")}, limits=LIMITS
    ) as made:
        status, _ = await made.client.record(NUMBER)
        assert status == 200
        yield made
        trail.assert_whole(made.client.settings)


@pytest.fixture
async def register(small: Small) -> AsyncIterator[Register]:
    """The objections desk: another process's hand on the same file."""
    async with objections_desk(small.client.settings) as made:
        yield made


class Asking:
    """A request for the whole record that `beech` holds up."""

    def __init__(self, small: Small, patient_id: str) -> None:
        small.ears["beech"].arm()
        self._small = small
        self._task = asyncio.create_task(small.client.get(f"Patient/{patient_id}/$everything"))

    @classmethod
    async def held(cls, small: Small) -> Asking:
        """Asked, and waiting for beech."""
        asking = cls(small, await small.client.patient_id(NUMBER))
        await small.ears["beech"].began.wait()
        return asking

    async def answered(self) -> tuple[int, dict[str, Any]]:
        """Let beech answer, and see what comes."""
        self._small.ears["beech"].let_go.set()
        status, body = await self._task
        return status, orjson.loads(body)


def disclosures(small: Small) -> int:
    """How many releases are on file."""
    return len(trail.of_kind(small.client.settings, RecordKind.DISCLOSURE))


def values(record: dict[str, Any]) -> set[str]:
    """What the results say."""
    return {one["valueString"] for one in resources(record) if one["resourceType"] == "Observation"}


async def test_an_objection_that_comes_while_partners_are_asked_is_honoured(
    small: Small, register: Register
) -> None:
    """403, no data, no disclosure, and the refusal on file with the exact outcomes of those asked."""
    asking = await Asking.held(small)
    released = disclosures(small)
    await object_to(register, NUMBER)
    status, body = await asking.answered()
    assert status == 403
    assert b"seen at" not in orjson.dumps(body)
    assert body["issue"][0]["code"] == "suppressed"
    assert disclosures(small) == released
    refusal = trail.of_kind(small.client.settings, RecordKind.REFUSAL)[-1]
    assert refusal.body.cause == "ObjectionInForce"
    ending = trail.of_kind(small.client.settings, RecordKind.OUTCOME)[-1]
    assert (ending.body.ended, set(trail.outcomes(ending))) == ("refused", {"alder", "beech"})


async def test_an_objection_to_one_partner_takes_its_items_away_in_flight(
    small: Small, register: Register
) -> None:
    """The others' stay. Its line reads as if it had not been asked; the trail has what it answered."""
    asking = await Asking.held(small)
    await object_to(register, NUMBER, scope=Scope(partners=frozenset({"beech"})))
    status, record = await asking.answered()
    assert (status, values(record)) == (200, {"seen at alder"})
    assert labels(record) == {"alder": "complete", "beech": "not-asked"}
    newest = trail.of_kind(small.client.settings, RecordKind.DISCLOSURE)[-1]
    exact = trail.outcomes(newest)["beech"]
    assert (exact.label.value, exact.tally.withheld, exact.tally.shown) == ("complete", 4, 0)
    assert newest.body.released == {"pds": 1, "alder": 4}


async def test_an_objection_to_a_category_in_flight_leaves_nothing_of_it(
    small: Small, register: Register
) -> None:
    """Nothing of the category, and it is not called none recorded."""
    asking = await Asking.held(small)
    await object_to(register, NUMBER, scope=Scope(categories=frozenset({Category.OBSERVATIONS})))
    status, record = await asking.answered()
    assert (status, values(record)) == (200, set())
    assert b"none-recorded" not in orjson.dumps(_section(record, "observations"))


def _section(record: dict[str, Any], category: str) -> list[Any]:
    [outcome] = [one for one in resources(record) if one["resourceType"] == "OperationOutcome"]
    found = [extension for issue in outcome["issue"] for extension in issue.get("extension", [])]
    return [one for one in found if {"url": "category", "valueCode": category} in one["extension"]]


async def change_agreement(small: Small, partner_id: str, old: str, new: str) -> None:
    """Edit what a partner supplies, as governance would, and wait until that is in force."""
    path = small.client.settings.policies_path / "sharing-agreement" / "policy.yaml"
    head, mark, rest = path.read_text().partition(f"- partner: {partner_id}\n")
    assert old in rest
    async with until_policies_said("policy-loaded"):
        path.write_text(head + mark + rest.replace(old, new, 1))


async def shown_now(small: Small) -> set[str]:
    """What a new request is shown."""
    patient_id = await small.client.patient_id(NUMBER)
    _, body = await small.client.get(f"Observation?patient={patient_id}")
    return values(orjson.loads(body))


async def test_a_policy_that_closes_in_flight_holds(small: Small) -> None:
    """What was permitted when it was asked for is not shown when it no longer is."""
    asking = await Asking.held(small)
    await change_agreement(small, "beech", "[everything]", "[allergies]")
    assert await shown_now(small) == {"seen at alder"}
    status, record = await asking.answered()
    assert (status, values(record)) == (200, {"seen at alder"})
    revisions = [
        row.body.policy_revision for row in trail.of_kind(small.client.settings, RecordKind.DISCLOSURE)
    ]
    assert revisions[-1] != revisions[0]


async def test_a_policy_that_opens_in_flight_opens_nothing_that_was_closed(small: Small) -> None:
    """Of two judgements the stricter holds; the next request sees it."""
    await change_agreement(small, "beech", "[everything]", "[allergies]")
    assert await shown_now(small) == {"seen at alder"}
    asking = await Asking.held(small)
    await change_agreement(small, "beech", "[allergies]", "[everything]")
    assert await shown_now(small) == {"seen at alder", "seen at beech"}
    status, record = await asking.answered()
    assert (status, values(record)) == (200, {"seen at alder"})


async def test_nothing_is_released_after_an_acknowledgement_however_they_interleave(
    small: Small, register: Register
) -> None:
    """A hundred objections at random moments of a request: a release stands before its objection or not
    at all, and whatever is asked afterwards is refused.
    """
    dice = random.Random(20261122)  # noqa: S311 - moments to try, not secrets
    patient_id = await small.client.patient_id(NUMBER)
    statuses = [
        await interleaved(small, register, patient_id, dice.uniform(0, 0.03)) for _ in range(INTERLEAVINGS)
    ]
    assert min(statuses.count(200), statuses.count(403)) > 5, (statuses.count(200), statuses.count(403))


async def interleaved(small: Small, register: Register, patient_id: str, delay_s: float) -> int:
    """One request and, `delay_s` into it, one objection; the request's status."""
    before = disclosures(small)
    asking = asyncio.create_task(small.client.get(f"Patient/{patient_id}/$everything"))
    moment = asyncio.Event()
    asyncio.get_running_loop().call_later(delay_s, moment.set)
    await moment.wait()
    objection_id = await object_to(register, NUMBER)
    acknowledged = trail.of_kind(small.client.settings, RecordKind.OBJECTION)[-1].sequence
    later, _ = await small.client.get(f"Patient/{patient_id}/$everything")
    status, body = await asking
    newest = trail.of_kind(small.client.settings, RecordKind.DISCLOSURE)[-1]
    assert later == 403
    assert newest.sequence < acknowledged
    assert disclosures(small) == before + (status == 200)
    assert (b"seen at" in body) == (status == 200)
    await register.withdraw(objection_id, TAKEN_BACK, by=TAKER)
    return status
