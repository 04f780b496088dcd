"""A PolicySet into who sees what: role group by party and category, each cell decided by the decision itself.

The files are read once, elsewhere; a cell here is what `decide` says of one request. Purpose, relationship,
organisation and day are the same for the whole table and stand above it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from broker.domain.category import Category
from broker.domain.decision import Decision, Effect, Judgement, PartnerFacts, Reason
from broker.domain.policy import Asked, Party, PolicySet, Purpose, Topic
from broker.domain.registration import PartnerStatus
from broker.domain.requester import RelationshipGround
from broker.pipeline.decision import decide
from broker.pipeline.decision.rules import SENTENCES, first_denial
from broker.policy.situation import Situation, facts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The rule that decided, governance's sentence for it, and `folder/file:line`; no line is ''."""

    topic: str
    rule: str
    sentence: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One category in one row."""

    category: Category
    seen: bool
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one role group sees of one party, and what else holds of that party. `organisation` is the ODS
    code of whoever asks. `hidden` are the sensitivity classes that are kept back from it here, whatever the
    category.
    """

    group_id: str
    group: str
    party_id: str
    party: str
    naming: str
    asked: Asked
    organisation: str
    hidden: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One word of a purpose, relationship or organisation: which role groups it lets look, and whether
    the privacy officer hears.
    """

    word: str
    title: str
    groups: tuple[str, ...]
    alerts: bool
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Who sees what. `usual` is the request that every cell is about, but for role, party and practice, and
    for the organisation of a row that says another.

    `networks` are the ids of those in which one practice sees what another holds. `emergencies` are
    governance's own words for the grounds on which an objection may be gone around.
    """

    revision: str
    in_force_from: dt.date
    usual: Situation
    asking: str
    as_registered: bool
    groups: Mapping[str, str]
    rows: tuple[Row, ...]
    relationships: tuple[Access, ...]
    purposes: tuple[Access, ...]
    organisations: tuple[Access, ...]
    networks: tuple[str, ...] = ()
    emergencies: tuple[str, ...] = ()

    @property
    def looking(self) -> frozenset[str]:
        """The role groups that see anything at all in this table."""
        return frozenset(row.group_id for row in self.rows if any(cell.seen for cell in row.cells))


def as_permitted(partners: tuple[PartnerFacts, ...]) -> tuple[PartnerFacts, ...]:
    """The registered partners as if each were live and supplied everything: what policy alone permits."""
    return tuple(
        replace(
            partner,
            status=PartnerStatus.LIVE,
            supplies=frozenset(Category),
            closed=frozenset(),
            closed_to=frozenset(),
            open_to=None,
        )
        for partner in partners
    )


def matrix_of(
    policies: PolicySet,
    usual: Situation,
    partners: tuple[PartnerFacts, ...],
    *,
    as_registered: bool = False,
    practices_ask_for_themselves: bool = False,
) -> Matrix:
    """The table for the request `usual` on `partners`, as permitted or with their registrations' own
    status and supplies. The same policies always give the same table.

    Where a practice asks, what another one holds is closed to it, and open to all who are none. With
    `practices_ask_for_themselves` the row of each practice is asked from that practice, so that the table
    does not read as if nobody saw what it holds.
    """
    partners = partners if as_registered else as_permitted(partners)
    asking = policies.party_of_organisation.get(usual.organisation)
    table = _Table(
        policies,
        usual,
        partners,
        _roles(policies),
        practices_ask=practices_ask_for_themselves and asking is not None and bool(asking.practices),
    )
    return Matrix(
        revision=policies.revision,
        in_force_from=policies.in_force_from,
        usual=usual,
        asking=asking.party_id if asking else "",
        as_registered=as_registered,
        groups={group: table.title(Topic.ROLES, group) for group in table.roles},
        rows=tuple(table.rows()),
        relationships=tuple(
            table.access(Topic.RELATIONSHIPS, str(ground), relationship=ground)
            for ground in RelationshipGround
        ),
        purposes=tuple(table.access(Topic.PURPOSES, str(word), purpose=str(word)) for word in Purpose),
        organisations=tuple(
            table.access(Topic.SHARING_AGREEMENT, party.party_id, organisation=min(party.organisations))
            for party in policies.parties
        ),
        networks=tuple(network.network_id for network in policies.networks),
        emergencies=tuple(rule.title for rule in policies.emergency_access.grounds.values()),
    )


def _roles(policies: PolicySet) -> Mapping[str, str]:
    """One word that leads to each role group, in the order of the groups' own file."""
    words: dict[str, str] = {}
    for word, group in (*policies.local_roles.items(), *policies.national_roles.items()):
        words.setdefault(group.group_id, word)
    lines = {group: policies.places.get((str(Topic.ROLES), group)) for group in words}
    return dict(sorted(words.items(), key=lambda pair: place.line if (place := lines[pair[0]]) else 0))


