"""What holds of every decision, each in one sentence with the function that looks for its breach."""

from __future__ import annotations

from tests.prove.theorems import compiled, form, opening, pairs, refusing, staying
from tests.prove.theorems.statement import PairTheorem, Theorem

OF_ONE: tuple[Theorem, ...] = (
    *opening.THEOREMS,
    *refusing.THEOREMS,
    *form.THEOREMS,
    *staying.THEOREMS,
    *compiled.THEOREMS,
)
OF_TWO: tuple[PairTheorem, ...] = pairs.THEOREMS
