"""Whom the names in an objection mean: registrations, organisations, and those that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.prove.oracle.words import Words


class Names:
    """All names that registrations and the sharing agreement give to organisations."""

    def __init__(self, partners: Iterable[Any], words: Words) -> None:
        self._organisations: dict[str, frozenset[str]] = {}
        self._staff: dict[str, frozenset[str]] = {}
        for code in words.agreement.by_organisation:
            self._add(code, frozenset({code}), frozenset({code}))
        for party in words.agreement.by_organisation.values():
            self._add(party.name, party.organisations, party.organisations)
        for partner in partners:
            for code in partner.organisations:
                self._add(code, frozenset({code}), frozenset({code}))
            party = words.agreement.by_registration.get(partner.partner)
            theirs = party.organisations if party else frozenset()
            self._add(partner.partner, partner.organisations, partner.organisations | theirs)
        self.known = frozenset(self._organisations)

    def _add(self, name: str, organisations: frozenset[str], staff: frozenset[str]) -> None:
        self._organisations[name] = self._organisations.get(name, frozenset()) | organisations
        self._staff[name] = self._staff.get(name, frozenset()) | staff

    def organisations_of(self, names: Iterable[str]) -> frozenset[str]:
        """The organisations whose records are meant."""
        return frozenset().union(*(self._organisations.get(name, frozenset()) for name in names))

    def staff_of(self, names: Iterable[str]) -> frozenset[str]:
        """The organisations whose staff are meant: by a registration's name, all of its party's."""
        return frozenset().union(*(self._staff.get(name, frozenset()) for name in names))
