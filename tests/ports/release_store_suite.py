"""What every release store must do. A store's own test module inherits this and opens the store."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace
from typing import Any, Protocol

import pytest

from broker.domain.audit import RegisterReading
from broker.domain.errors import ServiceDown
from broker.domain.identity import NhsNumber
from broker.domain.objection import Objection, ObjectionSnapshot, ObjectionState
from broker.domain.objection_life import Actor, ObjectionEvent
from broker.ports.objection_register import ObjectionRegister, StepTaken
from broker.ports.release_store import ObjectionsChanged, ReleaseStore
from tests.support.stores import (
    ADA,
    BEN,
    CLEO,
    NOON,
    REASONS,
    clinician,
    context,
    disclosure,
    ending,
    intent,
    received,
    refusal,
)

READER = Actor(role="privacy officer", name="Imaginary Ash")


class Store(ReleaseStore, ObjectionRegister, Protocol):
    """Both ports, and the person's view of the trail."""

    async def accesses(self, numbers: frozenset[NhsNumber], /, *, reader: Actor) -> tuple[Any, ...]: ...


class ReleaseStoreSuite:
    """Inherit, and give a fixture `store` that opens and closes one."""

    async def test_intents_are_numbered_without_gap(self, store: Store) -> None:
        """Each intent gets the next number."""
        assert [await store.record_intent(intent()) for _ in range(3)] == [1, 2, 3]

    async def test_asked_and_there_is_none_is_version_nought(self, store: Store) -> None:
        """No objection is an empty snapshot, which is an answer."""
        assert await store.objections(frozenset({ADA})) == ObjectionSnapshot(version=0)

    async def test_an_objection_is_read_under_each_of_its_numbers(self, store: Store) -> None:
        """A superseded number finds what was recorded under both, and nobody else's."""
        event = received(ADA, BEN)
        version = await store.append_event(event)
        for numbers in ({ADA}, {BEN}, {ADA, BEN}, {BEN, CLEO}):
            found = await store.objections(frozenset(numbers))
            assert found == ObjectionSnapshot(version=version, objections=(event.objection,))
        assert (await store.objections(frozenset({CLEO}))).objections == ()

    async def test_an_objection_under_a_superseded_number_is_found_under_the_current_one(
        self, store: Store
    ) -> None:
        """Once the index has said that two numbers are one person's, each finds what is under the other."""
        event = received(ADA)
        version = await store.append_event(event)
        assert (await store.objections(frozenset({BEN}))).objections == ()
        await store.link_numbers(frozenset({ADA, BEN}))
        expected = ObjectionSnapshot(version=version, objections=(event.objection,))
        assert await store.objections(frozenset({BEN})) == expected
        assert (await store.objections(frozenset({CLEO}))).objections == ()
        await store.link_numbers(frozenset({BEN, CLEO}))
        assert await store.objections(frozenset({CLEO})) == expected
        assert await store.linked_with(frozenset({CLEO})) == {ADA, BEN, CLEO}

    async def test_a_release_judged_before_the_link_is_refused(self, store: Store) -> None:
        """The transaction looks under the linked number too."""
        sequence = await store.record_intent(intent(BEN))
        await store.append_event(received(ADA))
        await store.link_numbers(frozenset({ADA, BEN}))
        with pytest.raises(ObjectionsChanged) as changed:
            await store.release(disclosure(sequence, BEN))
        assert len(changed.value.snapshot.objections) == 1

    async def test_a_link_is_written_once(self, store: Store) -> None:
        """However often the index says it, in whatever order, and also at once."""
        await asyncio.gather(*(store.link_numbers(frozenset({ADA, BEN})) for _ in range(3)))
        await store.link_numbers(frozenset({BEN, CLEO}))
        await store.link_numbers(frozenset({ADA, CLEO}))
        assert await store.record_intent(intent()) == 3

    async def test_objections_under_two_numbers_are_read_together(self, store: Store) -> None:
        """Two people's objections that turn out to be one person's all bind."""
        await store.append_event(received(ADA, objection_id="ob-a"))
        await store.append_event(received(BEN, objection_id="ob-b"))
        found = await store.objections(frozenset({ADA, BEN}))
        assert {objection.objection_id for objection in found.objections} == {"ob-a", "ob-b"}

    async def test_the_newest_step_alone_binds_and_history_is_kept(self, store: Store) -> None:
        """A withdrawal replaces the state and removes nothing."""
        first = received()
        await store.append_event(first)
        withdrawn = replace(first.objection, state=ObjectionState.WITHDRAWN)
        await store.append_event(replace(first, objection=withdrawn, step=2))
        assert (await store.objections(frozenset({ADA}))).objections == (withdrawn,)
        assert [event.step for event in await store.events_of("ob-1")] == [1, 2]
        assert (await store.events_of("ob-1"))[0] == first

    async def test_every_step_moves_the_version_of_each_number(self, store: Store) -> None:
        """Any set of numbers that holds a moved one has a new version; others keep theirs."""
        await store.append_event(received(ADA, objection_id="ob-a"))
        await store.append_event(received(BEN, objection_id="ob-b"))
        sets = [frozenset({ADA}), frozenset({BEN}), frozenset({ADA, BEN}), frozenset({CLEO})]
        before = [(await store.objections(numbers)).version for numbers in sets]
        await store.append_event(replace(received(ADA, objection_id="ob-a"), step=2))
        after = [(await store.objections(numbers)).version for numbers in sets]
        assert [old != new for old, new in zip(before, after, strict=True)] == [True, False, True, False]

    async def test_two_people_cannot_take_the_same_step(self, store: Store) -> None:
        """The second of two reviewers is told that somebody else acted first."""
        await store.append_event(received())
        step = replace(received(), step=2)
        await store.append_event(step)
        with pytest.raises(StepTaken):
            await store.append_event(step)

    async def test_a_release_on_the_version_that_was_judged_is_recorded(self, store: Store) -> None:
        """The disclosure follows its intent."""
        number = await store.record_intent(intent())
        assert await store.release(disclosure(number)) == number + 1

    async def test_a_release_on_an_older_version_is_refused_with_the_new_snapshot(self, store: Store) -> None:
        """Nothing is recorded, and the answer says what to judge again on."""
        number = await store.record_intent(intent())
        event = received()
        version = await store.append_event(event)
        with pytest.raises(ObjectionsChanged) as refused:
            await store.release(disclosure(number))
        assert refused.value.snapshot == ObjectionSnapshot(version=version, objections=(event.objection,))
        (line,) = await store.accesses(frozenset({ADA}), reader=READER)
        assert line.outcome == "not-finished"

    async def test_an_objection_under_the_other_number_refuses_too(self, store: Store) -> None:
        """A release under two numbers falls with an objection under either."""
        number = await store.record_intent(intent(ADA))
        await store.append_event(received(BEN))
        with pytest.raises(ObjectionsChanged):
            await store.release(disclosure(number, ADA, BEN))

    async def test_a_release_of_nobody_is_refused(self, store: Store) -> None:
        """Without a number no objection could be looked for."""
        bare = disclosure(1)
        bare = replace(bare, context=replace(bare.context, numbers=frozenset()))
        with pytest.raises(ServiceDown):
            await store.release(bare)

    async def test_no_release_succeeds_after_an_acknowledgement(self, store: Store) -> None:
        """Of 200 releases that race one objection, none begun after its acknowledgement succeeds."""
        number = await store.record_intent(intent())
        acknowledged = asyncio.Event()
        late: list[bool] = []
        told: list[Objection] = []

        async def release_one(place: int) -> bool:
            if place >= 100:
                await acknowledged.wait()
            else:
                for _ in range(place % 10):
                    await asyncio.sleep(0)
            begun_after = acknowledged.is_set()
            try:
                await store.release(disclosure(number, count=2))
            except ObjectionsChanged as refused:
                told.extend(refused.snapshot.objections)
                return False
            late.append(begun_after)
            return True

        async def object_() -> int:
            version = int(await store.append_event(received()))
            acknowledged.set()
            return version

        results = await asyncio.gather(
            *[release_one(place) for place in range(100)],
            object_(),
            *[release_one(place) for place in range(100, 200)],
        )
        version = results[100]
        assert not any(late)
        assert {objection.objection_id for objection in told} == {"ob-1"}
        assert not any(results[101:])
        lines = await store.accesses(frozenset({ADA}), reader=READER)
        assert all(line.sequence < version for line in lines)

    async def test_one_refused_release_takes_nobody_with_it(self, store: Store) -> None:
        """In one batch, the releases of other people stand."""
        number = await store.record_intent(intent())
        await store.append_event(received(ADA))
        jobs = [store.release(disclosure(number, (ADA, BEN)[place % 2])) for place in range(40)]
        results = await asyncio.gather(*jobs, return_exceptions=True)
        assert all(isinstance(result, ObjectionsChanged) for result in results[0::2])
        assert len({result for result in results[1::2] if isinstance(result, int)}) == 20

    async def test_one_line_is_shown_for_each_request(self, store: Store) -> None:
        """Intent, release and ending are one line, under the person's number and nobody else's."""
        number = await store.record_intent(intent())
        await store.release(disclosure(number))
        await store.record_ending(ending(number))
        await store.record_refusal(refusal(BEN))
        (line,) = await store.accesses(frozenset({ADA}), reader=READER)
        assert (line.outcome, line.ended, line.released) == ("released", "sent", {"practices": 2, "acute": 1})
        assert line.labels == {"practices": "complete", "acute": "partial", "council": "timed-out"}
        assert (line.organisation_ods, line.roles, line.purpose) == ("D81001", ("R8000",), "direct-care")

    async def test_a_refusal_holds_what_a_release_holds(self, store: Store) -> None:
        """Who, where, in which role, why, of what: the same on both."""
        number = await store.record_intent(intent())
        await store.release(disclosure(number))
        await store.record_refusal(refusal())
        released, refused = await store.accesses(frozenset({ADA}), reader=READER)
        for name in ("organisation_ods", "roles", "purpose", "relationship", "interaction", "user"):
            assert getattr(refused, name) == getattr(released, name) != ""
        assert (refused.outcome, refused.cause) == ("refused", "Forbidden")

    async def test_a_look_into_the_trail_is_recorded(self, store: Store) -> None:
        """The next reader sees that somebody read."""
        await store.accesses(frozenset({ADA}), reader=READER)
        (line,) = await store.accesses(frozenset({ADA}), reader=READER)
        assert (line.outcome, line.roles, line.user) == ("audit-read", (READER.role,), READER.name)

    async def test_a_look_into_the_register_is_recorded_under_the_person(self, store: Store) -> None:
        """Who read it, in what role and why, as of any request."""
        await store.record_reading(RegisterReading(context=context(ADA), at=NOON, reasons=REASONS))
        (line,) = await store.accesses(frozenset({ADA}), reader=READER)
        assert (line.outcome, line.user, line.roles) == ("register-read", "Dr Imaginary Willow", ("R8000",))

    async def test_releases_between_receipt_and_acknowledgement_are_listed(self, store: Store) -> None:
        """Those, and neither an earlier one nor somebody else's."""
        hour = dt.timedelta(hours=1)
        for at in (NOON - 3 * hour, NOON - hour):
            number = await store.record_intent(intent(at=at))
            await store.release(disclosure(number, at=at))
        await store.release(disclosure(number, BEN, at=NOON - hour))
        await store.append_event(received(received_at=NOON - 2 * hour))
        (early,) = await store.early_disclosures("ob-1")
        assert (early.at, early.organisation_ods) == (NOON - hour, clinician().organisation_ods)

    async def test_the_whole_register_is_listed(self, store: Store) -> None:
        """Without numbers, every step of everybody."""
        events: list[ObjectionEvent] = [received(ADA, objection_id="a"), received(BEN, objection_id="b")]
        for event in events:
            await store.append_event(event)
        assert await store.events_under(None) == tuple(events)

    async def test_a_caller_that_leaves_does_not_stop_the_record(self, store: Store) -> None:
        """A cancelled release may be recorded all the same, and nobody after it is harmed."""
        number = await store.record_intent(intent())
        leaving = asyncio.ensure_future(store.release(disclosure(number)))
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        (line,) = await store.accesses(frozenset({ADA}), reader=READER)
        assert line.outcome == "released"

    async def test_a_healthy_store_is_ready(self, store: Store) -> None:
        """Readiness is a record that was really written, and nobody's disclosure."""
        await store.check()
        assert await store.accesses(frozenset({ADA}), reader=READER) == ()

    async def test_a_closed_store_says_no(self, store: Store) -> None:
        """After closing, nothing is promised."""
        await store.aclose()
        with pytest.raises(ServiceDown):
            await store.record_intent(intent())
