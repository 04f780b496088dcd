from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.decision import Naming
from broker.domain.governance import Governance
from broker.domain.objection import ObjectionState
from broker.domain.policy import DIRECT_CARE, Party, PolicySet, RoleGroup
from broker.domain.requester import RelationshipGround
from broker.policy.comparing import compare
from broker.policy.points import space_of
from broker.policy.situation import partners_of
from tests.support.compared import compared, space, with_party
from tests.support.policies import shipped_policies, usual_situation

Cells = set[tuple[str, str, str]]
DISCLOSED = "disclosure"


def _cells(changes: tuple[Any, ...]) -> Cells:
    return {(one.role, one.partner_id, one.what) for one in changes}


def _with_group(changed: RoleGroup) -> PolicySet:
    policies = shipped_policies()
    return replace(
        policies,
        national_roles={
            word: changed if one.group_id == changed.group_id else one
            for word, one in policies.national_roles.items()
        },
        local_roles={
            word: changed if one.group_id == changed.group_id else one
            for word, one in policies.local_roles.items()
        },
    )


def _closed_to(group: str, party: Party) -> bool:
    """Whether all that the party holds is of a class that this group may not see."""
    names = {party.partner_id} | party.also
    return any(
        rule.sources & names and group not in rule.roles
        for rule in shipped_policies().sensitive.classes.values()
    )


# A line is a second. A practice with two registrations, a council, a clinic whose every item is of a class.
QUICK = {"fen-edge-practice", "city-council", "harbour-clinic"}


def _suppliers() -> Iterator[Party]:
    return (party for party in shipped_policies().parties if party.partner_id is not None)


def _lines() -> Iterator[Any]:
    for party in _suppliers():
        marks = () if party.party_id in QUICK else pytest.mark.long
        yield pytest.param(party, id=party.party_id, marks=marks)


def _registrations(party: Party) -> set[str]:
    return {str(party.partner_id)} | set(party.also)


@pytest.mark.parametrize("party", list(_lines()))
def test_each_line_of_the_agreement_is_found_cell_by_cell(party: Party) -> None:
    """To give or take one category, from one party, for one role group, opens or closes exactly that."""
    for group in shipped_policies().groups.values():
        for category in Category:
            seen = party.seen.get(group.group_id, frozenset())
            changed = replace(party, seen={**party.seen, group.group_id: seen ^ {category}})
            found = compared(with_party(changed), "role", "practice")
            reaches = category in group.categories and not _closed_to(group.group_id, party)
            expected = {(group.group_id, one, str(category)) for one in _registrations(party)}
            assert _cells(found.closed) == (expected if reaches and category in seen else set())
            assert _cells(found.opened) == (expected if reaches and category not in seen else set())
            assert not found.tells_more


@pytest.mark.parametrize("group", list(shipped_policies().groups.values()), ids=lambda group: group.group_id)
def test_each_category_of_a_role_group_is_found_cell_by_cell(group: RoleGroup) -> None:
    """To give or take one category for a role group opens or closes it where a party agrees, only there."""
    for category in Category:
        had = category in group.categories
        found = compared(
            _with_group(replace(group, categories=group.categories ^ {category})), "role", "practice"
        )
        expected = {
            (group.group_id, one, str(category))
            for party in _suppliers()
            if category in party.seen.get(group.group_id, frozenset())
            and not _closed_to(group.group_id, party)
            for one in _registrations(party)
        }
        assert _cells(found.closed) == (expected if had else set())
        assert _cells(found.opened) == (set() if had else expected)


@pytest.mark.parametrize("purpose", sorted(DIRECT_CARE))
def test_a_refused_purpose_closes_that_purpose_alone(purpose: str) -> None:
    """Each permitted purpose, refused, closes cells of this purpose; the other way round it opens them."""
    policies = shipped_policies()
    refusing = replace(
        policies,
        purposes=policies.purposes - {purpose},
        refused_purposes=policies.refused_purposes | {purpose},
    )
    found = compared(refusing, "role", "purpose")
    assert {change.where["purpose"] for change in found.closed} == {(purpose,)}
    assert not found.opens
    asked = space(refusing, "role", "purpose")
    back = compare(refusing, policies, asked, partners_of(policies))
    assert _cells(back.opened) == _cells(found.closed)
    assert not back.closed


