"""One ask and a practice's service into requests with every header that Spine demands."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from broker.domain.query import PartnerAsk
from broker.ports.connector import HttpRequest
from connectors.gpconnect.access import Access, Consumer, Provider
from connectors.gpconnect.token import bearer

MEDIA_TYPE = "application/fhir+json;charset=utf-8"

_SERVICES = "urn:nhs:names:services:gpconnect"
STRUCTURED_RECORD = f"{_SERVICES}:fhir:operation:gpc.getstructuredrecord-1"
FIND_PATIENT = f"{_SERVICES}:documents:fhir:rest:search:patient-1"
FIND_DOCUMENTS = f"{_SERVICES}:documents:fhir:rest:search:documentreference-1"
READ_BINARY = f"{_SERVICES}:documents:fhir:rest:read:binary-1"


@dataclass(frozen=True, slots=True)
class Call:
    """A request, and the id that its answer should carry."""

    request: HttpRequest
    trace_id: str


class Caller:
    """Makes the calls of one ask. Each has an id of its own that follows from the ask alone."""

    def __init__(self, ask: PartnerAsk, access: Access, consumer: Consumer) -> None:
        """`consumer` is the organisation of the ask's own user."""
        self._ask, self._access, self._consumer = ask, access, consumer
        self._calls = 0

    def get(
        self, provider: Provider, interaction: str, path: str, query: tuple[tuple[str, str], ...] = ()
    ) -> Call:
        """A read under the practice's root."""
        trace_id = self._next_id(interaction, path)
        request = HttpRequest(
            method="GET",
            path=provider.prefix + path,
            query=query,
            headers=self._headers(provider, interaction, trace_id),
        )
        return Call(request, trace_id)

    def post(self, provider: Provider, interaction: str, path: str, body: bytes) -> Call:
        """An operation that reads."""
        trace_id = self._next_id(interaction, path)
        request = HttpRequest(
            method="POST",
            path=provider.prefix + path,
            body=body,
            headers=self._headers(provider, interaction, trace_id),
        )
        return Call(request, trace_id)

    def _next_id(self, interaction: str, path: str) -> str:
        self._calls += 1
        name = f"{self._ask.partner_id} {interaction} {path} {self._calls}"
        return str(uuid.uuid5(correlation_of(self._ask), name))

    def _headers(self, provider: Provider, interaction: str, trace_id: str) -> dict[str, str]:
        return {
            "Ssp-TraceID": trace_id,
            "Ssp-From": self._consumer.asid,
            "Ssp-To": provider.asid,
            "Ssp-InteractionID": interaction,
            "Accept": MEDIA_TYPE,
            "Content-Type": MEDIA_TYPE,
            "Authorization": bearer(self._ask, self._access, self._consumer, audience=provider.root),
        }


def correlation_of(ask: PartnerAsk) -> uuid.UUID:
    """The correlation id as a UUID: itself, or one that follows from it."""
    try:
        return uuid.UUID(ask.correlation_id)
    except ValueError:
        return uuid.uuid5(uuid.NAMESPACE_URL, ask.correlation_id)
