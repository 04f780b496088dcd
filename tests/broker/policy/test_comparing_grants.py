"""Every change of the emergency access policy is an opening one way and a closing the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.emergency import EmergencyAccessRules
from broker.domain.grant import EmergencyGround
from broker.domain.policy import DIRECT_CARE, PolicySet
from broker.domain.requester import RelationshipGround
from broker.policy.comparing import Comparison, compare
from broker.policy.points import Section, Space, space_of
from broker.policy.situation import partners_of
from tests.support.policies import shipped_policies, usual_situation

pytestmark = pytest.mark.long

Change = Callable[[EmergencyAccessRules], EmergencyAccessRules]
GROUNDS = tuple(EmergencyGround)
PARTNERS = tuple(
    one for one in partners_of(shipped_policies()) if one.partner_id in {"addenbury", "ousebank"}
)


def _compared(old: PolicySet, new: PolicySet, only: str = "") -> Comparison:
    """On the sections of emergency access as the whole space has them, with grants of `only` one ground."""
    space = space_of(old, new, usual_situation())
    sections = tuple(_of(one, only) for one in space.sections if one.title.startswith("emergency access"))
    return compare(old, new, Space(space.usual, sections), PARTNERS)


def _of(section: Section, ground: str) -> Section:
    """`section` with the grants of one ground."""
    dimensions = (
        replace(one, values=tuple(value for value in one.values if value.word.startswith(ground)))
        if one.name == "grant"
        else one
        for one in section.dimensions
    )
    return replace(section, dimensions=tuple(dimensions))


def _ground(ground: EmergencyGround, **changes: Any) -> Change:
    """The rule of one ground with these members changed; a member may say how from what it was."""

    def change(rules: EmergencyAccessRules) -> EmergencyAccessRules:
        rule = rules.grounds[ground]
        made = {name: to(getattr(rule, name)) if callable(to) else to for name, to in changes.items()}
        return replace(rules, grounds={**rules.grounds, ground: replace(rule, **made)})

    return change


def _without(ground: EmergencyGround) -> Change:
    return lambda rules: replace(
        rules, grounds={name: rule for name, rule in rules.grounds.items() if name != ground}
    )


def _changed(change: Change) -> PolicySet:
    policies = shipped_policies()
    return replace(policies, emergency_access=change(policies.emergency_access))


def _narrower(ground: EmergencyGround) -> dict[str, Change]:
    """Each way to make one ground stricter."""
    rule = shipped_policies().emergency_access.grounds[ground]
    ways = {
        "the ground dropped": _without(ground),
        "a minute shorter": _ground(ground, minutes_max=lambda most: most - 1),
        "witnessed": _ground(ground, witnessed=True),
    }
    for member in ("roles", "relationships", "purposes", "opens"):
        word = min(getattr(rule, member))
        ways[f"{member} without {word}"] = _ground(ground, **{member: lambda had, word=word: had - {word}})
    if rule.witnessed:
        del ways["witnessed"]
    return ways


STRICTER = {f"{ground}: {way}": change for ground in GROUNDS for way, change in _narrower(ground).items()} | {
    "longer words why": lambda rules: replace(rules, text_characters_min=rules.text_characters_min + 1)
}


@pytest.mark.parametrize("change", STRICTER.values(), ids=STRICTER.keys())
def test_what_makes_a_ground_stricter_closes_and_taken_back_opens(change: Change) -> None:
    """A role, a relationship, a purpose, a category, a minute, a character, a witness, the ground itself."""
    policies, stricter = shipped_policies(), _changed(change)
    found, back = _compared(policies, stricter), _compared(stricter, policies)
    assert found.closed
    assert not found.opens
    assert found.rules == ("emergency_access",)
    assert back.opens
    assert (back.cells_opened, back.cells_closed) == (found.cells_closed, 0)


def test_a_witness_that_is_no_longer_needed_is_an_opening() -> None:
    """It opens to whoever names none, and to nobody else."""
    ground = EmergencyGround.PERSON_ASKS_NOW
    found = _compared(shipped_policies(), _changed(_ground(ground, witnessed=False)), ground)
    assert {change.where["grant"] for change in found.opened} == {(f"{ground}, without a witness",)}
    assert not found.closed


def test_a_receptionist_who_may_state_a_ground_is_found() -> None:
    """And nobody else is."""
    ground = EmergencyGround.SAFEGUARDING
    found = _compared(shipped_policies(), _changed(_ground(ground, roles=lambda had: had | {"receptionist"})))
    assert {change.role for change in found.opened} == {"receptionist"}
    assert not found.closed


@pytest.mark.parametrize("more", [1, 30, 60 * 24 * 365])
def test_a_ground_that_holds_longer_opens_its_last_minute_alone(more: int) -> None:
    """Whatever the length: the last minute of either revision and the first after it stand in the space."""
    ground = EmergencyGround.RISK_TO_LIFE
    most = shipped_policies().emergency_access.grounds[ground].minutes_max
    found = _compared(shipped_policies(), _changed(_ground(ground, minutes_max=most + more)), ground)
    words = {word for change in found.opened for word in change.where["grant"]}
    assert words == {f"{ground}, {ago} minutes ago" for ago in (most, most + more - 1)}
    assert not found.closed


def test_shorter_words_why_open_every_ground() -> None:
    """And nothing for grants whose words were long enough."""
    policies = shipped_policies()
    shorter = replace(policies, emergency_access=replace(policies.emergency_access, text_characters_min=5))
    found, back = _compared(policies, shorter), _compared(shorter, policies)
    words = {word for change in found.opened for word in change.where["grant"]}
    assert words == {f"{ground}, in {length} characters" for ground in GROUNDS for length in (5, 19)}
    assert not found.closed
    assert (back.cells_closed, back.opens) == (found.cells_opened, False)


def test_a_part_that_a_ground_gives_back_is_an_opening() -> None:
    """Of an objection to one item no cell moves, and still more is shown."""
    ground = EmergencyGround.RISK_OF_HARM
    policies, wider = (
        shipped_policies(),
        _changed(_ground(ground, opens=lambda had: had | {Category.RESULTS})),
    )
    found = _compared(policies, wider, ground)
    told = {change.what: change.where["objection"] for change in found.tells_more}
    assert told == {"withholds is another": ("to one item",)}


def test_a_ground_for_everybody_and_everything_opens_no_more_than_a_request_without_objections() -> None:
    """Nobody whom the policies let look at nothing sees anything, however wide the ground."""
    policies = shipped_policies()
    wide: dict[str, Any] = {
        "roles": frozenset(policies.groups),
        "relationships": frozenset(RelationshipGround),
        "purposes": frozenset(DIRECT_CARE),
        "opens": frozenset(Category),
    }
    ground = EmergencyGround.RISK_TO_LIFE
    found = _compared(policies, _changed(_ground(ground, **wide)), ground)
    roles = {change.role for change in found.opened}
    assert roles
    assert roles.isdisjoint({"no role", "privacy-officer", "unknown-to-all"})


def test_an_alert_of_emergency_access_does_not_hide_that_another_is_dropped() -> None:
    """Whoever claims the relationship and states an emergency is heard of twice."""
    policies = shipped_policies()
    claimed = replace(policies.relationships[RelationshipGround.SELF_CLAIMED], alert=False)
    relationships = {**policies.relationships, RelationshipGround.SELF_CLAIMED: claimed}
    found = _compared(policies, replace(policies, relationships=relationships), "risk-to-life")
    assert {change.what for change in found.tells_more} == {"a privacy officer is no longer alerted"}
    assert not found.opened
