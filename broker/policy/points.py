"""Two revisions of the policies into every request on which they are compared: the space, kind by kind.

Each kind of request is the full product of the dimensions that meet in a rule; what it does not name is as
in the usual case. Every word that either revision uses is in its dimension, and one that neither knows.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from typing import Any

from broker.domain.identity import Restriction
from broker.domain.policy import DIRECT_CARE, PolicySet, Purpose, Term
from broker.domain.requester import RelationshipGround
from broker.policy.granting import GivenGrant
from broker.policy.points_of_grants import grants_at_bounds, grants_that_fit
from broker.policy.points_of_objections import objections_of
from broker.policy.points_of_organisations import organisations_of, practices_of
from broker.policy.situation import RESTRICTION_WORDS, Situation

UNKNOWN = "unknown-to-all"
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Value:
    """One word of a dimension, and what it changes in the usual situation."""

    word: str
    changes: Mapping[str, Any] = field(hash=False)


_NO_OBJECTION = Value("none", {"objections": ()})


@dataclass(frozen=True, slots=True)
class Dimension:
    """One thing that a request may say otherwise."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of request: every combination of its dimensions."""

    title: str
    dimensions: tuple[Dimension, ...]

    @property
    def size(self) -> int:
        """How many requests it holds."""
        return math.prod(len(dimension.values) for dimension in self.dimensions)


@dataclass(frozen=True, slots=True)
class Space:
    """Every request that is judged by both revisions."""

    usual: Situation
    sections: tuple[Section, ...]

    @property
    def size(self) -> int:
        """How many requests all sections hold."""
        return sum(section.size for section in self.sections)

    def points(self) -> Iterator[tuple[Mapping[str, str], Situation]]:
        """Each request as its words by dimension, and as the situation that they mean."""
        for section in self.sections:
            names = [dimension.name for dimension in section.dimensions]
            for values in product(*(dimension.values for dimension in section.dimensions)):
                words = dict(zip(names, (value.word for value in values), strict=True))
                changes = {name: told for value in values for name, told in value.changes.items()}
                yield words, replace(self.usual, **changes)


def space_of(old: PolicySet, new: PolicySet, usual: Situation) -> Space:
    """The space for `old` and `new` around the requester of `usual`.

    What `usual` says of the person and the token is left out: a usual case of a protected person, or of
    one who has died, would refuse every request and so hide what opens.
    """
    both, usual = (old, new), _plain(usual)
    roles, pairs = _roles(both)
    organisations, practices = _organisations(both)
    purposes = _words("purpose", "purpose", (*Purpose, UNKNOWN))
    grounds = Dimension("relationship", tuple(Value(str(g), {"relationship": g}) for g in RelationshipGround))
    care = _words("purpose", "purpose", tuple(sorted(DIRECT_CARE)))
    protected = Dimension("protection", _protected())
    days = Dimension("day", tuple(Value(day.isoformat(), {"day": day}) for day in _days(both, usual.day)))
    deaths = _deaths(both, usual.day)
    objections = _objections(both, usual)
    upheld = _named(objections, "upheld")
    held = Dimension("objection", (_NO_OBJECTION, *upheld, *_named(objections, "to one item")))
    bounds = _grants(grants_at_bounds(tuple(one.emergency_access for one in both)))
    return Space(
        usual,
        (
            Section("who asks, why and by what right", (roles, organisations, purposes, grounds, practices)),
            Section(
                "the days on which a rule begins or ends", (roles, organisations, grounds, practices, days)
            ),
            Section("several roles at once", (pairs, organisations, grounds, practices)),
            Section("protected people", (roles, organisations, care, grounds, protected)),
            Section("people who have died", (roles, organisations, care, deaths)),
            Section("objections", (roles, organisations, grounds, objections)),
            Section("objections of protected people", (roles, care, grounds, protected, objections)),
            Section("emergency access", (roles, care, grounds, _grants(grants_that_fit()), held)),
            Section(
                "emergency access at its bounds",
                (roles, care, grounds, bounds, Dimension("objection", upheld)),
            ),
        ),
    )


def _plain(usual: Situation) -> Situation:
    return replace(
        usual,
        scopes=frozenset(),
        restriction=Restriction.NONE,
        died=None,
        not_live=frozenset(),
        objections=(),
        grant=None,
    )


