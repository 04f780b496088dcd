"""A stretch of numbers to a tally of what was played: where everything landed, and what was found wrong."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import structlog

from broker.app import keep_collector_out
from tests.race.judge import RELEASED, Fault, Ledger, judged
from tests.race.planting import planted
from tests.race.playing import ON_A_FILE, Played, played
from tests.race.staging import staged
from tests.race.stepping import SteppedLoop

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory; the files are made privately in it
_KEPT_MAX = 20


@dataclass(slots=True)
class Tally:
    """`landed` counts by kind and spot, `answers` by kind and status; `digest` is of every order played."""

    interleavings: int = 0
    requests: int = 0
    landed: Counter[tuple[str, str]] = field(default_factory=Counter)
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    promises: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[int, Fault]] = field(default_factory=list)
    digest: str = ""

    @property
    def released(self) -> int:
        """Releases after acknowledgement."""
        return self.promises[RELEASED]

    def add(self, one: Played, faults: list[Fault]) -> None:
        """One interleaving more."""
        self.interleavings += 1
        self.requests += len(one.heard)
        self.landed.update((one.happening.kind, spot) for spot in one.spots)
        self.answers.update((heard.kind, "cut" if heard.cut else str(heard.status)) for heard in one.heard)
        self.promises.update(fault.promise for fault in faults)
        self.faults += [(one.number, fault) for fault in faults][: _KEPT_MAX - len(self.faults)]
        self.digest = _chained(self.digest, one.digest)

    def join(self, other: Tally) -> None:
        """A later stretch's."""
        self.interleavings += other.interleavings
        self.requests += other.requests
        self.landed.update(other.landed)
        self.answers.update(other.answers)
        self.promises.update(other.promises)
        self.faults += other.faults[: _KEPT_MAX - len(self.faults)]
        self.digest = _chained(self.digest, other.digest)


def _chained(before: str, after: str) -> str:
    return hashlib.blake2b((before + after).encode(), digest_size=16).hexdigest()


def stretch(seed: int, first: int, count: int, *, until_fault: bool = False) -> Tally:
    """Play the numbers from `first` on, on a new file for each `ON_A_FILE` of them."""
    with quiet(), asyncio.Runner(loop_factory=SteppedLoop) as runner:
        return runner.run(_stretch(seed, first, count, until_fault=until_fault))


def in_a_process(seed: int, first: int, count: int) -> Tally:
    """The same as the work of a process of its own."""
    _collector_out()
    return stretch(seed, first, count)


@cache
def _collector_out() -> None:
    keep_collector_out()


def found_after(seed: int, name: str, most: int) -> int | None:
    """After how many interleavings, at most so many, the planted fault was found; None is never."""
    with planted(name):
        tally = stretch(seed, 0, most, until_fault=True)
    return tally.interleavings if tally.faults else None


async def _stretch(seed: int, first: int, count: int, *, until_fault: bool) -> Tally:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SteppedLoop)
    tally = Tally()
    for start in range(first, first + count, ON_A_FILE):
        with tempfile.TemporaryDirectory(prefix="watersmeet-race-", dir=_fast_folder()) as folder:
            async with staged(loop, Path(folder)) as stage:
                ledger = Ledger(stage.path)
                for number in range(start, min(start + ON_A_FILE, first + count)):
                    one = await played(stage, seed, number)
                    tally.add(one, judged(one, ledger.new()))
                    if until_fault and tally.faults:
                        return tally
    return tally


def _fast_folder() -> str | None:
    """In memory where there is such a place: a file all the same, and nobody waits for a disk."""
    return str(_IN_MEMORY) if os.access(_IN_MEMORY, os.W_OK) else None


@contextmanager
def quiet() -> Iterator[None]:
    """Without the log lines of what is meant to happen."""
    before = structlog.get_config() if structlog.is_configured() else None
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.reset_defaults()
        if before is not None:
            structlog.configure(**before)
