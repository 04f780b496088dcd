"""All mutants over two processes, and what is left alive beside what is argued to be no fault at all."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.prove.mutants.equivalents import Equivalent, equivalents
from tests.prove.mutants.mutating import Mutant, mutants_of
from tests.prove.mutants.places import places
from tests.support.real_data import PROJECT

SHARES = 2
SECONDS_MAX = 20 * 60.0


class NotMutated(Exception):
    """The tests do not pass as they are, or a process ended before its mutants did."""


@dataclass(slots=True)
class Mutated:
    """What became of the mutants. `idle` are arguments that no living mutant matches."""

    killed: int = 0
    alive: list[str] = field(default_factory=list)
    equivalent: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def line(self) -> str:
        """The verdict's figures."""
        count = self.killed + len(self.alive) + len(self.equivalent)
        return f"mutants {count}; alive {len(self.alive)}; equivalent {len(self.equivalent)}"

    def failures(self) -> list[str]:
        """Each aim that was missed, in words."""
        return [
            *(f"alive: {mutant}" for mutant in self.alive),
            *(f"argued for nothing: {argument}" for argument in self.idle),
            *([f"took {self.seconds:.0f} s"] if self.seconds > SECONDS_MAX else []),
        ]


def mutated() -> Mutated:
    """Run everything. Raises NotMutated."""
    started_s = time.perf_counter()
    every = [mutant for place in places() for mutant in mutants_of(place)]
    found = sorted_out(every, _killers(), equivalents())
    found.seconds = time.perf_counter() - started_s
    return found


def sorted_out(
    every: Sequence[Mutant], killers: Mapping[int, str], arguments: Sequence[Equivalent]
) -> Mutated:
    """Every mutant into killed, argued and alive. A mutant that no process tried is alive."""
    found, argued = Mutated(), {one.key: one for one in arguments}
    for number, mutant in enumerate(every):
        if killers.get(number):
            found.killed += 1
        elif mutant.key in argued:
            found.equivalent.append(f"{mutant}: {argued.pop(mutant.key).because}")
        else:
            found.alive.append(str(mutant))
    found.idle = [str(one) for one in argued.values()]
    return found


def _killers() -> dict[int, str]:
    """What killed each mutant, by its number; empty where nothing did."""
    with tempfile.TemporaryDirectory(prefix="watersmeet-mutants-") as folder:
        written = [Path(folder) / f"{share}.json" for share in range(SHARES)]
        started = [_started(share, path) for share, path in enumerate(written)]
        output = [process.communicate()[0] for process in started]
        killers: dict[int, str] = {}
        for path, said in zip(written, output, strict=True):
            told = (
                json.loads(path.read_text()) if path.is_file() else {"failing": [said[-2000:]], "killers": {}}
            )
            if told["failing"]:
                raise NotMutated(f"not every test passes without a mutant: {told['failing'][:3]}")
            killers |= {int(number): killer for number, killer in told["killers"].items()}
    return killers


def _started(share: int, path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.prove.mutants.worker", str(share), str(SHARES), str(path)]
    return subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
