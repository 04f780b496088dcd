"""Blocks into pieces for two processes, and what they found into one."""

from __future__ import annotations

import multiprocessing
from array import array
from collections.abc import Iterable, Iterator

from tests.prove.dimensions.registered import SETS
from tests.prove.outcomes import Table
from tests.prove.space import Block
from tests.prove.theorems import OF_TWO
from tests.prove.theorems.statement import PairTheorem
from tests.prove.walking import Found, Walk, told

PROCESSES = 2
PIECE = 2_000  # requests that one process judges before it takes the next
_Task = tuple[Block, int]
_walk: list[Walk] = []


def walked(walk: Walk, blocks: Iterable[Block]) -> Iterator[tuple[Block, Found]]:
    """Each block whole, in order, also where its pieces were judged by different processes."""
    _walk[:] = [walk]
    every = tuple(blocks)
    tasks = [(block, at) for block in every for at in range(0, block.requests, PIECE)]
    with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
        pieces = pool.imap(_piece, tasks)
        for block in every:
            found = merged(next(pieces) for _ in range(0, block.requests, PIECE))
            compare_pairs(block, found)
            yield block, found


def _piece(task: _Task) -> Found:
    block, at = task
    return _walk[0].through(block, range(at, min(at + PIECE, block.requests)))


def merged(pieces: Iterable[Found]) -> Found:
    """One, with the outcomes numbered anew."""
    whole, table = Found(), Table()
    for piece in pieces:
        numbers = [table.number_of(opened) for opened in piece.every]
        renumbered = (array("I", map(numbers.__getitem__, column)) for column in piece.outcomes)
        if whole.outcomes:
            for column, more in zip(whole.outcomes, renumbered, strict=True):
                column.extend(more)
        else:
            whole.outcomes = tuple(renumbered)
        whole.points += piece.points
        whole.mismatches += piece.mismatches
        for text in piece.shown:
            whole.tell(text)
        for sentence, places in piece.breaches.items():
            for place in places:
                whole.breach(sentence, place)
    whole.every = table.every
    return whole


def compare_pairs(block: Block, found: Found) -> int:
    """Add to `found` where a stricter word opens more; how many pairs of points were compared."""
    table, compared = Table(found.every), 0
    for theorem in OF_TWO:
        for values in _pairs(theorem, block):
            compared += _compare(theorem, block, values, found, table)
    return compared


def _pairs(theorem: PairTheorem, block: Block) -> Iterator[tuple[str, str]]:
    values = block.varied.get(theorem.dimension, ())
    yield from (
        (stricter, looser)
        for stricter in values
        for looser in theorem.looser_than(stricter)
        if looser in values
    )


def _compare(theorem: PairTheorem, block: Block, values: tuple[str, str], found: Found, table: Table) -> int:
    step, size = block.step_of(theorem.dimension), len(block.varied[theorem.dimension])
    one, other = (block.varied[theorem.dimension].index(value) * step for value in values)
    compared = 0
    for registered, column in zip(SETS[block.partners], found.outcomes, strict=True):
        if not theorem.at(registered.partner):
            continue
        for start in range(0, len(column), step * size):
            pairs = zip(
                column[start + one : start + one + step],
                column[start + other : start + other + step],
                strict=True,
            )
            compared += step
            if not all(table.no_more(*pair) for pair in set(pairs)):
                where = told(block, block.values_at(start + one))
                found.breach(
                    theorem.sentence, f"{where}: {registered.partner}: beside {values[1]}, from there on"
                )
    return compared