@pytest.mark.parametrize("ground", sorted(shipped_policies().relationships))
def test_a_refused_relationship_closes_that_relationship_alone(ground: RelationshipGround) -> None:
    """Each permitted ground, refused, closes cells of this ground."""
    policies = shipped_policies()
    kept = {name: rule for name, rule in policies.relationships.items() if name is not ground}
    found = compared(replace(policies, relationships=kept), "role", "relationship")
    assert {change.where["relationship"] for change in found.closed} == {(str(ground),)}
    assert not found.opens


def test_a_relationship_for_everybody_opens_it_for_those_who_had_it_not() -> None:
    """A receptionist who may say so himself is found, with the relationship that opens."""
    policies = shipped_policies()
    rule = replace(policies.relationships[RelationshipGround.SELF_CLAIMED], roles=frozenset())
    kept = {**policies.relationships, RelationshipGround.SELF_CLAIMED: rule}
    found = compared(replace(policies, relationships=kept), "role", "relationship")
    assert {change.role for change in found.opened} == {"receptionist", "clinical-admin"}
    assert {change.where["relationship"] for change in found.opened} == {("self-claimed",)}
    assert not found.closed


def test_an_alert_that_is_dropped_is_an_opening() -> None:
    """No cell opens, and yet a privacy officer hears no more."""
    policies = shipped_policies()
    rule = replace(policies.relationships[RelationshipGround.SELF_CLAIMED], alert=False)
    kept = {**policies.relationships, RelationshipGround.SELF_CLAIMED: rule}
    found = compared(replace(policies, relationships=kept), "role", "relationship")
    assert not found.opened
    assert found.opens
    assert {change.what for change in found.tells_more} == {"a privacy officer is no longer alerted"}


def test_a_party_that_may_look_opens_for_its_organisation_alone() -> None:
    """The integrated care board, let in, is named with its organisation."""
    board = next(party for party in shipped_policies().parties if party.party_id == "integrated-care-board")
    found = compared(with_party(replace(board, may_view=True)), "role", "organisation")
    assert {change.where["organisation"] for change in found.opened} == {("QX9",)}
    assert not found.closed


def test_a_membership_that_ends_closes_from_that_day() -> None:
    """The day before stays open: the days on which a rule ends are in the space."""
    policies = shipped_policies()
    party = next(party for party in policies.parties if party.party_id == "papermill")
    end = usual_situation().day.replace(day=20)
    ending = with_party(replace(party, term=replace(party.term, end=end)))
    found = compared(ending, "role", "day")
    assert {change.where["day"] for change in found.closed} == {("2026-11-20",)}
    assert "2026-11-19" in {words["day"] for words, _ in space(ending, "day").points()}
    assert not found.opens


def test_care_that_ends_later_opens_the_days_between() -> None:
    """Each number of days after a death stands in the space, with the day before it."""
    policies = shipped_policies()
    found = compared(replace(policies, care_ends_days_after_death=35), "role", "death")
    assert {change.where["death"] for change in found.opened} == {("28 days ago", "34 days ago")}


@pytest.mark.parametrize("state", sorted(shipped_policies().objections.binds))
def test_an_objection_that_no_longer_binds_opens_what_it_held(state: ObjectionState) -> None:
    """Each binding state, made to end, is found with the objections of this state."""
    policies = shipped_policies()
    rules = policies.objections
    ending = replace(rules, binds=rules.binds - {state}, ends=rules.ends | {state})
    found = compared(replace(policies, objections=ending), "role", "objection")
    assert all(str(state) in change.where["objection"] for change in found.opened)
    assert found.opened
    assert not found.closed


def test_a_ground_that_is_dropped_closes_what_it_opened() -> None:
    """Objections not upheld on the other grounds stay as they were."""
    policies = shipped_policies()
    kept = {name: one for name, one in policies.objections.grounds.items() if name != "public-interest"}
    rules = replace(policies.objections, grounds=kept)
    found = compared(replace(policies, objections=rules), "role", "objection")
    assert {change.where["objection"] for change in found.closed} == {("not upheld for public-interest",)}
    assert not found.opens


def test_staff_who_hear_of_an_objection_to_them_is_an_opening() -> None:
    """What a refused caller is told counts although no cell moves."""
    policies = shipped_policies()
    rules = replace(policies.objections, tells_staff=True)
    found = compared(replace(policies, objections=rules), "role", "objection")
    assert (found.cells_opened, found.cells_closed) == (0, 0)
    assert {change.where["objection"] for change in found.tells_more} == {("to this member of staff",)}
    assert found.opens


