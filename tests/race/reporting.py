"""Everything that was played and measured into what is printed, what is written as JSON, and the verdict."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.race.four_brokers import BROKERS
from tests.race.happenings import KINDS
from tests.race.journal import SPOTS
from tests.race.planting import PLANTS
from tests.race.playing import NEVER_MEET
from tests.race.rounds import Rounds
from tests.race.working import Tally

REFUSED_WITHIN_MS = 1_000


@dataclass(frozen=True, slots=True)
class Aims:
    """How much is wanted: interleavings, of them at each spot for each kind, and rounds of real processes."""

    interleavings: int
    played: int
    at_each_spot: int
    rounds: int


@dataclass(slots=True)
class Report:
    """What one run found. `planted` says after how many interleavings each was found; None is never."""

    seed: int
    aims: Aims
    tally: Tally = field(default_factory=Tally)
    planted: dict[str, int | None] = field(default_factory=dict)
    rounds: Rounds = field(default_factory=Rounds)
    took_s: float = 0.0

    @property
    def found(self) -> int:
        """How many of the planted faults."""
        return sum(after is not None for after in self.planted.values())

    def failures(self) -> Iterator[str]:
        """Each aim that was missed, in words."""
        tally, aims = self.tally, self.aims
        if tally.interleavings < aims.interleavings:
            yield f"{tally.interleavings} interleavings, at least {aims.interleavings} are wanted"
        for promise, count in sorted(tally.promises.items()):
            yield f"{promise}: {count} times"
        for kind in KINDS:
            for spot in SPOTS:
                if (kind, spot) in NEVER_MEET:
                    continue
                landed = tally.landed[kind, spot]
                if landed < aims.at_each_spot:
                    yield f"{kind} landed {landed} times at {spot}, at least {aims.at_each_spot} are wanted"
        for name in PLANTS:
            if self.planted.get(name) is None:
                yield f"the planted fault {name} was not found"
        yield from self._of_rounds()

    def _of_rounds(self) -> Iterator[str]:
        rounds = self.rounds
        if rounds.rounds < self.aims.rounds:
            yield f"{rounds.rounds} rounds of {BROKERS} processes, at least {self.aims.rounds} are wanted"
        if rounds.answered_after:
            yield f"{rounds.answered_after} requests that began after the command returned were answered"
        if rounds.disclosed_after:
            yield f"{rounds.disclosed_after} disclosures stand between an objection and its withdrawal"
        if rounds.max_ms > REFUSED_WITHIN_MS:
            yield f"refused {rounds.max_ms:.0f} ms after the command, within {REFUSED_WITHIN_MS} is wanted"


def lines(report: Report) -> Iterator[str]:
    """The report as it is printed; the last line is the verdict's."""
    tally = report.tally
    yield f"{'landed':20}" + "".join(f"{spot:>18}" for spot in SPOTS)
    for kind in KINDS:
        yield f"{kind:20}" + "".join(f"{tally.landed[kind, spot]:18}" for spot in SPOTS)
    for kind, answers in _answers(tally).items():
        yield f"answers       {kind}: " + "; ".join(f"{status} {count}" for status, count in answers.items())
    yield f"order         seed {report.seed}; digest {tally.digest}; requests {tally.requests}"
    for name, after in report.planted.items():
        found = "not found" if after is None else f"found after {after}"
        yield f"planted       {name}: {found}"
    yield from (f"broken        {number}: {fault.promise}: {fault.said}" for number, fault in tally.faults)
    yield from (f"failed        {failure}" for failure in report.failures())
    yield f"planted faults: {len(report.planted)}; found {report.found}"
    yield _of_rounds(report.rounds)
    yield f"race: interleavings {tally.interleavings}; releases after acknowledgement {tally.released}"


def _of_rounds(rounds: Rounds) -> str:
    return (
        f"{BROKERS} processes on one store: objections {rounds.rounds}; from the command's return to refusal "
        f"median {rounds.median_ms:.0f} ms, max {rounds.max_ms:.0f} ms; answered after it "
        f"{rounds.answered_after}; disclosures after acknowledgement {rounds.disclosed_after}"
    )


def _answers(tally: Tally) -> Mapping[str, Mapping[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (kind, status), count in sorted(tally.answers.items()):
        found.setdefault(kind, {})[status] = count
    return found


def write(report: Report, path: Path) -> None:
    """The same as JSON."""
    tally, rounds = report.tally, report.rounds
    found = {
        "seed": report.seed,
        "took_s": round(report.took_s, 1),
        "interleavings": tally.interleavings,
        "requests": tally.requests,
        "releases_after_acknowledgement": tally.released,
        "promises_broken": dict(tally.promises),
        "landed": {kind: {spot: tally.landed[kind, spot] for spot in SPOTS} for kind in KINDS},
        "answers": _answers(tally),
        "digest": tally.digest,
        "planted": report.planted,
        "processes": {
            "brokers": BROKERS,
            "objections": rounds.rounds,
            "refused_after_ms_median": round(rounds.median_ms, 1),
            "refused_after_ms_max": round(rounds.max_ms, 1),
            "answered_after": rounds.answered_after,
            "disclosed_after": rounds.disclosed_after,
            "statuses": {str(status): count for status, count in rounds.statuses.items()},
            "commands_refused": rounds.commands_refused,
        },
        "failures": list(report.failures()),
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
