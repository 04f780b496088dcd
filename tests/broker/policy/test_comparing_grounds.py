"""What a ground not to uphold may open, more or less of it, is found when two revisions are compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.policy import Ground, PolicySet
from broker.policy.comparing import Comparison, compare
from broker.policy.points import Section, Space, space_of
from broker.policy.situation import partners_of
from tests.support.policies import shipped_policies, usual_situation

ADDENBURY = tuple(one for one in partners_of(shipped_policies()) if one.partner_id == "addenbury")


def _changed(ground: Ground, **changes: Any) -> PolicySet:
    policies = shipped_policies()
    grounds = policies.objections.grounds
    changed = {**grounds, ground: replace(grounds[ground], **changes)}
    return replace(policies, objections=replace(policies.objections, grounds=changed))


def _compared(old: PolicySet, new: PolicySet) -> Comparison:
    """Each role with each objection, as the whole space has them."""
    space = space_of(old, new, usual_situation())
    section = next(one for one in space.sections if one.title == "objections")
    kept = tuple(one for one in section.dimensions if one.name in {"role", "objection"})
    return compare(old, new, Space(space.usual, (Section("a test's", kept),)), ADDENBURY)


@pytest.mark.parametrize("ground", Ground)
@pytest.mark.parametrize("member", ["to", "opens"])
def test_a_role_or_category_fewer_closes_and_one_more_opens(ground: Ground, member: str) -> None:
    """Of this ground's objections alone, whichever way round."""
    policies = shipped_policies()
    had = getattr(policies.objections.grounds[ground], member)
    taken = "doctor" if member == "to" else Category.PROBLEMS
    fewer = _changed(ground, **{member: had - {taken}})
    found, back = _compared(policies, fewer), _compared(fewer, policies)
    assert {change.where["objection"] for change in found.closed} == {(f"not upheld for {ground}",)}
    assert {str(taken)} == {change.role if member == "to" else change.what for change in found.closed}
    assert not found.opens
    assert (back.cells_opened, back.cells_closed) == (found.cells_closed, 0)


def test_who_decides_and_when_it_is_reviewed_is_named_and_opens_no_cell() -> None:
    """What binds the desk and not a decision is a part of the policies that differs, and no more."""
    found = _compared(shipped_policies(), _changed(Ground.SAFEGUARDING, review_within_days=365))
    assert found.rules == ("objections",)
    assert not found.opens
    assert not found.closed
