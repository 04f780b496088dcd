"""The stories' objections into the register, by the steps that staff would take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from broker.adapters.clock import SystemClock
from broker.adapters.keys import read_key_ring
from broker.adapters.release_store import SqliteReleaseStore
from broker.demonstration.people import Story, StoryObjection
from broker.domain.identity import NhsNumber
from broker.domain.objection import ObjectionState
from broker.domain.objection_life import Actor, Channel, IdentityCheck, Intake, Told
from broker.domain.objection_speaker import IdentifierKind
from broker.domain.policy import GroundRule
from broker.objections import Register, Ruling
from broker.policy.loading import load_policies
from broker.settings import Settings

_TOOK_THE_CALL = Actor(role="objections team", name="R. Rowan")
_GUARDIAN = Actor(role="Caldicott Guardian", name="A. Ash")
_REVIEW_AFTER = dt.timedelta(days=90)
# The broker writes its own chain; what happens before it starts is this one's.
_CHAIN = "demonstration"


async def record_objections(settings: Settings, stories: Iterable[Story]) -> int:
    """Record, review and decide every story's objections in the broker's store; returns how many."""
    clock = SystemClock()
    ring = read_key_ring(settings.keys_path, environment=settings.environment)
    partners = {one.facts.partner_id: one.facts.ods_codes for one in settings.partners}
    grounds = load_policies(settings.policies_path, partners).objections.grounds
    store = SqliteReleaseStore.open(settings.store_path, ring, clock, chain=_CHAIN)
    try:
        register = Register(store, clock)
        told = [(story, objection) for story in stories for objection in story.objections]
        for story, objection in told:
            await _live_through(register, story, objection, clock.now(), grounds)
        return len(told)
    finally:
        await store.aclose()


async def _live_through(
    register: Register,
    story: Story,
    told: StoryObjection,
    now: dt.datetime,
    grounds: Mapping[str, GroundRule],
) -> None:
    numbers = frozenset(NhsNumber.parse(digits) for digits in (story.demographics.number, *story.old_numbers))
    intake = Intake(
        channel=Channel.PHONE,
        received_at=now - dt.timedelta(hours=2),
        identity_check=IdentityCheck.QUESTIONS,
        consequences_explained=True,
        identifiers=frozenset({IdentifierKind.NHS_NUMBER, IdentifierKind.BIRTH_DATE}),
    )
    received = await register.record(numbers, intake, by=_TOOK_THE_CALL, scope=told.scope, note=told.reason)
    objection_id = received.objection.objection_id
    await register.review(objection_id, by=_GUARDIAN)
    await register.decide(objection_id, _ruling(told, now.date()), grounds=grounds)


def _ruling(told: StoryObjection, today: dt.date) -> Ruling:
    if told.state is ObjectionState.UPHELD:
        return Ruling(state=told.state, by=_GUARDIAN)
    return Ruling(
        state=told.state,
        by=_GUARDIAN,
        ground=told.ground,
        roles=told.carveout_roles,
        categories=told.carveout_categories,
        partners=told.carveout_partners,
        review_on=today + _REVIEW_AFTER,
        told=Told(on=today),
    )
