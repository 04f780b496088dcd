"""Objections into what each of them holds back from this requester, at which partners.

Received, under review, upheld and partly upheld bind, a future start or not. Not upheld binds outside
its carve-out. What cannot be told apart (a state nobody sorted, a partner nobody knows) binds. Emergency
access goes around whatever binds, but for an objection to the one who asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from broker.domain.category import Category
from broker.domain.decision import Facts, PartnerFacts, Reason, Withhold
from broker.domain.objection import Direction, Objection, Scope
from broker.domain.policy import PolicySet, Topic
from broker.pipeline.decision.days import Today
from broker.pipeline.decision.emergency import Opening
from broker.pipeline.decision.rules import denies

_ALL = frozenset(Category)
_NOTHING: frozenset[Category] = frozenset()
_WHO = frozenset({Category.DEMOGRAPHICS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One objection, as it meets this requester. `sources` None is every partner.

    `in_part` holds back items or a period within `categories` instead of the categories themselves.
    `opens` is given back by a carve-out, at the partners `opens_at` alone; `emergency` by a grant, at
    the registrations that it names. `about_staff` names persons.
    """

    reason: Reason
    sources: frozenset[str] | None
    categories: frozenset[Category]
    in_part: Withhold | None = None
    opens: frozenset[Category] = frozenset()
    opens_at: frozenset[str] = frozenset()
    emergency: Opening | None = None
    about_staff: bool

    @property
    def holds_all(self) -> bool:
        """True when it leaves nothing, at any partner."""
        whole = self.sources is None and self.in_part is None and self.categories == _ALL
        return whole and not self.opens and self.emergency is None

    def held_at(self, names: frozenset[str], partner_id: str) -> frozenset[Category]:
        """The categories that it still holds back, whole or in part, at one registration."""
        held = self.categories - self.opens if names & self.opens_at else self.categories
        if self.emergency is not None and partner_id in self.emergency.partners:
            held -= self.emergency.categories
        return held


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What all objections together hold back at one partner."""

    categories: frozenset[Category] = frozenset()
    withholds: tuple[Withhold, ...] = ()
    reasons: tuple[Reason, ...] = ()


def holds_for(
    facts: Facts,
    groups: frozenset[str],
    policies: PolicySet,
    today: Today,
    emergency: Opening | None = None,
) -> tuple[Hold, ...]:
    """Every objection that touches this requester at all; `emergency` is what a grant that fits opens."""
    objections = facts.objections.objections
    if not objections:
        return ()
    viewer, known = _viewer_names(facts, policies), _known_names(facts, policies)
    codes = {partner.partner_id: partner.ods_codes for partner in facts.partners}
    holds = []
    for objection in objections:
        if objection.state in policies.objections.ends:
            continue
        if objection.scope.staff and facts.requester.user_id not in objection.scope.staff:
            continue
        reaches, sources = _sources(objection.scope, viewer, known)
        if reaches:
            hold = _hold(objection, _with_codes(sources, codes), groups, policies, today)
            holds.append(hold if hold.about_staff else replace(hold, emergency=emergency))
    return tuple(holds)


def _viewer_names(facts: Facts, policies: PolicySet) -> frozenset[str]:
    """Every name by which an objection may mean the organisation that asks."""
    ods = facts.requester.organisation_ods
    names = {ods, *(p.partner_id for p in facts.partners if ods in p.ods_codes)}
    party = policies.party_of_organisation.get(ods)
    return frozenset(names | {party.party_id} | party.also if party else names)


def _known_names(facts: Facts, policies: PolicySet) -> frozenset[str]:
    registered = (names_of(partner, None) for partner in facts.partners)
    parties = (party.organisations | {party.party_id} for party in policies.parties)
    return frozenset().union(*registered, *parties)


def names_of(partner: PartnerFacts, practice_ods: str | None) -> frozenset[str]:
    """Every name by which an objection may mean this partner; one practice's, when it is known."""
    return frozenset({partner.partner_id}) | (
        frozenset({practice_ods}) if practice_ods else partner.ods_codes
    )


