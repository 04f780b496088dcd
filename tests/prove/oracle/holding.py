"""What the person's objections hold back of one partner, and of everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.prove.oracle.closed import ALWAYS_BINDS, CATEGORIES
from tests.prove.oracle.days import closes_at
from tests.prove.oracle.granting import opened_by_grant
from tests.prove.oracle.names import Names
from tests.prove.oracle.protecting import index_has_answered
from tests.prove.oracle.verdict import Because, Part
from tests.prove.oracle.words import Words

NOTHING: frozenset[str] = frozenset()
_BINDS, _OPENS, _ENDS = "binds", "opens-by-carve-out", "no-longer-binds"


@dataclass(frozen=True, slots=True)
class Binding:
    """An objection that concerns this requester, and the rule by which it holds.

    `stops_all` where it holds the whole record back from this requester, whatever partner has it. `offers` is
    whether its decision opens something to this requester at some partner. `names_staff` where it is about
    the requester by name.
    """

    objected: Any
    rule: str
    stops_all: bool
    offers: bool
    names_staff: bool

    @property
    def because(self) -> Because:
        """The reason that it gives."""
        return ("objections", self.rule)

    @property
    def in_part(self) -> bool:
        """Whether it is of items or of a span."""
        return bool(self.objected.items) or (self.objected.period_from, self.objected.period_until) != (
            None,
            None,
        )


def bindings(case: Any, groups: frozenset[str], words: Words, names: Names) -> list[Binding]:
    """The objections that have not ended and that concern this requester, in the order given."""
    found = []
    for objected in case.objections:
        effect = words.state_effects.get(objected.state)
        if objected.state in ALWAYS_BINDS:
            effect = _BINDS
        if effect == _ENDS or (objected.staff and case.user not in objected.staff):
            continue
        rule, offers = objected.state, False
        if effect == _OPENS:
            rule, offers = _decision(case, objected.carve_out, groups, words)
        elif effect != _BINDS:
            rule = "state-not-known"
        stops = _stops_all(case, objected, names)
        found.append(Binding(objected, rule, stops, offers, bool(objected.staff)))
    return found


def _decision(case: Any, carve_out: Any, groups: frozenset[str], words: Words) -> tuple[str, bool]:
    """The rule by which an objection not upheld still holds, and whether anything of it is open."""
    if carve_out is None or carve_out.ground not in words.not_upheld:
        return "ground-not-known", False
    if carve_out.review_on is None or case.now >= closes_at(carve_out.review_on):
        return "review-date-passed", False
    ground = words.not_upheld[carve_out.ground]
    to_them = bool(carve_out.roles) and groups <= carve_out.roles and groups <= ground.to
    return "outside-carve-out", to_them and bool(carve_out.categories & ground.opens) and bool(
        carve_out.partners
    )


def _stops_all(case: Any, objected: Any, names: Names) -> bool:
    if objected.categories or objected.items or (objected.period_from, objected.period_until) != (None, None):
        return False
    return _everywhere(case, objected, names)


def _everywhere(case: Any, objected: Any, names: Names) -> bool:
    """Whether it concerns every partner: it names none, an unknown one, or the requester's own view."""
    if not objected.partners or not objected.partners <= names.known:
        return True
    return objected.direction != "source" and case.organisation in names.staff_of(objected.partners)


def concerns(case: Any, objected: Any, partner: Any, words: Words, names: Names) -> bool:
    """Whether an objection reaches what this partner holds."""
    if _everywhere(case, objected, names):
        return True
    if objected.direction == "viewer":
        return False
    if partner.partner in objected.partners:
        return True
    named = names.organisations_of(objected.partners)
    party = words.agreement.by_registration.get(partner.partner)
    if party is not None and party.is_practice and index_has_answered(case) and case.practice is not None:
        return case.practice in named and case.practice in partner.organisations
    return not partner.organisations.isdisjoint(named)


def held_back(case: Any, binding: Binding, partner: Any, words: Words, names: Names) -> frozenset[str]:
    """The categories that one objection holds back at one partner, after its decision and the grant."""
    objected = binding.objected
    if not concerns(case, objected, partner, words, names):
        return NOTHING
    held: frozenset[str] = objected.categories or CATEGORIES
    if binding.offers and _names(objected.carve_out.partners, partner, case, words):
        held -= objected.carve_out.categories & words.not_upheld[objected.carve_out.ground].opens
    return held if binding.names_staff else held - opened_by_grant(case, partner.partner, words)


def _names(named: frozenset[str], partner: Any, case: Any, words: Words) -> bool:
    """Whether a decision that opens names this source, as a whole or as the practice that is asked."""
    if partner.partner in named or (partner.organisations and partner.organisations <= named):
        return True
    party = words.agreement.by_registration.get(partner.partner)
    by_practice = party is not None and party.is_practice and index_has_answered(case)
    return by_practice and case.practice in named and case.practice in partner.organisations


def part_of(binding: Binding, categories: frozenset[str]) -> Part:
    """What it holds back within categories that stay open."""
    objected = binding.objected
    return Part(categories, objected.items, objected.period_from, objected.period_until)
