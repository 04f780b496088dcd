"""The sharing agreement: its phases, its parties, and what each supplies to whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from broker.domain.category import Category
from broker.domain.leads import KINDS, SHIPPED_LEADS
from broker.domain.policy import Asked, Network, Party, Term
from broker.domain.reconstruction import Reconstruction
from broker.files import Section, nearest
from broker.pipeline.decision.rules import SENTENCES
from broker.policy.reading import (
    Places,
    Vocabulary,
    read_categories,
    read_grounds,
    read_groups,
    read_id,
    refuse_repeats,
    some_words,
)
from broker.policy.reading_reconstruction import permits_reconstruction, read_reconstruction

LEAST_IN_A_NETWORK = 2


@dataclass(frozen=True, slots=True)
class Agreement:
    """The parties, by organisation for who looks and by partner for who is asked."""

    parties: tuple[Party, ...]
    of_organisation: Mapping[str, Party]
    of_partner: Mapping[str, Party]
    networks: tuple[Network, ...]
    leads: Mapping[Category, tuple[str, ...]]
    reconstruction: Reconstruction


def read_agreement(top: Section, places: Places, vocabulary: Vocabulary) -> Agreement:
    """Read all of it. Raises FileFault when an organisation, a partner or a lead's category stands twice."""
    phases = _phases(top)
    parties: dict[str, Party] = {}
    reconstructed: set[str] = set()
    by_organisation: dict[str, Party] = {}
    by_partner: dict[str, Party] = {}
    for section in top.sections("parties"):
        party = _party(section, phases, places, vocabulary)
        if party.party_id in parties:
            at = "partner" if party.partner_id else "party"
            raise section.fault(f"`{party.party_id}` has signed already.", "Keep one entry.", at=at)
        _sign(section, party, by_organisation)
        _speak(section, party, by_partner)
        if party.partner_id and permits_reconstruction(section):
            reconstructed |= {party.partner_id} | party.also
        section.finish()
        parties[party.party_id] = party
    networks = _networks(top, parties.values())
    sentences = {rule: words for (topic, rule), words in SENTENCES.items() if topic == places.topic}
    places.add_fixed(top, "parties", sentences)
    places.add_fixed(top, "phases", {"phase-not-live": sentences["phase-not-live"]})
    if networks:
        places.add_fixed(top, "networks", {"another-practice": sentences["another-practice"]})
    reconstruction = read_reconstruction(top, places, vocabulary, reconstructed)
    return Agreement(
        tuple(parties.values()), by_organisation, by_partner, networks, _leads(top), reconstruction
    )


def _leads(top: Section) -> Mapping[Category, tuple[str, ...]]:
    """Which kinds of partner stand first in a group, by category; what is not named stays as it ships."""
    leads = dict(SHIPPED_LEADS)
    named: set[Category] = set()
    for section in top.sections("leads", default=()):
        kinds = some_words(section, "kinds", KINDS)
        for category in sorted(read_categories(section, "categories")):
            if category in named:
                problem = f"`{category}` stands in two entries of `leads`."
                raise section.fault(problem, "Keep it in one of them.", at="categories")
            named.add(category)
            leads[category] = kinds
        section.finish()
    return leads


def _networks(top: Section, parties: Iterable[Party]) -> tuple[Network, ...]:
    """None when the file has no `networks`: then no practice sees another's records."""
    sections = top.sections("networks", default=())
    refuse_repeats(sections, "id")
    practices: frozenset[str] = frozenset().union(*(party.practices for party in parties))
    return tuple(_network(section, practices) for section in sections)


def _network(section: Section, practices: frozenset[str]) -> Network:
    section.text("title")
    network = Network(
        network_id=read_id(section, "id"),
        practices=frozenset(section.words("practices", practices)),
        relationships=read_grounds(section, "relationships"),
    )
    section.finish()
    if len(network.practices) < LEAST_IN_A_NETWORK:
        raise section.fault("`practices` names no two.", "List each practice of the network.", at="practices")
    if not network.relationships:
        remedy = "Say in which the network gives an appointment, such as `booking`."
        raise section.fault("`relationships` names none.", remedy, at="relationships")
    return network


def _phases(top: Section) -> Mapping[str, Term]:
    sections = top.sections("phases")
    refuse_repeats(sections, "id")
    phases = {}
    for section in sections:
        section.text("title")
        phases[read_id(section, "id")] = Term(start=section.date("live_from"))
        section.finish()
    return phases


