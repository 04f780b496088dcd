"""Who asks, why, by what right and from where: the first reason against it, if any."""

from __future__ import annotations

from typing import Any

from tests.prove.oracle.closed import CATEGORIES, CATEGORIES_OF_KIND
from tests.prove.oracle.days import care_ends_at
from tests.prove.oracle.verdict import Because
from tests.prove.oracle.words import Words

Groups = frozenset[str]


def groups_of(case: Any, words: Words) -> tuple[Because | None, Groups]:
    """The role groups of the requester, or the first reason why there are none that may see anything."""
    found = [words.groups.of_role(role) for role in case.roles]
    if not found:
        return ("roles", "no-role"), frozenset()
    known = frozenset(group for group in found if group is not None)
    if None in found:
        return ("roles", "unknown-role"), frozenset()
    return (None if seen_by_all(known, words) else ("roles", "sees-nothing")), known


def seen_by_all(groups: Groups, words: Words) -> frozenset[str]:
    """What every one of several role groups may see."""
    return CATEGORIES.intersection(*(words.groups.sees[group] for group in groups))


def against_purpose(case: Any, words: Words) -> Because | None:
    """The purpose, and the end of care after a death."""
    if case.purpose not in words.permitted:
        known = case.purpose in words.refused
        return ("purposes", case.purpose if known else "unknown-purpose")
    if case.died is None:
        return None
    end = care_ends_at(case.died, words.care_ends_days)
    if end is None:
        return ("purposes", "death-unreadable")
    return ("purposes", "care-has-ended") if case.now >= end else None


def against_relationship(case: Any, groups: Groups, words: Words) -> Because | None:
    """The relationship, and whether every role group may rely on it."""
    if case.relationship not in words.relationships:
        return ("relationships", "ground-not-permitted")
    roles, _ = words.relationships[case.relationship]
    return None if groups <= roles else ("relationships", "ground-not-for-role")


def against_organisation(case: Any, words: Words) -> Because | None:
    """The membership of the requester's own organisation."""
    party = words.agreement.by_organisation.get(case.organisation)
    if party is None:
        return ("sharing-agreement", "not-a-party")
    rule = party.not_now(case.now) if party.views else "may-not-view"
    return ("sharing-agreement", rule) if rule else None


def named_by_scopes(scopes: frozenset[str]) -> frozenset[str]:
    """The categories that a token's scopes name. No scopes at all narrow nothing."""
    if not scopes:
        return CATEGORIES
    return frozenset().union(*(_named_by_scope(scope) for scope in scopes))


def _named_by_scope(scope: str) -> frozenset[str]:
    """`patient/Kind.read`, `user/*.rs`: the person's or the user's, with the right to read and to search."""
    context, slash, rest = scope.partition("/")
    kind, point, right = rest.partition(".")
    reads = right in {"read", "*"} or ({"r", "s"} <= set(right) and _in_order(right))
    if context not in {"patient", "user"} or not slash or not point or not reads:
        return frozenset()
    return CATEGORIES_OF_KIND.get(kind, frozenset())


def _in_order(right: str) -> bool:
    return right == "".join(letter for letter in "cruds" if letter in right)
