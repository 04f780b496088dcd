"""Whatever a desk does, an objection binds until somebody who may has ended or opened it."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from broker.adapters.keys import KeyRing
from broker.adapters.release_store import SqliteReleaseStore
from broker.domain.category import Category
from broker.domain.identity import NhsNumber
from broker.domain.objection import ObjectionState
from broker.domain.objection_life import Actor, IdentityCheck, Told
from broker.domain.objection_speaker import Speaker, Standing
from broker.objections import Check, IllegalStep, Register, Ruling
from tests.support.clocks import HandClock
from tests.support.objection_files import numbers
from tests.support.policies import shipped_policies
from tests.support.speakers import ASSESSOR, BORN, GUARDIAN, HANDLER, intake_of, parent, taken_back_by
from tests.support.stores import BEN, NOON, TWO_IDENTIFIERS, demonstration_ring

GROUNDS = shipped_policies().objections.grounds
REVIEW_DAY = NOON.date() + dt.timedelta(days=90)
speakers = st.sampled_from([Speaker(), parent("Imaginary Elder"), parent("Imaginary Alder")])
actors = st.sampled_from([HANDLER, GUARDIAN])
checks = st.sampled_from([IdentityCheck.QUESTIONS, IdentityCheck.NONE])


@dataclass
class Modelled:
    """What the rules say of one objection, without a line of the code that keeps them."""

    voice: Speaker
    state: str = "received"
    disputed: bool = False
    opened: bool = False
    ended: bool = False
    decided_competently: bool = False


class Desk(RuleBasedStateMachine):
    """A register on a real store, and beside it the model."""

    objections = Bundle("objections")
    store: SqliteReleaseStore
    loop: asyncio.Runner
    people: Iterator[NhsNumber]
    tally: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.register = Register(self.store, HandClock(NOON))
        self.person = next(self.people)
        self.model: dict[str, Modelled] = {}

    def step(self, work: Coroutine[Any, Any, object], effect: Callable[[], None], *, allowed: bool) -> None:
        """Take the step; it must succeed exactly where the model allows it."""
        try:
            self.loop.run(work)
        except IllegalStep:
            assert not allowed
            self.tally["refused"] += 1
        else:
            assert allowed
            self.tally["taken"] += 1
            effect()

    @rule(target=objections, speaker=speakers, check=checks)
    def record(self, speaker: Speaker, check: IdentityCheck) -> str:
        """Somebody objects."""
        intake = intake_of(speaker, born=BORN, identity_check=check)
        event = self.loop.run(self.register.record(frozenset({self.person}), intake, by=HANDLER))
        decided = any(one.decided_competently for one in self.model.values())
        contrary = speaker.standing is not Standing.SELF and decided
        self.model[event.objection.objection_id] = Modelled(speaker, disputed=contrary)
        return event.objection.objection_id

    @rule(name=objections, by=actors)
    def review(self, name: str, by: Actor) -> None:
        """A review begins."""
        one = self.model[name]
        allowed = not one.ended and one.state != "under-review"
        self.step(self.register.review(name, by=by), lambda: closed(one), allowed=allowed)

    @rule(name=objections, speaker=speakers)
    def dispute(self, name: str, speaker: Speaker) -> None:
        """Somebody wants the contrary."""
        one = self.model[name]

        def effect() -> None:
            closed(one)
            one.disputed = True

        allowed = not one.ended and not one.disputed
        self.step(self.register.dispute(name, speaker, by=HANDLER), effect, allowed=allowed)

    @rule(name=objections, by=actors, uphold=st.booleans())
    def decide(self, name: str, by: Actor, uphold: bool) -> None:
        """A review ends."""
        one = self.model[name]
        ruling = Ruling(state=ObjectionState.UPHELD, by=by)
        if not uphold:
            ruling = replace(
                ruling,
                state=ObjectionState.NOT_UPHELD,
                ground="safeguarding",
                roles=frozenset({"doctor"}),
                categories=frozenset({Category.ALERTS}),
                partners=frozenset({"acute"}),
                review_on=REVIEW_DAY,
                told=Told(on=NOON.date()),
            )

        def effect() -> None:
            one.state, one.disputed, one.opened = "decided", False, not uphold

        allowed = one.state == "under-review" and not (one.disputed and by is HANDLER)
        allowed = allowed and (uphold or by is GUARDIAN)
        work = self.register.decide(name, ruling, grounds=GROUNDS)
        self.step(work, effect, allowed=allowed)

    @rule(name=objections, speaker=speakers, competent=st.booleans(), check=checks, by=actors)
    def withdraw(self, name: str, speaker: Speaker, competent: bool, check: IdentityCheck, by: Actor) -> None:
        """Somebody takes it back."""
        one = self.model[name]
        back = taken_back_by(speaker, competence=ASSESSOR if competent else None)
        own, self_now = one.voice.standing is Standing.SELF, speaker.standing is Standing.SELF
        may = (own or competent) if self_now else speaker == one.voice
        allowed = may and not one.ended and check is not IdentityCheck.NONE
        allowed = allowed and not (one.disputed and by is HANDLER)

        def effect() -> None:
            one.state, one.ended, one.disputed, one.opened = "withdrawn", True, False, False
            one.decided_competently = self_now and competent

        work = self.register.withdraw(name, replace(back, identity_check=check), by=by)
        self.step(work, effect, allowed=allowed)

    @rule(name=objections)
    def verify(self, name: str) -> None:
        """The identity is checked after all, where it was not."""
        check = Check(identity_check=IdentityCheck.DOCUMENTS, identifiers=TWO_IDENTIFIERS)
        before = self.loop.run(self.register.history(name))[-1].objection
        allowed = not before.verified and not self.model[name].ended
        self.step(self.register.verify(name, check, by=HANDLER), lambda: None, allowed=allowed)

    @rule(name=objections)
    def link(self, name: str) -> None:
        """Nobody links a number that is still a person's."""
        work = self.register.link(name, frozenset({BEN}), by=HANDLER)
        self.step(work, lambda: None, allowed=False)

    @invariant()
    def exactly_what_was_ended_or_opened_binds_less(self) -> None:
        """In the store that every release is judged by."""
        found = self.loop.run(self.store.objections(frozenset({self.person}))).objections
        assert {one.objection_id for one in found} == self.model.keys()
        for one in found:
            modelled = self.model[one.objection_id]
            assert (one.state is ObjectionState.WITHDRAWN) == modelled.ended
            assert (one.carveout is not None) == modelled.opened


def closed(one: Modelled) -> None:
    """A review closes what was open."""
    one.state, one.opened = "under-review", False


def test_an_objection_binds_until_somebody_who_may_has_ended_or_opened_it(tmp_path: Path) -> None:
    """A verified withdrawal of whoever may, or a decision: nothing else does, in whatever order."""
    ring = demonstration_ring(tmp_path / "keys")
    with asyncio.Runner() as loop:
        store = loop.run(opened(tmp_path / "s.db", ring))
        tally: Counter[str] = Counter()
        people = iter(map(NhsNumber, numbers(2_000)))
        machine = type("Machine", (Desk,), {"loop": loop, "store": store, "people": people, "tally": tally})
        try:
            run_state_machine_as_test(
                machine, settings=settings(max_examples=20, stateful_step_count=20, deadline=None)
            )
        finally:
            loop.run(store.aclose())
        assert tally.keys() == {"taken", "refused"}


async def opened(path: Path, ring: KeyRing) -> SqliteReleaseStore:
    """A real store."""
    return SqliteReleaseStore.open(path, ring, HandClock(NOON), reserve_pieces=1)