def _party(section: Section, phases: Mapping[str, Term], places: Places, vocabulary: Vocabulary) -> Party:
    partner = section.word("partner", vocabulary.partners) if "partner" in section else None
    party_id = partner or _party_id(section, vocabulary)
    places.add(party_id, section, "partner" if partner else "party", section.text("name"))
    return Party(
        party_id=party_id,
        partner_id=partner,
        organisations=_organisations(section, partner, vocabulary),
        may_view=section.flag("views"),
        phase=phases[section.word("phase", phases)],
        term=_term(section),
        asked=Asked(section.word("asked", Asked)) if partner else Asked.ALWAYS,
        seen=_seen(section, vocabulary) if partner else {},
        also=_also(section, vocabulary) if partner else frozenset(),
        suspended=_suspended(section),
    )


def _party_id(section: Section, vocabulary: Vocabulary) -> str:
    if "party" not in section:
        raise section.fault(
            "A party has neither `partner` nor `party`.",
            "Add `partner:` with a registered partner, or `party:` with an id for one that supplies nothing.",
        )
    party_id = read_id(section, "party")
    if party_id in vocabulary.partners:
        raise section.fault(f"`{party_id}` is a registered partner.", "Write `partner:`.", at="party")
    return party_id


def _organisations(section: Section, partner: str | None, vocabulary: Vocabulary) -> frozenset[str]:
    registered = vocabulary.partners[partner] if partner else None
    words = section.words("organisations", registered)
    if not words:
        remedy = nearest("", registered) if registered else "List its ODS codes."
        raise section.fault("`organisations` lists none.", remedy, at="organisations")
    return frozenset(words)


def _also(section: Section, vocabulary: Vocabulary) -> frozenset[str]:
    return frozenset(section.words("also", vocabulary.partners, ()))


def _speak(section: Section, party: Party, speaking: dict[str, Party]) -> None:
    """Each registration is one party's: nobody could say by which agreement the second one is judged."""
    for partner in sorted({party.partner_id} | party.also) if party.partner_id else ():
        if partner in speaking:
            problem = f"`{partner}` belongs to `{speaking[partner].party_id}` already."
            raise section.fault(problem, "Keep it in one place.", at="also" if "also" in section else None)
        speaking[partner] = party


def _suspended(section: Section) -> tuple[Term, ...]:
    """Each span with its reason: one that nobody can give is not governance's decision."""
    spans = []
    for span in section.sections("suspended", default=()):
        span.text("because")
        spans.append(_term(span))
        span.finish()
    return tuple(spans)


def _term(section: Section) -> Term:
    start: dt.date = section.date("from")
    end: dt.date | None = section.date("until") if "until" in section else None
    if end is not None and end <= start:
        raise section.fault("`until` is not after `from`.", "The last day is the one before.", at="until")
    return Term(start=start, end=end)


def _seen(section: Section, vocabulary: Vocabulary) -> Mapping[str, frozenset[Category]]:
    """What each role group may see: what is supplied to it, without what is hidden from it. A no wins."""
    seen = _supplies(section, vocabulary)
    hidden = _hides(section, vocabulary)
    return {group: categories - hidden.get(group, frozenset()) for group, categories in seen.items()}


def _hides(section: Section, vocabulary: Vocabulary) -> Mapping[str, frozenset[Category]]:
    """What is hidden from each role group, and a word on why: a line that nobody can explain is refused."""
    hidden: dict[str, frozenset[Category]] = {}
    for part in section.sections("hides", default=()):
        part.text("because")
        categories = read_categories(part, "categories")
        for group in read_groups(part, "from", vocabulary):
            hidden[group] = hidden.get(group, frozenset()) | categories
        part.finish()
    return hidden


def _supplies(section: Section, vocabulary: Vocabulary) -> Mapping[str, frozenset[Category]]:
    """What each role group may see. A group named twice may see both parts."""
    seen: dict[str, frozenset[Category]] = {}
    for part in section.sections("supplies"):
        categories = read_categories(part, "categories")
        for group in read_groups(part, "to", vocabulary):
            seen[group] = seen.get(group, frozenset()) | categories
        part.finish()
    return seen


def _sign(section: Section, party: Party, signed: dict[str, Party]) -> None:
    for ods in sorted(party.organisations):
        if ods in signed:
            problem = f"`{ods}` has signed already, as `{signed[ods].party_id}`."
            raise section.fault(problem, "Keep it in one place.", at="organisations")
        signed[ods] = party
