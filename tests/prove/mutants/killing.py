"""The fast tests, collected once, run in a fork for each mutant until one of them fails."""

from __future__ import annotations

import ast
import os
import pickle
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import pytest

from tests.prove.mutants.mutating import Mutant
from tests.prove.mutants.swapping import swap

ROOM_S = 20.0  # what a mutant may take beyond twice as long as all tests take without it
ALIVE, BY_TIME = "", "time"


@dataclass(slots=True)
class Killing:
    """A plugin that takes the place of pytest's own loop. `killers` are by the number of the mutant."""

    mutants: Sequence[Mutant]
    tell: Callable[[str], None]
    killers: dict[int, str] = field(default_factory=dict)
    failing: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    kills: dict[str, Counter[str]] = field(default_factory=dict)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """All tests as they are, and then each mutant."""
        self.failing = self._as_it_is(session)
        if not self.failing and not self._control_lives(session):
            self.failing = ["a program without any fault, put in place as a mutant is"]
        if not self.failing:
            for number, mutant in enumerate(self.mutants):
                ordered = self._ordered(session.items, mutant)
                killer = self._killer(session, ordered, mutant)
                self.killers[number] = killer
                self.kills.setdefault(mutant.place.name, Counter())[killer] += 1
                self.tell(f"{killer or 'ALIVE'} {mutant}")
        return True

    def _control_lives(self, session: pytest.Session) -> bool:
        """Whether the right program, put in place as a mutant is, passes everything: else all is in doubt."""
        return not any(
            self._killer(session, self._ordered(session.items, control), control)
            for control in self._controls()
        )

    def _controls(self) -> Iterator[Mutant]:
        for place in (self.mutants[0].place, self.mutants[-1].place):
            program = ast.parse(place.path.read_text(encoding="utf-8"))
            yield Mutant(place, "", 1, "", "", 0, partial(ast.parse, ast.unparse(program)))

    def _as_it_is(self, session: pytest.Session) -> list[str]:
        for item, following in _with_following(session.items):
            started_s, failed = time.perf_counter(), session.testsfailed
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            self.seconds[item.nodeid] = time.perf_counter() - started_s
            if session.testsfailed > failed:
                self.failing.append(item.nodeid)
        return self.failing

    def _ordered(self, items: Sequence[pytest.Item], mutant: Mutant) -> list[pytest.Item]:
        """The tests of its place: those that killed others of it first, and then the fastest."""
        kills = self.kills.get(mutant.place.name, Counter())
        own = (item for item in items if item.nodeid.partition("::")[0] in mutant.place.tests)
        return sorted(own, key=lambda item: (-kills[item.nodeid], self.seconds[item.nodeid]))

    def _killer(self, session: pytest.Session, items: list[pytest.Item], mutant: Mutant) -> str:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _die_of(session, items, mutant, writing, ROOM_S + 2 * sum(self.seconds.values()))
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            said = told.read()
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            return BY_TIME
        return str(pickle.loads(said))  # noqa: S301 - our own child's


def _with_following(items: Sequence[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item]]:
    """The last is followed by the first, so that what stands for all of them stays."""
    return zip(items, [*items[1:], items[0]], strict=True)


def _die_of(
    session: pytest.Session, items: list[pytest.Item], mutant: Mutant, writing: int, most_s: float
) -> None:
    """The child: it ends with the name of the test that failed, or with none."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, most_s)
    quiet = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(quiet, stream)
    killer = ALIVE
    try:
        swap(mutant)
        session._setupstate.teardown_exact(items[0])  # the order is another than that of the last run
        for item, following in _with_following(items):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                killer = item.nodeid
                break
    except BaseException as error:  # noqa: BLE001 - a mutant may break whatever runs it
        killer = f"{type(error).__name__} outside any test"
    os.write(writing, pickle.dumps(killer))
    os._exit(0)
