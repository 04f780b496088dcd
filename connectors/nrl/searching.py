"""One ask into the locator's searches: one for each of the person's numbers, each call under its own id."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace

from broker.domain.identity import NHS_NUMBER_SYSTEM
from broker.domain.query import PartnerAsk
from broker.ports.connector import HttpRequest
from connectors.fhir_r4.paging import Search
from connectors.gpconnect.calls import correlation_of

ORGANISATION = "NHSD-End-User-Organisation-ODS"
REQUEST_ID, CORRELATION_ID = "X-Request-ID", "NHSD-Correlation-Id"


class Searches:
    """The searches of one ask. The locator refuses every parameter but its own, so none is added."""

    def __init__(self, ask: PartnerAsk) -> None:
        """Nothing is sent yet."""
        self._ask, self._calls = ask, 0
        numbers = sorted(ask.patient.numbers | {ask.patient.number})
        self.all = tuple(
            Search(
                HttpRequest(
                    method="POST",
                    path="DocumentReference/_search",
                    form=(("subject:identifier", f"{NHS_NUMBER_SYSTEM}|{number.digits}"),),
                )
            )
            for number in numbers
        )

    def opened(self) -> tuple[Search, ...]:
        """Those that have more to read, each with the headers of its next call."""
        left = tuple(search for search in self.all if search.label is None)
        self._name(left)
        return left

    def _name(self, searches: Iterable[Search]) -> None:
        """The service knows a repeated call by its X-Request-ID, so a later page has another."""
        correlation = correlation_of(self._ask)
        for search in searches:
            self._calls += 1
            request_id = uuid.uuid5(correlation, f"{self._ask.partner_id} pointers {self._calls}")
            headers = {
                "Accept": "application/fhir+json",
                REQUEST_ID: str(request_id),
                CORRELATION_ID: str(correlation),
                ORGANISATION: self._ask.requester.organisation_ods,
            }
            search.request = replace(search.request, headers=headers)
