"""A set of policies is held to theorems over every request, and a broken one is named with its request."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from broker.cli import run
from broker.domain.policy import PolicySet, RelationshipRule
from broker.domain.requester import RelationshipGround
from broker.policy.points import Dimension, Space, space_of
from broker.policy.proving import THEOREMS, prove
from broker.policy.situation import partners_of
from tests.support.policies import POLICIES, copy_policies, shipped_policies, usual_situation

CONFIG = str(POLICIES.parent / "config")
KINDS = frozenset({"objection", "protection", "purpose", "relationship"})


def _small_space(policies: PolicySet) -> Space:
    """The space with one role at one organisation: quick, and every kind of request is in it."""
    space = space_of(policies, policies, usual_situation())
    sections = tuple(
        replace(one, dimensions=tuple(_narrowed(dimension) for dimension in one.dimensions))
        for one in space.sections
    )
    return replace(space, sections=sections)


def _narrowed(dimension: Dimension) -> Dimension:
    if dimension.name in KINDS:
        return dimension
    wanted = {"doctor", "D99001"}
    kept = tuple(value for value in dimension.values if value.word in wanted) or dimension.values[:2]
    return replace(dimension, values=kept)


def _broken(policies: PolicySet) -> dict[str, str]:
    proved = prove(policies, _small_space(policies), partners_of(policies))
    return {theorem.sentence: example for theorem, example in proved.found if example is not None}


def test_the_shipped_policies_hold_to_every_theorem() -> None:
    """On every kind of request, of a doctor at one practice."""
    policies = shipped_policies()
    proved = prove(policies, _small_space(policies), partners_of(policies))
    assert proved.holds
    assert len(proved.found) == len(THEOREMS)
    assert proved.requests > 1_000


def test_an_objection_that_does_not_bind_is_named_with_its_request() -> None:
    """A set of policies that no file could make, so that the theorem is seen to see it."""
    policies = shipped_policies()
    rules = replace(policies.objections, ends=policies.objections.binds | policies.objections.ends)
    broken = _broken(replace(policies, objections=rules))
    assert "objection" in broken["An objection to everything, in force, stops every request."]


def test_a_purpose_beyond_care_is_named_with_its_request() -> None:
    """Research, permitted by a set of policies that no file could make."""
    policies = shipped_policies()
    opened = replace(
        policies,
        purposes=policies.purposes | {"HRESCH"},
        refused_purposes=policies.refused_purposes - {"HRESCH"},
    )
    broken = _broken(opened)
    assert "purpose HRESCH" in broken["Nobody looks but for direct care, and in a care relationship."]


@pytest.mark.parametrize("member", ["objections", "disclosure"])
def test_rules_in_error_are_named(member: str) -> None:
    """A part that is not there makes the decision fail, and that is a theorem too."""
    broken = _broken(replace(shipped_policies(), **{member: None}))
    assert "No request makes the decision fail." in broken


def test_the_command_says_which_theorems_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file at fault is complained of as everywhere; nothing is proved of it."""
    folder = copy_policies(tmp_path)
    path = folder / "roles" / "policy.yaml"
    path.write_text(path.read_text().replace("[everything]", "[everythin]", 1))
    assert run(["policy", "prove", "--config", CONFIG, "--policies", str(folder)]) == 1
    assert "Did you mean `everything`?" in capsys.readouterr().err


def test_a_relationship_of_nobody_would_be_seen() -> None:
    """The ground `none` is refused by the decision itself, whatever a set of policies says."""
    policies = shipped_policies()
    rule = RelationshipRule(ground=RelationshipGround.NONE, roles=frozenset(), alert=False)
    permitted = replace(policies, relationships={**policies.relationships, RelationshipGround.NONE: rule})
    assert not _broken(permitted)
