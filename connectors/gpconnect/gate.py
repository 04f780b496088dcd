"""An ask into the right to make it and the practice that it goes to; or why nobody is asked."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import PartnerAsk
from broker.ports.connector import Ending, Pause, Requests
from connectors.gpconnect.access import Access, Provider
from connectors.gpconnect.calls import Caller
from connectors.gpconnect.directory import Directory


@dataclass(frozen=True, slots=True)
class Open:
    """The way to the person's practice: who calls, and its service for each interaction."""

    caller: Caller
    providers: Mapping[str, Provider]


class Gate:
    """Lets an ask through to the one practice that the patient index names, and to nobody else."""

    def __init__(self, access: Access) -> None:
        """What it learns of practices is kept with it."""
        self._access = access
        self._directory = Directory(access.directory_minutes)

    def open(
        self, ask: PartnerAsk, interactions: Iterable[str]
    ) -> Generator[Requests | Pause, Any, Open | Ending]:
        """Nothing is asked, not even the directory, of a person whose whereabouts are protected, of one
        without a practice, or for a user whose organisation has no ASID of its own.
        """
        ods = practice_of(ask)
        if isinstance(ods, Ending):
            return ods
        consumer = self._access.consumers.get(ask.requester.organisation_ods)
        if consumer is None or not ask.requester.user_id:
            return Ending(OutcomeLabel.NOT_ASKED, Cause.CREDENTIALS)
        providers = yield from self._providers(ask, ods, interactions)
        if isinstance(providers, Ending):
            return providers
        return Open(Caller(ask, self._access, consumer), providers)

    def _providers(
        self, ask: PartnerAsk, ods: str, interactions: Iterable[str]
    ) -> Generator[Requests | Pause, Any, Mapping[str, Provider] | Ending]:
        if not self._access.direct:
            return (yield from self._directory.find(ask, ods, interactions))
        provider = self._access.direct.get(ods)
        if provider is None:
            return Ending(OutcomeLabel.NOT_ASKED, Cause.NOT_A_HOLDER)
        return dict.fromkeys(interactions, provider)


def practice_of(ask: PartnerAsk) -> str | Ending:
    """The practice's ODS code. GP Connect must not be used for a person whose location is protected."""
    if ask.patient.restriction.hides_location:
        return Ending(OutcomeLabel.NOT_ASKED, Cause.POLICY)
    return ask.patient.practice_ods or Ending(OutcomeLabel.NOT_ASKED, Cause.NOT_A_HOLDER)