@dataclass(frozen=True, slots=True)
class _Table:
    policies: PolicySet
    usual: Situation
    partners: tuple[PartnerFacts, ...]
    roles: Mapping[str, str]
    practices_ask: bool

    def rows(self) -> Iterator[Row]:
        for group, word in self.roles.items():
            for party in self.policies.parties:
                if party.partner_id is not None:
                    yield self._row(group, word, party)

    def _row(self, group: str, word: str, party: Party) -> Row:
        asked = self._asked_of(party)
        judgement = self.judged(roles=(word,), **asked)
        names = {party.partner_id} | party.also
        decisions = [decision for decision in judgement.decisions if decision.partner_id in names]
        return Row(
            group_id=group,
            group=self.title(Topic.ROLES, group),
            party_id=party.party_id,
            party=self._name(party),
            naming=str(decisions[0].naming) if decisions else "",
            asked=party.asked,
            organisation=asked.get("organisation", self.usual.organisation),
            hidden=tuple(sorted({str(name) for one in decisions for name in one.hidden_classes.classes})),
            cells=tuple(self._cell(category, group, party, judgement, decisions) for category in Category),
        )

    def _asked_of(self, party: Party) -> Mapping[str, str]:
        """A practice's row is about a person who is registered there."""
        if party.asked is not Asked.REGISTERED_PRACTICE:
            return {}
        practice = min(party.organisations)
        return {"practice": practice} | ({"organisation": practice} if self.practices_ask else {})

    def judged(self, **changes: Any) -> Judgement:
        """The decision on the usual request with `changes`."""
        return decide(facts_of(replace(self.usual, **changes), self.partners), self.policies)

    def _cell(
        self,
        category: Category,
        group: str,
        party: Party,
        judgement: Judgement,
        decisions: list[Decision],
    ) -> Cell:
        """Seen when one of the party's registrations opens it."""
        opening = next((one for one in decisions if category in one.categories), None)
        if opening is not None:
            sentence = f"Agreed to be shared with them by {self._name(party)}."
            rule = replace(self.rule(opening.reasons[0]), sentence=sentence)
            return Cell(category=category, seen=True, rule=rule)
        refusing = first_denial((*judgement.reasons, *(r for one in decisions for r in one.reasons)))
        if refusing is not None and not any(one.categories for one in decisions):
            return Cell(category=category, seen=False, rule=self.rule(refusing))
        return Cell(category=category, seen=False, rule=self._withholding(category, group, party))

    def _withholding(self, category: Category, group: str, party: Party) -> Rule:
        """Which line leaves `category` out where others are seen: a decision gives reasons for a partner,
        not for each category.
        """
        if category not in self.policies.groups[group].categories:
            sentence = f"Not among what these staff may see: {self.title(Topic.ROLES, group)}."
            return replace(self._named(Topic.ROLES, group), sentence=sentence)
        if category not in party.seen.get(group, frozenset()):
            sentence = f"Not among what is agreed to be shared with them by {self._name(party)}."
            return replace(self._named(Topic.SHARING_AGREEMENT, party.party_id), sentence=sentence)
        sentence = "The registration does not supply it, or the request's scopes do not name it."
        return Rule(topic="decision", rule="not-supplied", sentence=sentence, place="")

    def access(self, topic: Topic, word: str, **changes: Any) -> Access:
        """Which role groups may look at all with `changes`, and the rule that says so."""
        judged = {group: self.judged(roles=(role,), **changes) for group, role in self.roles.items()}
        opened = {group: one for group, one in judged.items() if one.effect is Effect.PERMIT}
        reasons = [reason for one in (opened or judged).values() for reason in one.reasons]
        own = [reason for reason in reasons if reason.topic == topic]
        return Access(
            word=word,
            title=self.title(topic, word),
            groups=tuple(opened),
            alerts=any(reason.rule == "alert-privacy-officer" for reason in own),
            rule=self.rule(own[0] if own else reasons[0]),
        )

    def _name(self, party: Party) -> str:
        return self.title(Topic.SHARING_AGREEMENT, party.party_id)

    def title(self, topic: Topic, word: str) -> str:
        """Governance's own name for a role group, a party, a purpose or a relationship."""
        place = self.policies.places.get((str(topic), word))
        return place.title if place else word

    def rule(self, reason: Reason) -> Rule:
        """`reason` with its sentence and its line."""
        return self._named(reason.topic, reason.rule)

    def _named(self, topic: str, rule: str) -> Rule:
        place = self.policies.places.get((str(topic), rule))
        sentence = SENTENCES.get((topic, rule)) or (place.title if place else "")
        at = f"{'/'.join(Path(place.file).parts[-2:])}:{place.line}" if place else ""
        return Rule(topic=str(topic), rule=rule, sentence=sentence, place=at)
