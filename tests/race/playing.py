"""One number of a seed to one interleaving, played: who asks, what happens meanwhile, and in which order.

What happens is held back until a request has come to the spot where it is to land; everything else goes on
in an order that the dice decide.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from broker.adapters.release_store.writer import BATCH_MAX
from tests.race import world
from tests.race.asking import Desk, Heard
from tests.race.closing import Happening, closes
from tests.race.happenings import KINDS, Room
from tests.race.journal import (
    ASKING,
    BEFORE,
    CACHED,
    DOCUMENT,
    IN_PARTS,
    LATER,
    MERGING,
    RECALLED,
    RELEASE,
    STREAMING,
    TRACING,
    Journal,
)
from tests.race.network import Wires
from tests.race.staging import LIMITS, OTHER_STORE, OWN_STORE, Stage
from tests.race.stepping import Gate
from tests.support.policies import shipped_policies

START_S = 1_000.0
# How often each spot is aimed at: the fewer land there by themselves, the more.
_TURNS = {
    BEFORE: 2,
    TRACING: 2,
    ASKING: 5,
    MERGING: 6,
    RELEASE: 6,
    LATER: 5,
    CACHED: 5,
    RECALLED: 5,
    DOCUMENT: 5,
    STREAMING: 5,
    IN_PARTS: 4,
}
# Who names emergency access has nothing from memory, and nobody else sees anything there to remember.
NEVER_MEET = frozenset({("access ended", RECALLED)})
COMBINATIONS = tuple(
    (kind, spot)
    for turn in range(max(_TURNS.values()))
    for spot, turns in _TURNS.items()
    if turn < turns
    for kind in KINDS
    if (kind, spot) not in NEVER_MEET
)
# Interleavings on one store file: each takes three NHS numbers that no other on the file has.
ON_A_FILE = 400
_LANDING = "landing"
# How often what has come to its spot is stored before all else, and how much of all else goes on at once.
_AT_ONCE, _GOES_ON = 0.85, 0.6
# How often a process remembers where that is not what is aimed at.
_REMEMBERS = 0.3
_TWO_QUESTIONS: Mapping[str, tuple[tuple[str, str], ...]] = {
    RECALLED: (("first", "later"), ("whole", "whole")),
    LATER: (("first", "later"),),
    CACHED: (("first", "later"), ("whole", "whole"), ("listing", "document")),
    DOCUMENT: (("listing", "document"),),
    STREAMING: (("listing", "document"),),
    IN_PARTS: (("stream",),),
}


@dataclass(slots=True)
class Played:
    """What one interleaving came to. `spots` are where it landed; `digest` is of the order of everything."""

    number: int
    happening: Happening
    target: str
    spots: frozenset[str] = frozenset()
    landed_s: float = 0.0
    heard: list[Heard] = field(default_factory=list)
    journal: Journal = field(default_factory=Journal)
    digest: str = ""
    rounds: int = 0


@dataclass(slots=True)
class Play:
    """The order of one interleaving. `landed` is where it was when what happens reached the store."""

    stage: Stage
    journal: Journal
    dice: random.Random
    target: str
    trace: list[str] = field(default_factory=list)
    spots: frozenset[str] | None = None

    async def through(self) -> int:
        """Go on until nobody waits for anything; how many rounds it took."""
        rounds = 0
        while True:
            gates = await self.stage.gates.quiet()
            stores = [name for name, store in self.stage.stores.items() if store.writer.has_work]
            if not gates and not stores:
                return rounds
            rounds += 1
            for step in self._next(gates, stores):
                self._take(step)

    def _next(self, gates: list[Gate], stores: list[str]) -> list[Gate | str]:
        """Some of what may go on, in some order: a gate opens, or a connection of the store commits."""
        landing = [gate for gate in gates if gate.point == _LANDING]
        if landing:
            gates = [gate for gate in gates if gate.point != _LANDING]
            if self.target in self.journal.spots() or not (gates or stores):
                return [*landing, *stores] if self.dice.random() < _AT_ONCE else list(landing)
        elif any(self.stage.stores[name].is_landing for name in stores) and self.dice.random() < _AT_ONCE:
            return list(stores)
        ready: list[Gate | str] = [*gates, *stores]
        chosen = [step for step in ready if self.dice.random() < _GOES_ON] or [self.dice.choice(ready)]
        self.dice.shuffle(chosen)
        return chosen

    def _take(self, step: Gate | str) -> None:
        if isinstance(step, Gate):
            self.trace.append(step.name)
            if step.point == _LANDING:
                self.spots = frozenset(self.journal.spots())
            step.opened.set_result(None)
            return
        store, most = self.stage.stores[step], self.dice.choice((1, BATCH_MAX))
        if store.is_landing:
            self.spots = frozenset(self.journal.spots())
        self.trace.append(f"{step} commits {most}")
        store.commit(most)


async def played(stage: Stage, seed: int, number: int) -> Played:
    """The interleaving of this number, judged by nobody yet."""
    dice = random.Random(f"{seed}:{number}")  # noqa: S311 - an order to try, not a secret
    kind, target = COMBINATIONS[number % len(COMBINATIONS)]
    stage.loop.moment_s = START_S
    journal, happening = Journal(), closes(kind, target, dice)
    people = _people(number)
    person, other = people
    wires = Wires(stage.gates, stage.loop, journal, dice, _by_digits(people))
    policies = [shipped_policies()]
    limits = LIMITS[dice.choice(("whole", "whole", "sliced"))]
    remembers = target == RECALLED or dice.random() < _REMEMBERS
    services = stage.services(journal, wires, policies, limits, remembers=remembers)
    desk = Desk(services, stage.gates, stage.loop, journal, number)
    store = stage.stores[dice.choice((OWN_STORE, OTHER_STORE, OTHER_STORE))]
    room = Room(store, stage.gates, stage.clock, journal, person, policies, stage.tightened)
    before, meanwhile = KINDS[kind]
    await _outright(stage, before(room, happening))
    desk.grant_id = happening.grant_id
    tasks = [stage.gates.begin("z-happening", meanwhile(room, happening))]
    await _until_it_lands(stage, tasks[0])
    tasks += [
        stage.gates.begin(name, work) for name, work in _sessions(desk, kind, target, dice, person, other)
    ]
    play = Play(stage, journal, dice, target)
    rounds = await play.through()
    for task in tasks:
        task.result()
    if services.recall is not None:
        services.recall.aclose()
    await services.index.aclose()  # type: ignore[attr-defined] # the real index, which has more than the port
    return Played(
        number=number,
        happening=happening,
        target=target,
        spots=play.spots or frozenset(),
        heard=desk.heard,
        journal=journal,
        digest=hashlib.blake2b("\n".join(play.trace).encode(), digest_size=16).hexdigest(),
        rounds=rounds,
    )


async def _until_it_lands(stage: Stage, happens: asyncio.Task[None]) -> None:
    """What happens has come as far as the step that counts, before anybody asks."""
    while not happens.done():
        gates = await stage.gates.quiet()
        if any(gate.point == _LANDING for gate in gates):
            return
        for gate in gates:
            gate.opened.set_result(None)
        for store in stage.stores.values():
            if store.writer.has_work:
                store.commit(BATCH_MAX)
    happens.result()


async def _outright(stage: Stage, work: Coroutine[Any, Any, None]) -> None:
    """Work that nothing else goes on beside."""
    task = asyncio.ensure_future(work)
    while not task.done():
        await stage.gates.quiet()
        for store in stage.stores.values():
            if store.writer.has_work:
                store.commit(BATCH_MAX)
    task.result()


def _people(number: int) -> tuple[world.Person, world.Person]:
    place = 3 * (number % ON_A_FILE)
    current, old, other = world.numbers(3 * ON_A_FILE)[place : place + 3]
    return world.Person("p", current, old), world.Person("q", other)


def _by_digits(people: tuple[world.Person, ...]) -> dict[str, world.Person]:
    found = {person.number.digits: person for person in people}
    return found | {person.old.digits: person for person in people if person.old}


def _sessions(
    desk: Desk, kind: str, target: str, dice: random.Random, person: world.Person, other: world.Person
) -> list[tuple[str, Any]]:
    """One reader's questions, often another's beside them, and sometimes about somebody else."""
    usual = (("whole",), ("first",), ("listing",), ("first", "later"), ("stream",))
    kinds = dice.choice(_TWO_QUESTIONS.get(target, usual))
    under = "old" if kind == "old number" else "current"
    if under == "old" and target in {CACHED, RECALLED}:
        kinds = ("whole", "whole")  # a link leads on under the current number, whose trace is another's
    readers = ["hazel", "birch"]
    if not desk.grant_id:
        dice.shuffle(readers)
    made = [("a-first", desk.session(readers[0], person, kinds, under))]
    if dice.random() < 0.3:
        made.append(("b-second", desk.session(readers[1], person, ("whole",), "current")))
    if dice.random() < 0.12:
        made.append(("c-other", desk.session(readers[0], other, ("whole",), "current")))
    return made
