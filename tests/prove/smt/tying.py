"""The models beside the code: on both sides of every edge that the solver finds, both say the same."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import z3

from tests.prove.smt import by_product, models
from tests.prove.smt import statements as free

# Days since 1970 of which the calendar knows all that is asked: 2027 to 2188.
FIRST_DAY, LAST_DAY = 20_820, 79_900
EDGES_MAX = 3


@dataclass(frozen=True, slots=True)
class Tie:
    """One model with what the product makes of the same figures. `instants` and `days` name its variables."""

    name: str
    model: Callable[[ModuleType], z3.BoolRef]
    product: Callable[[Mapping[str, int]], bool]
    instants: tuple[z3.ArithRef, ...]
    days: tuple[z3.ArithRef, ...] = ()
    others: tuple[z3.ArithRef, ...] = ()


TIES = (
    Tie(
        "a grant",
        lambda by: by.grant_holds(free.NOW, free.GRANTED, free.EXPIRES, free.MINUTES, z3.BoolVal(val=False)),
        by_product.grant_holds,
        (free.NOW, free.GRANTED, free.EXPIRES),
        others=(free.MINUTES,),
    ),
    Tie(
        "a membership",
        lambda by: by.member(free.NOW, free.LIVE, free.START, free.END, free.STOPPED, free.RESUMED),
        by_product.member,
        (free.NOW,),
        (free.LIVE, free.START, free.END, free.STOPPED, free.RESUMED),
    ),
    Tie(
        "a decision not to uphold",
        lambda by: by.carve_out_opens(free.NOW, free.REVIEW),
        by_product.carve_out_opens,
        (free.NOW,),
        (free.REVIEW,),
    ),
    Tie(
        "care after a death",
        lambda by: by.care_goes_on(free.NOW, free.DIED, free.DAYS),
        by_product.care_goes_on,
        (free.NOW,),
        (free.DIED,),
        (free.DAYS,),
    ),
)


def differences(tie: Tie, by: ModuleType = models) -> Iterator[str]:
    """Figures of which model and product say otherwise. ValueError where no edge is found at all."""
    claim, compared = tie.model(by), 0
    for edge in _edges(tie, claim):
        for figures in _around(tie, edge):
            compared += 1
            expected = z3.is_true(z3.simplify(z3.substitute(claim, *_placed(figures))))
            if tie.product({str(name): value for name, value in figures.items()}) is not expected:
                yield f"{tie.name}: the model says {expected} of {figures}"
    if not compared:
        raise ValueError(f"the solver finds no edge of {tie.name}")


def _edges(tie: Tie, claim: z3.BoolRef) -> Iterator[dict[Any, int]]:
    """Some figures at which one microsecond opens, and some at which it closes."""
    before = z3.substitute(claim, (free.NOW, free.NOW - 1))
    for turning in (z3.And(claim, z3.Not(before)), z3.And(before, z3.Not(claim))):
        solver = z3.Solver()
        solver.add(turning, *_bounds(tie))
        for _ in range(EDGES_MAX):
            if solver.check() != z3.sat:
                break
            found = solver.model()
            edge = {name: found.eval(name, model_completion=True).as_long() for name in _names(tie)}
            yield edge
            solver.add(z3.Or(*(name != value for name, value in edge.items())))
            solver.add(edge[free.NOW] / models.HOUR != free.NOW / models.HOUR)


def _names(tie: Tie) -> tuple[z3.ArithRef, ...]:
    return (*tie.instants, *tie.days, *tie.others)


def _bounds(tie: Tie) -> Iterator[z3.BoolRef]:
    for name in tie.instants:
        yield z3.And(name > FIRST_DAY * models.DAY, name < LAST_DAY * models.DAY)
    for name in tie.days:
        yield z3.And(name > FIRST_DAY, name < LAST_DAY)
    for name in tie.others:
        yield z3.And(name > 1, name < 1_000)


def _around(tie: Tie, edge: Mapping[Any, int]) -> Iterator[dict[Any, int]]:
    """The edge, and one step to either side in everything at once."""
    names = _names(tie)
    for steps in itertools.product((-1, 0, 1), repeat=len(names)):
        yield {name: edge[name] + step for name, step in zip(names, steps, strict=True)}


def _placed(figures: Mapping[Any, int]) -> list[tuple[Any, z3.IntNumRef]]:
    return [(name, z3.IntVal(value)) for name, value in figures.items()]