def _grants(made: Iterable[tuple[str, GivenGrant]]) -> Dimension:
    return Dimension("grant", tuple(Value(word, {"grant": one}) for word, one in made))


def _named(dimension: Dimension, *words: str) -> tuple[Value, ...]:
    return tuple(value for value in dimension.values if value.word in words)


def _words(name: str, member: str, words: tuple[str, ...]) -> Dimension:
    return Dimension(name, tuple(Value(str(word), {member: str(word)}) for word in words))


def role_classes(both: tuple[PolicySet, ...]) -> Mapping[tuple[str, ...], str]:
    """One role word for each way in which the revisions sort role words into groups."""
    words = sorted({word for one in both for word in (*one.national_roles, *one.local_roles)})
    classes: dict[tuple[str, ...], str] = {}
    for word in (*words, UNKNOWN):
        classes.setdefault(tuple(_group(word, one) for one in both), word)
    return classes


def _group(word: str, policies: PolicySet) -> str:
    group = policies.national_roles.get(word) or policies.local_roles.get(word)
    return group.group_id if group else UNKNOWN


def _roles(both: tuple[PolicySet, ...]) -> tuple[Dimension, Dimension]:
    named = [(_class_name(groups, word), word) for groups, word in role_classes(both).items()]
    single = (Value("no role", {"roles": ()}), *(Value(name, {"roles": (word,)}) for name, word in named))
    pairs = tuple(
        Value(f"{one} and {other}", {"roles": (word, second)})
        for (one, word), (other, second) in combinations(named, 2)
    )
    return Dimension("role", single), Dimension("role", pairs)


def _class_name(groups: tuple[str, ...], word: str) -> str:
    return groups[0] if len(set(groups)) == 1 else f"{word} ({' to '.join(groups)})"


def _organisations(both: tuple[PolicySet, ...]) -> tuple[Dimension, Dimension]:
    signed = tuple(Value(word, {"organisation": ods}) for ods, word in organisations_of(both))
    registered = tuple(Value(word, {"practice": ods}) for ods, word in practices_of(both))
    return (
        Dimension("organisation", (*signed, Value(UNKNOWN, {"organisation": UNKNOWN}))),
        Dimension("practice", (Value("none", {"practice": None}), *registered)),
    )


def _protected() -> tuple[Value, ...]:
    return tuple(
        Value(word, {"restriction": restriction})
        for word, restriction in RESTRICTION_WORDS.items()
        if restriction is not Restriction.NONE
    )


def _days(both: tuple[PolicySet, ...], usual: dt.date) -> list[dt.date]:
    """The last day before each rule begins or ends, and its first."""
    parties = [party for one in both for party in one.parties]
    terms = [term for party in parties for term in (party.phase, party.term, *party.suspended)]
    terms += [Term(start=one.in_force_from) for one in both]
    bounds = {bound for term in terms for bound in (term.start, term.end) if bound is not None}
    return sorted({usual} | bounds | {bound - _DAY for bound in bounds if bound > dt.date.min})


def _deaths(both: tuple[PolicySet, ...], day: dt.date) -> Dimension:
    """Nobody died, a date that nobody can read, and the days on which care still has not and has ended."""
    spans = {span for one in both for span in _around(one.care_ends_days_after_death)}
    known = [Value(f"{span} days ago", {"died": _before(day, span)}) for span in sorted(spans)]
    return Dimension("death", (Value("date unreadable", {"died": "unreadable"}), *known))


def _around(days: int) -> tuple[int, ...]:
    return tuple({max(days - 1, 0), days})


def _before(day: dt.date, span: int) -> str:
    return (day - dt.timedelta(days=min(span, day.toordinal() - 1))).isoformat()


def _objections(both: tuple[PolicySet, ...], usual: Situation) -> Dimension:
    groups = frozenset(group for one in both for group in one.groups)
    parties = sorted({party.party_id for one in both for party in one.parties})
    registrations = sorted({partner for one in both for partner in one.party_of_partner})
    made = objections_of(groups, sorted({*parties, *registrations}), usual.user, usual.day)
    return Dimension("objection", tuple(Value(word, {"objections": (one,)}) for word, one in made))
