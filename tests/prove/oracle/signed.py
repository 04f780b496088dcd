"""The sharing agreement: who signed, from when until when, what each supplies to whom, and the networks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tests.prove.oracle.days import closes_at, opens_at
from tests.prove.oracle.people import Groups
from tests.prove.oracle.reading import Section, by_key, categories, day, day_or_none, flag, texts

Span = tuple[dt.datetime, dt.datetime | None]


@dataclass(frozen=True, slots=True)
class Party:
    """One signatory. `seen` is what each role group may see of what it supplies; spans are half-open."""

    name: str
    main: str
    registrations: frozenset[str]
    organisations: frozenset[str]
    views: bool
    asked: str
    phase: Span
    term: Span
    suspended: tuple[Span, ...]
    seen: dict[str, frozenset[str]]

    @property
    def is_practice(self) -> bool:
        """Asked when the patient index names it."""
        return self.asked == "registered-practice"

    def not_now(self, now: dt.datetime) -> str | None:
        """The rule by which it neither supplies nor sees at this instant; None when it does both."""
        if any(start <= now and (end is None or now < end) for start, end in self.suspended):
            return "suspended"
        if now < self.phase[0] or (self.phase[1] is not None and now >= self.phase[1]):
            return "phase-not-live"
        if now < self.term[0]:
            return "not-yet-a-party"
        return "no-longer-a-party" if self.term[1] is not None and now >= self.term[1] else None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Parties by organisation and by registration, and the networks as (practices, relationships)."""

    by_organisation: dict[str, Party]
    by_registration: dict[str, Party]
    networks: tuple[tuple[frozenset[str], frozenset[str]], ...]

    def network_joins(self, one: str, other: str, relationship: str) -> bool:
        """Whether one network lists both practices, and gives this relationship."""
        return any(
            one in practices and other in practices and relationship in relationships
            for practices, relationships in self.networks
        )


def agreement_of(topic: Section, groups: Groups) -> Agreement:
    """The sharing agreement. A party of a phase that is not listed is of none, and so refused by name."""
    phases = by_key(topic.get("phases"), "id")
    parties = [_party(section, phases, groups) for section in topic["parties"]]
    return Agreement(
        {code: party for party in parties for code in party.organisations},
        {name: party for party in parties for name in party.registrations},
        tuple((texts(one["practices"]), texts(one["relationships"])) for one in topic.get("networks") or ()),
    )


def _party(section: Section, phases: dict[str, Section], groups: Groups) -> Party:
    main = str(section.get("partner") or "")
    phase = phases[str(section["phase"])]
    return Party(
        name=main or str(section.get("party")),
        main=main,
        registrations=texts([main] if main else ()) | texts(section.get("also")),
        organisations=texts(section["organisations"]),
        views=flag(section.get("views")),
        asked=str(section.get("asked") or "always"),
        phase=_open_span(phase, "live_from"),
        term=_open_span(section, "from"),
        suspended=tuple(_closed_span(one) for one in section.get("suspended") or ()),
        seen=_seen(section, groups),
    )


def _open_span(section: Section, start: str) -> Span:
    end = day_or_none(section.get("until"))
    return opens_at(day(section[start])), None if end is None else closes_at(end)


def _closed_span(section: Section) -> Span:
    end = day_or_none(section.get("until"))
    return closes_at(day(section["from"])), None if end is None else opens_at(end)


def _seen(section: Section, groups: Groups) -> dict[str, frozenset[str]]:
    seen: dict[str, frozenset[str]] = {}
    for entry in section.get("supplies") or ():
        for group in groups.meant_by(entry["to"]):
            seen[group] = seen.get(group, frozenset()) | categories(entry["categories"])
    for entry in section.get("hides") or ():
        for group in groups.meant_by(entry["from"]):
            seen[group] = seen.get(group, frozenset()) - categories(entry["categories"])
    return seen
