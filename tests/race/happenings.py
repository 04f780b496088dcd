"""What happens while requests are on their way: each kind as what stands before, and the step that lands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from broker.domain.audit import AuditContext
from broker.domain.category import Category
from broker.domain.grant import Grant
from broker.domain.grant_life import end, new_grant_id, opened
from broker.domain.identity import NhsNumber
from broker.domain.objection import ObjectionState
from broker.domain.objection_life import Actor, Channel, IdentityCheck, Intake, Told
from broker.domain.policy import PolicySet
from broker.objections import Register, Ruling
from tests.race import world
from tests.race.asking import HAZEL
from tests.race.closing import OPEN, Closing, Happening, items_where
from tests.race.journal import Journal
from tests.race.stepping import Gates, SteppedClock
from tests.race.watching import WatchedStore
from tests.race.world import ADDENBURY, Person, canaries
from tests.support.stores import TAKEN_BACK, TWO_IDENTIFIERS

BY = Actor(role="Caldicott Guardian", name="Imaginary Ash")


@dataclass(slots=True)
class Room:
    """Where somebody at the objections desk, or governance, does what happens."""

    store: WatchedStore
    gates: Gates
    clock: SteppedClock
    journal: Journal
    person: Person
    policies: list[PolicySet]
    tightened: PolicySet
    ids: list[str] = field(default_factory=list)

    @property
    def register(self) -> Register:
        """As the desk has it."""
        return Register(self.store, self.clock)

    async def record(self, happening: Happening) -> None:
        """Receive it, under the numbers that it is known by."""
        named = {"old": self.person.old, "current": self.person.number}
        numbers = frozenset(found for name in happening.under if isinstance(found := named[name], NhsNumber))
        intake = Intake(
            channel=Channel.PHONE,
            received_at=self.clock.now(),
            identity_check=IdentityCheck.QUESTIONS,
            consequences_explained=True,
            identifiers=TWO_IDENTIFIERS,
        )
        event = await self.register.record(numbers, intake, by=BY, scope=happening.scope)
        self.ids.append(event.objection.objection_id)

    async def stepped(
        self, happening: Happening, step: Awaitable[object], closed: Mapping[str, frozenset[str]]
    ) -> None:
        """Take a step, and note from when on it counts."""
        before = len(self.store.appended)
        await step
        [sequence] = self.store.appended[before:] or [None]
        moment, moment_s = self.journal.tick(), self.clock.monotonic_s()
        happening.closings.append(Closing(closed, sequence, moment, moment_s))


# Before anybody asks, and while they do.
Steps = tuple[Callable[[Room, Happening], Awaitable[None]], Callable[[Room, Happening], Awaitable[None]]]


async def _nothing(_room: Room, _happening: Happening) -> None:
    """Nothing was there before."""


async def _recorded(room: Room, happening: Happening) -> None:
    await room.stepped(happening, room.record(happening), happening.closed)


async def _withdrawn(room: Room, happening: Happening) -> None:
    await room.stepped(happening, room.register.withdraw(room.ids[-1], TAKEN_BACK, by=BY), OPEN)


async def _reviewed(room: Room, happening: Happening) -> None:
    step = room.register.review(room.ids[-1], by=BY)
    await room.stepped(happening, step, happening.closed)


async def _opened(room: Room, happening: Happening) -> None:
    """Not upheld: open to doctors, for problems at one partner."""
    ruling = Ruling(
        state=ObjectionState.NOT_UPHELD,
        by=BY,
        ground="safeguarding",
        roles=frozenset({"doctor"}),
        categories=frozenset({Category.DEMOGRAPHICS, Category.PROBLEMS}),
        partners=frozenset({ADDENBURY}),
        review_on=room.clock.now().date() + dt.timedelta(days=30),
        told=Told(not_because="It would put a child at risk."),
    )
    opened = canaries("p", items_where(lambda item: (item.partner, item.category) == (ADDENBURY, "problems")))
    closed = {**happening.closed, "hazel": happening.closed["hazel"] - opened}
    grounds = room.policies[0].objections.grounds
    step = room.register.decide(room.ids[-1], ruling, grounds=grounds)
    await room.stepped(happening, step, closed)


async def _under_review(room: Room, happening: Happening) -> None:
    await _recorded(room, happening)
    await _reviewed(room, happening)


async def _not_upheld(room: Room, happening: Happening) -> None:
    await _under_review(room, happening)
    await _opened(room, happening)


async def _granted(room: Room, happening: Happening) -> None:
    """Closed to everybody, and opened for one reader whom the person has asked to look."""
    await _recorded(room, happening)
    now = room.clock.now()
    grant = Grant(
        grant_id=new_grant_id(),
        ground="person-asks-now",
        numbers=frozenset({room.person.number}),
        issuer=HAZEL.issuer,
        user_id=HAZEL.user_id,
        organisation_ods=HAZEL.organisation_ods,
        session_id=HAZEL.session_id,
        purpose=HAZEL.purpose,
        partners=frozenset(world.PARTNERS),
        granted_at=now,
        expires_at=now + dt.timedelta(minutes=30),
        text="The person asks me to look, this once.",
        witness="Imaginary Willow",
    )
    context = AuditContext(
        request_id=f"grant-{grant.grant_id}", requester=HAZEL, interaction="grant", numbers=grant.numbers
    )
    step = room.store.open_grant(opened(grant, HAZEL), context, (), per_hour_max=1_000_000, once=False)
    await room.stepped(happening, step, {**happening.closed, "hazel": frozenset()})
    happening.grant_id = grant.grant_id


async def _ended(room: Room, happening: Happening) -> None:
    history = await room.store.grant_history(happening.grant_id)
    assert history is not None
    step = room.store.append_grant_step(end(history.last, by=BY, at=room.clock.now()))
    await room.stepped(happening, step, happening.closed)


async def _tightened(room: Room, happening: Happening) -> None:
    async def swap() -> None:
        await room.gates.waited("landing")
        room.policies[:] = [room.tightened]

    await room.stepped(happening, swap(), happening.closed)


_JUST_RECORDED: Steps = (_nothing, _recorded)
KINDS: Mapping[str, Steps] = {
    "whole record": _JUST_RECORDED,
    "partner": _JUST_RECORDED,
    "category": _JUST_RECORDED,
    "item": _JUST_RECORDED,
    "named staff": _JUST_RECORDED,
    "period": _JUST_RECORDED,
    "old number": _JUST_RECORDED,
    "withdrawal": (_recorded, _withdrawn),
    "review that opens": (_under_review, _opened),
    "review that closes": (_not_upheld, _reviewed),
    "access ended": (_granted, _ended),
    "tightened policy": (_nothing, _tightened),
}