def _sources(
    scope: Scope, viewer: frozenset[str], known: frozenset[str]
) -> tuple[bool, frozenset[str] | None]:
    """Whether the scope reaches this requester, and at which sources (None: at all)."""
    if not scope.partners or not scope.partners <= known:
        return True, None
    if scope.direction is not Direction.SOURCE and scope.partners & viewer:
        return True, None
    if scope.direction is Direction.VIEWER:
        return False, None
    return True, scope.partners


def _with_codes(sources: frozenset[str] | None, codes: Mapping[str, frozenset[str]]) -> frozenset[str] | None:
    """Whoever objects to a partner means its organisations, however many registrations speak to them."""
    if sources is None:
        return None
    return sources.union(*(codes.get(name, frozenset()) for name in sources))


def _hold(
    objection: Objection,
    sources: frozenset[str] | None,
    groups: frozenset[str],
    policies: PolicySet,
    today: Today,
) -> Hold:
    scope = objection.scope
    rule, opens = _carved(objection, groups, policies, today)
    in_part = scope.items or scope.period_start is not None or scope.period_end is not None
    return Hold(
        reason=denies(Topic.OBJECTIONS, rule),
        sources=sources,
        categories=scope.categories or _ALL,
        in_part=_withhold(scope) if in_part else None,
        opens=opens,
        opens_at=objection.carveout.partners if objection.carveout else frozenset(),
        about_staff=bool(scope.staff),
    )


def _withhold(scope: Scope) -> Withhold:
    return Withhold(items=scope.items, period_start=scope.period_start, period_end=scope.period_end)


def _carved(
    objection: Objection, groups: frozenset[str], policies: PolicySet, today: Today
) -> tuple[str, frozenset[Category]]:
    """The rule that binds, and the categories that a carve-out gives back to this requester."""
    rules = policies.objections
    if objection.state in rules.binds:
        return str(objection.state), _NOTHING
    if objection.state not in rules.opens:
        return "state-not-known", _NOTHING
    carveout = objection.carveout
    ground = rules.grounds.get(carveout.ground) if carveout is not None else None
    if carveout is None or ground is None:
        return "ground-not-known", _NOTHING
    if carveout.review_on is None or today.over(carveout.review_on):
        return "review-date-passed", _NOTHING
    to_them = bool(groups) and groups <= carveout.roles & ground.to
    opens = to_them and bool(carveout.partners)  # a decision that leaves one of these out opens nothing
    return "outside-carve-out", carveout.categories & ground.opens if opens else _NOTHING


def held_at(
    holds: tuple[Hold, ...], partner: PartnerFacts, practice_ods: str | None, shared: frozenset[Category]
) -> Held:
    """What `holds` hold back of what is `shared` at `partner`; at its one practice, when that is known."""
    names = names_of(partner, practice_ods)
    categories: set[Category] = set()
    withholds: list[Withhold] = []
    reasons: list[Reason] = []
    for hold in holds:
        if hold.sources is not None and not names & hold.sources:
            continue
        held = hold.held_at(names, partner.partner_id) & shared
        if not held:
            continue
        reasons.append(hold.reason)
        if hold.in_part is None:
            categories |= held
        elif in_part := _in_part(hold, held):
            withholds.append(replace(hold.in_part, categories=in_part))
    return Held(categories=frozenset(categories), withholds=tuple(withholds), reasons=tuple(reasons))


def _in_part(hold: Hold, held: frozenset[Category]) -> frozenset[Category]:
    """Who the person is bears no date and is no item: only an objection to exactly that means it."""
    return held if hold.categories == _WHO else held - _WHO


def tellable(holds: tuple[Hold, ...], *, tells_staff: bool) -> bool:
    """True when one of `holds` may be mentioned; one about named staff only if policy says so."""
    return any(tells_staff or not hold.about_staff for hold in holds)
