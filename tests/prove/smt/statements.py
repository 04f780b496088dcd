"""Theorems about the models: each is proved where the solver finds nothing that contradicts it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

import z3

from tests.prove.smt import models

TIMEOUT_MS = 60_000
NOW, LATER, BETWEEN = z3.Ints("now later between")
GRANTED, EXPIRES, MINUTES = z3.Ints("granted expires minutes_max")
START, END, LIVE, STOPPED, RESUMED = z3.Ints("start end live stopped resumed")
REVIEW, DIED, DAYS = z3.Ints("review died days")
OFFSET = z3.Int("offset")
ENDED = z3.Bool("ended")
EITHER_CLOCK = z3.Or(OFFSET == 0, OFFSET == models.HOUR)
CLOCKS_DAY = (NOW + OFFSET) / models.DAY


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence and its claim, for all values of everything that is free in it."""

    sentence: str
    claim: z3.BoolRef


def statements(by: ModuleType = models) -> Iterator[Statement]:
    """Every theorem, about these models."""
    yield from _of_grants(by)
    yield from _of_terms(by)
    yield from _of_suspensions(by)
    yield from _of_ends(by)


def _of_grants(by: ModuleType) -> Iterator[Statement]:
    def holds(now: z3.ArithRef) -> z3.BoolRef:
        return by.grant_holds(now, GRANTED, EXPIRES, MINUTES, ENDED)

    last = z3.If(EXPIRES < GRANTED + MINUTES * by.MINUTE, EXPIRES, GRANTED + MINUTES * by.MINUTE)
    exactly = z3.And(z3.Not(ENDED), GRANTED <= NOW, last > NOW)
    yield Statement(
        "A grant holds exactly from its first instant until before its last.", holds(NOW) == exactly
    )
    yield Statement("At the instant of its end no grant holds.", z3.Not(holds(EXPIRES)))
    yield Statement(
        "At the instant at which its ground's minutes are over no grant holds.",
        z3.Not(holds(GRANTED + MINUTES * by.MINUTE)),
    )
    yield Statement("A grant that ended does not hold.", z3.Implies(ENDED, z3.Not(holds(NOW))))
    yield Statement(
        "Of a ground that allows no minute no grant holds.", z3.Implies(MINUTES <= 0, z3.Not(holds(NOW)))
    )
    yield Statement(
        "A grant does not stop and begin again.",
        z3.Implies(z3.And(NOW <= BETWEEN, BETWEEN <= LATER, holds(NOW), holds(LATER)), holds(BETWEEN)),
    )


def _of_terms(by: ModuleType) -> Iterator[Statement]:
    inside = by.within(NOW, START, END)
    exactly = z3.And(START * by.DAY <= NOW, NOW < END * by.DAY - by.HOUR)
    yield Statement(
        "A membership runs exactly from its later first to its earlier last midnight.", inside == exactly
    )
    yield Statement(
        "While a membership runs it runs by the clock of winter and by that of summer.",
        z3.Implies(z3.And(inside, EITHER_CLOCK), z3.And(START <= CLOCKS_DAY, CLOCKS_DAY < END)),
    )
    whole = by.member(NOW, LIVE, START, END, STOPPED, RESUMED)
    yield Statement(
        "A party counts only where phase and membership have both begun.",
        z3.Implies(whole, z3.And(LIVE * by.DAY <= NOW, START * by.DAY <= NOW)),
    )
    yield Statement("A membership of no day never runs.", z3.Implies(END <= START, z3.Not(inside)))


def _of_suspensions(by: ModuleType) -> Iterator[Statement]:
    closed = by.suspended(NOW, START, END)
    exactly = z3.And(START * by.DAY - by.HOUR <= NOW, NOW < END * by.DAY)
    yield Statement(
        "A suspension runs exactly from its earlier first to its later last midnight.", closed == exactly
    )
    yield Statement(
        "On a suspended day by either clock the party is suspended.",
        z3.Implies(z3.And(EITHER_CLOCK, START <= CLOCKS_DAY, CLOCKS_DAY < END), closed),
    )
    whole = by.member(NOW, LIVE, START, END, STOPPED, RESUMED)
    yield Statement(
        "A suspended party does not count, whatever its membership.",
        z3.Implies(by.suspended(NOW, STOPPED, RESUMED), z3.Not(whole)),
    )


def _of_ends(by: ModuleType) -> Iterator[Statement]:
    opens, open_later = by.carve_out_opens(NOW, REVIEW), by.carve_out_opens(LATER, REVIEW)
    yield Statement(
        "A decision not to uphold opens exactly until the earlier midnight of its review.",
        opens == (NOW < REVIEW * by.DAY - by.HOUR),
    )
    yield Statement("A review that is due stays due.", z3.Implies(z3.And(NOW <= LATER, open_later), opens))
    cares, cares_later = by.care_goes_on(NOW, DIED, DAYS), by.care_goes_on(LATER, DIED, DAYS)
    yield Statement(
        "Care ends exactly at the earlier midnight of the day that is so many days after the death.",
        cares == (NOW < (DIED + DAYS) * by.DAY - by.HOUR),
    )
    yield Statement(
        "While care goes on fewer days have passed since the death by either clock.",
        z3.Implies(z3.And(cares, EITHER_CLOCK), CLOCKS_DAY - DIED < DAYS),
    )
    yield Statement("Care that has ended stays ended.", z3.Implies(z3.And(NOW <= LATER, cares_later), cares))


def contradiction(statement: Statement) -> z3.ModelRef | None:
    """Values that make the sentence false; None where it is proved. ValueError when the solver gives up."""
    solver = z3.Solver()
    solver.set("timeout", TIMEOUT_MS)
    solver.add(z3.Not(statement.claim))
    answer = solver.check()
    if answer == z3.unknown:
        raise ValueError(f"neither proved nor contradicted: {statement.sentence}")
    return solver.model() if answer == z3.sat else None
