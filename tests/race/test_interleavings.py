"""A few hundred seeded interleavings: nothing is found, and the same seed goes the same way."""

from __future__ import annotations

import pytest

from tests.race.happenings import KINDS
from tests.race.journal import SPOTS
from tests.race.planting import PLANTS
from tests.race.playing import COMBINATIONS, NEVER_MEET
from tests.race.working import Tally, found_after, stretch

SEED = 11
ONCE_EACH = len(COMBINATIONS)


@pytest.fixture(scope="module")
def tally() -> Tally:
    """Each kind, aimed at each spot twice or more."""
    return stretch(SEED, 0, ONCE_EACH)


def test_no_promise_is_broken_in_any_order(tally: Tally) -> None:
    """No release after an acknowledgement, nobody else touched, nothing kept back that nothing closed."""
    assert tally.interleavings == ONCE_EACH
    assert not tally.promises, tally.faults


def test_every_kind_lands_in_every_phase_of_a_request(tally: Tally) -> None:
    """Before the index, tracing, asking, merging, release, later pages, kept traces and answers, documents,
    streams.
    """
    assert {(kind, spot) for kind in KINDS for spot in SPOTS} - NEVER_MEET <= set(tally.landed)


def test_what_lands_in_the_middle_ends_in_both_ways(tally: Tally) -> None:
    """Some requests are answered and some refused, some documents whole and some cut."""
    for kind in ("whole", "first", "listing", "later", "document", "stream"):
        assert tally.answers[kind, "200"], kind
        assert tally.answers[kind, "403"], kind
    assert tally.answers["document", "cut"]
    assert tally.answers["later", "410"]


def test_the_same_seed_goes_the_same_way_and_another_does_not() -> None:
    """The digest is of every step in its order."""
    first, again = stretch(SEED, 40, 30), stretch(SEED, 40, 30)
    assert (first.digest, first.answers) == (again.digest, again.answers)
    assert stretch(SEED + 1, 40, 30).digest != first.digest


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_fault_is_found(name: str) -> None:
    """Within some hundred interleavings, whichever it is."""
    assert found_after(SEED, name, 600) is not None
