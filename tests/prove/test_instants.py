"""Bounds in time are proved for every instant, and one that is off by one is found by proof and by code."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest
import z3

from tests.prove.smt import models
from tests.prove.smt.statements import Statement, contradiction, statements
from tests.prove.smt.tying import TIES, Tie, differences

STATEMENTS = tuple(statements())


@pytest.mark.parametrize("statement", STATEMENTS, ids=[one.sentence for one in STATEMENTS])
def test_a_bound_holds_at_every_instant(statement: Statement) -> None:
    """The solver finds no figures that make the sentence false."""
    assert contradiction(statement) is None


@pytest.mark.parametrize("tie", TIES, ids=[tie.name for tie in TIES])
def test_the_code_judges_as_the_model_on_both_sides_of_every_edge(tie: Tie) -> None:
    """Whole requests are judged, one microsecond and one day to either side."""
    assert list(differences(tie)) == []


def _grant_to_its_last_instant(now: Any, granted: Any, expires: Any, minutes: Any, ended: Any) -> Any:
    return z3.And(granted <= now, now <= expires, now < granted + minutes * models.MINUTE, z3.Not(ended))


def _grant_a_minute_long(now: Any, granted: Any, expires: Any, minutes: Any, ended: Any) -> Any:
    return z3.And(granted <= now, now < expires, now <= granted + minutes * models.MINUTE, z3.Not(ended))


def _grant_after_its_first(now: Any, granted: Any, expires: Any, minutes: Any, ended: Any) -> Any:
    return z3.And(granted < now, now < expires, now < granted + minutes * models.MINUTE, z3.Not(ended))


def _over_by_winter_alone(now: Any, day: Any) -> Any:
    return day <= models.utc_day(now)


def _carve_out_on_the_day(now: Any, review: Any) -> Any:
    return review >= models.summer_day(now)


def _care_a_day_longer(now: Any, died: Any, days: Any) -> Any:
    return models.summer_day(now) - died <= days


def _member_by_winter(now: Any, live: Any, start: Any, end: Any, stopped: Any, resumed: Any) -> Any:
    return models.member(now + models.HOUR, live, start, end, stopped, resumed)


PLANTS: tuple[tuple[str, Callable[..., Any], str], ...] = (
    ("grant_holds", _grant_to_its_last_instant, "a grant"),
    ("grant_holds", _grant_a_minute_long, "a grant"),
    ("grant_holds", _grant_after_its_first, "a grant"),
    ("carve_out_opens", _carve_out_on_the_day, "a decision not to uphold"),
    ("care_goes_on", _care_a_day_longer, "care after a death"),
    ("member", _member_by_winter, "a membership"),
)


@pytest.mark.parametrize(("name", "planted", "tied"), PLANTS)
def test_a_model_that_is_off_by_one_is_contradicted_and_untied(
    name: str, planted: Callable[..., Any], tied: str
) -> None:
    """By a theorem, and by the code that does otherwise."""
    spoilt = cast("ModuleType", SimpleNamespace(**{**vars(models), name: planted}))
    assert any(contradiction(one) is not None for one in statements(spoilt))
    [tie] = [one for one in TIES if one.name == tied]
    assert next(differences(tie, spoilt), None) is not None