def test_a_register_that_somebody_reads_now_is_an_opening() -> None:
    """And one that nobody reads any more is told less; no cell moves."""
    policies = shipped_policies()
    silent = replace(policies, objections=replace(policies.objections, governance=Governance()))
    asked = space(silent, "role", "purpose")
    comparison = compare(silent, policies, asked, partners_of(policies))
    told = {(one.role, one.what) for one in comparison.tells_more}
    assert told == {("privacy-officer", "reads the register of objections")}
    assert comparison.opens
    assert comparison.cells_opened == comparison.cells_closed == 0
    again = compared(silent, "role", "purpose")
    assert {one.what for one in again.tells_less} == {"no longer reads the register of objections"}
    assert not again.opens


def test_an_emergency_for_more_people_opens_protected_records() -> None:
    """A pharmacist who may open a protected person's record is found."""
    policies = shipped_policies()
    emergency = policies.disclosure.emergency
    assert emergency is not None
    wider = replace(emergency, roles=emergency.roles | {"pharmacist"})
    disclosure = replace(policies.disclosure, emergency=wider)
    found = compared(replace(policies, disclosure=disclosure), "role", "purpose", "protection")
    assert {change.role for change in found.opened} == {"pharmacist"}
    assert {change.where["purpose"] for change in found.opened} == {("ETREAT",)}
    assert not found.closed


def test_a_clinic_that_is_no_longer_veiled_is_told_of() -> None:
    """A naming that is less strict opens, and one that is stricter closes."""
    policies = shipped_policies()
    plain = replace(policies, disclosure=replace(policies.disclosure, naming={}))
    found = compared(plain, "role")
    assert {(change.partner_id, change.what) for change in found.tells_more} == {
        ("harbour-clinic", "naming was veiled, is plain")
    }
    veiled = replace(policies, disclosure=replace(policies.disclosure, otherwise=Naming.VEILED))
    stricter = compared(veiled, "role")
    assert stricter.tells_less
    assert not stricter.opens


def test_a_class_that_is_opened_to_a_role_is_an_opening() -> None:
    """Nobody else's hidden classes are said to change, and the other way round it is a closing."""
    policies = shipped_policies()
    name, rule = next((n, r) for n, r in policies.sensitive.classes.items() if n == "hiv")
    wider = replace(rule, roles=rule.roles | {"receptionist"}, relationships=frozenset(RelationshipGround))
    changed = replace(policies.sensitive, classes={**policies.sensitive.classes, name: wider})
    opening = replace(policies, sensitive=changed)
    found = compared(opening, "role")
    assert ("receptionist", "addenbury", "no longer hides hiv") in _cells(found.tells_more)
    assert {change.role for change in found.tells_more} == {"receptionist"}
    back = compare(opening, policies, space(opening, "role"), partners_of(policies))
    assert back.tells_less
    assert not back.opens


def test_a_decision_that_fails_is_never_called_unchanged() -> None:
    """Where deciding ends in an error nothing is known, and not knowing counts as an opening."""
    broken: Any = replace(shipped_policies(), relationships=None)
    found = compare(broken, broken, space(shipped_policies(), "role"), partners_of(shipped_policies()))
    assert found.undecided == found.requests
    assert found.opens


def test_a_rule_that_changes_no_decision_is_named() -> None:
    """Words that a refused caller hears differ, and no cell: the comparison says in which part."""
    policies = shipped_policies()
    disclosure = replace(policies.disclosure, neutral_words="No.")
    found = compared(replace(policies, disclosure=disclosure), "role")
    assert found.rules == (DISCLOSED,)
    assert not found.opens


def test_the_whole_space_holds_more_than_the_promised_points() -> None:
    """Over two hundred thousand cells, with every role group, organisation, purpose and state."""
    policies = shipped_policies()
    space = space_of(policies, policies, usual_situation())
    assert space.size == sum(1 for _ in space.points())
    assert space.size * len(partners_of(policies)) * len(Category) > 200_000
    words = {value.word for section in space.sections for one in section.dimensions for value in one.values}
    assert words >= {*policies.groups, *policies.party_of_organisation, *map(str, ObjectionState)}
    assert words >= policies.purposes | policies.refused_purposes
