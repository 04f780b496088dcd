"""What every store must do with grants of emergency access. A store's own test module inherits this."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace
from typing import Any, Protocol

import pytest

from broker.domain.grant import Grant
from broker.domain.grant_life import SELF_CLAIMED, GrantHistory, ReviewOutcome, claimed, end, review
from broker.domain.identity import NhsNumber
from broker.domain.objection_life import Actor
from broker.ports.grant_register import GrantedBefore, TooManyGrants
from broker.ports.objection_register import StepTaken
from broker.ports.release_store import GrantChanged, ReleaseStore
from tests.support.clocks import HandClock
from tests.support.grants import HALF_HOUR, asked_with, first_step, granted, released_under
from tests.support.stores import ADA, BEN, NOON, REASONS, clinician, context, intent, received

OFFICER = Actor(role="privacy officer", name="Imaginary Ash")


class Store(ReleaseStore, Protocol):
    """The port, and the person's view of the trail."""

    async def accesses(
        self, numbers: frozenset[NhsNumber], /, *, reader: Actor, grant_id: str = ""
    ) -> tuple[Any, ...]: ...


async def opening(store: ReleaseStore, grant: Grant, *, per_hour_max: int = 10, once: bool = False) -> int:
    """Open `grant`, as its user's request does."""
    return await store.open_grant(
        first_step(grant), asked_with(grant), REASONS, per_hour_max=per_hour_max, once=once
    )


async def history(store: ReleaseStore, grant: Grant) -> GrantHistory:
    """Every step of a grant that was opened."""
    found = await store.grant_history(grant.grant_id)
    assert found is not None
    return found


class GrantRegisterSuite:
    """Inherit, and give fixtures `store` and `clock`, which is the store's own and stands at noon."""

    async def test_a_grant_is_read_as_it_was_opened(self, store: Store) -> None:
        """Every word of it; and of an id that nobody opened, none."""
        grant = granted(ADA, BEN)
        record = await opening(store, grant)
        assert await store.grant(grant.grant_id) == grant
        assert await store.grant("eg-0") is None
        assert await store.grant_history("eg-0") is None
        assert (await history(store, grant)).record == record

    async def test_a_grant_is_for_its_person_under_every_number(self, store: Store) -> None:
        """Also one that the index has linked with them since."""
        grant = granted(ADA)
        await opening(store, grant)
        await store.link_numbers(frozenset({ADA, BEN}))
        assert await store.grant(grant.grant_id) == replace(grant, numbers=frozenset({ADA, BEN}))

    async def test_a_grant_that_was_ended_reads_as_ended(self, store: Store) -> None:
        """Its history keeps both steps."""
        grant = granted()
        await opening(store, grant)
        await store.append_grant_step(end(first_step(grant), by=OFFICER, at=NOON))
        assert await store.grant(grant.grant_id) == replace(grant, ended=True)
        assert [one.what for one in (await history(store, grant)).events] == ["opened", "ended"]

    async def test_two_people_cannot_end_one_grant(self, store: Store) -> None:
        """The second is told that somebody else acted first."""
        grant = granted()
        await opening(store, grant)
        step = end(first_step(grant), by=OFFICER, at=NOON)
        await store.append_grant_step(step)
        with pytest.raises(StepTaken):
            await store.append_grant_step(step)

    async def test_a_review_is_kept_with_its_outcome_and_note(self, store: Store) -> None:
        """And the grant as it stands is what it was."""
        grant = granted()
        await opening(store, grant)
        found = review(
            await history(store, grant),
            ReviewOutcome.APPROPRIATE,
            by=OFFICER,
            at=NOON + HALF_HOUR,
            note="Seen with the notes of the ambulance.",
        )
        await store.append_grant_step(found)
        assert (await history(store, grant)).review == found
        assert await store.grant(grant.grant_id) == grant

    async def test_a_release_under_a_grant_that_holds_is_recorded(self, store: Store) -> None:
        """The disclosure names it."""
        grant = granted()
        await opening(store, grant)
        number = await store.record_intent(intent())
        await store.release(released_under(grant.grant_id, number))
        lines = await store.accesses(frozenset({ADA}), reader=OFFICER, grant_id=grant.grant_id)
        assert [(line.outcome, line.cause) for line in lines] == [
            ("emergency-access", "opened"),
            ("released", ""),
        ]

    async def test_a_release_under_a_grant_that_was_ended_is_refused(self, store: Store) -> None:
        """Nothing is recorded, and the answer says how the grant stands."""
        grant = granted()
        await opening(store, grant)
        number = await store.record_intent(intent())
        await store.append_grant_step(end(first_step(grant), by=OFFICER, at=NOON))
        with pytest.raises(GrantChanged) as refused:
            await store.release(released_under(grant.grant_id, number))
        assert refused.value.grant == replace(grant, ended=True)
        lines = await store.accesses(frozenset({ADA}), reader=OFFICER)
        assert "released" not in {line.outcome for line in lines}

    async def test_a_release_under_a_grant_that_ran_out_is_refused(
        self, store: Store, clock: HandClock
    ) -> None:
        """On the store's clock, inside the transaction: the last moment is the one before."""
        grant = granted()
        await opening(store, grant)
        number = await store.record_intent(intent())
        clock.wall = grant.expires_at - dt.timedelta(microseconds=1)
        await store.release(released_under(grant.grant_id, number))
        clock.wall = grant.expires_at
        with pytest.raises(GrantChanged) as refused:
            await store.release(released_under(grant.grant_id, number))
        assert refused.value.grant == grant

    async def test_a_release_under_a_grant_that_nobody_opened_is_refused(self, store: Store) -> None:
        """Not to find it is not to be granted."""
        number = await store.record_intent(intent())
        with pytest.raises(GrantChanged) as refused:
            await store.release(released_under("eg-0", number))
        assert refused.value.grant is None

    async def test_no_release_succeeds_after_a_grant_was_ended(self, store: Store) -> None:
        """Of 200 releases that race one end, none that began after it was durable succeeds."""
        grant = granted()
        await opening(store, grant)
        number = await store.record_intent(intent())
        ended = asyncio.Event()

        async def release_one(place: int) -> bool:
            if place >= 100:
                await ended.wait()
            try:
                await store.release(released_under(grant.grant_id, number))
            except GrantChanged:
                return False
            return True

        async def end_it() -> None:
            await store.append_grant_step(end(first_step(grant), by=OFFICER, at=NOON))
            ended.set()

        before = [release_one(place) for place in range(100)]
        results = await asyncio.gather(*before, end_it(), *(release_one(place) for place in range(100, 200)))
        assert any(results[:100])
        assert not any(results[101:])

    async def test_a_user_opens_no_more_than_so_many_in_an_hour(self, store: Store) -> None:
        """However many people they are for; an hour later, and for another user, there is room again."""
        for person in (ADA, BEN):
            await opening(store, granted(person), per_hour_max=2)
        with pytest.raises(TooManyGrants):
            await opening(store, granted(ADA), per_hour_max=2)
        await opening(store, granted(ADA, user_id="555000111223"), per_hour_max=2)
        hour = dt.timedelta(hours=1)
        await opening(store, granted(ADA, at=NOON + hour), per_hour_max=2)

    async def test_users_who_open_at_once_do_not_pass_the_limit_together(self, store: Store) -> None:
        """Each is counted in the transaction that records it."""
        tried = [opening(store, granted(), per_hour_max=3) for _ in range(10)]
        ended = await asyncio.gather(*tried, return_exceptions=True)
        assert sum(isinstance(one, int) for one in ended) == 3
        assert sum(isinstance(one, TooManyGrants) for one in ended) == 7

    async def test_what_is_had_once_is_not_had_again_in_the_same_session(self, store: Store) -> None:
        """Also under a number that is the same person's, and after its end; another session has it."""
        asks = "person-asks-now"
        grant = granted(ADA, ground=asks)
        await opening(store, grant, once=True)
        await store.append_grant_step(end(first_step(grant), by=OFFICER, at=NOON))
        await store.link_numbers(frozenset({ADA, BEN}))
        for person in (ADA, BEN):
            with pytest.raises(GrantedBefore):
                await opening(store, granted(person, ground=asks), once=True)
        await opening(store, granted(ADA, ground=asks, session_id="session-of-tomorrow"), once=True)
        await opening(store, granted(ADA), once=True)

    async def test_a_relationship_that_is_claimed_is_kept_once_for_each_session(self, store: Store) -> None:
        """And it is no grant that a request could name."""
        asked = clinician()
        first = claimed(asked, frozenset({ADA}), NOON)
        assert await store.claim_relationship(first, context(ADA)) == 1
        assert await store.claim_relationship(claimed(asked, frozenset({ADA}), NOON), context(ADA)) is None
        assert await store.claim_relationship(claimed(asked, frozenset({BEN}), NOON), context(BEN)) == 2
        assert await store.grant(first.grant.grant_id) is None
        assert [one.last.grant.ground for one in await store.grants_since(None)] == [SELF_CLAIMED] * 2

    async def test_sessions_without_a_name_are_never_the_same(self, store: Store) -> None:
        """Each claim is kept."""
        asked = replace(clinician(), session_id="")
        for number in (1, 2):
            step = claimed(asked, frozenset({ADA}), NOON)
            assert await store.claim_relationship(step, context(ADA)) == number

    async def test_grants_are_listed_in_the_order_of_opening(self, store: Store) -> None:
        """All, or those since a moment; objections are not among them, nor they among objections."""
        early, late = granted(at=NOON - HALF_HOUR), granted(BEN)
        for grant in (early, late):
            await opening(store, grant)
        found = [one.last.grant.grant_id for one in await store.grants_since(None)]
        assert found == [early.grant_id, late.grant_id]
        assert [one.last.grant for one in await store.grants_since(NOON)] == [late]

    async def test_a_person_is_shown_the_emergency_access_to_their_record(self, store: Store) -> None:
        """Its opening, and whom it names, as any other request about them."""
        await opening(store, granted())
        (line,) = await store.accesses(frozenset({ADA}), reader=OFFICER)
        assert (line.outcome, line.cause, line.user) == ("emergency-access", "opened", "Dr Imaginary Willow")
        assert line.organisation_ods == clinician().organisation_ods

    async def test_a_look_at_one_grant_names_it(self, store: Store) -> None:
        """The next reader sees which grant somebody looked at."""
        grant = granted()
        await opening(store, grant)
        await store.accesses(frozenset({ADA}), reader=OFFICER, grant_id=grant.grant_id)
        lines = await store.accesses(frozenset({ADA}), reader=OFFICER)
        assert [(line.outcome, line.grant) for line in lines if line.user == OFFICER.name] == [
            ("audit-read", grant.grant_id)
        ]


class GrantsBesideObjections:
    """Inherit with a store that is a register of objections too."""

    async def test_steps_of_grants_are_no_objections(self, store: Any) -> None:
        """Neither in the whole register, nor a part at a time, nor under the person's numbers."""
        await opening(store, granted())
        await store.append_event(received())
        await opening(store, granted())
        assert len(await store.events_under(None)) == 1
        assert len(await store.events_after(0, 10)) == 1
        assert len((await store.objections(frozenset({ADA}))).objections) == 1
        assert len(await store.grants_since(None)) == 2
