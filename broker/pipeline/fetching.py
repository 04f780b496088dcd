"""A listed document and its holder to the document's first bytes, read and found good as far as they go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from broker.domain.attachments import Declared, declared_of
from broker.domain.errors import NotFound
from broker.domain.limits import PartnerLimits
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import PartnerAsk
from broker.pipeline.fanout import Road
from broker.pipeline.handing_on import Bounds, HandedOn, Proved
from broker.pipeline.normalisation import Normalised
from broker.pipeline.pointing import Listed
from broker.pipeline.services import Services
from broker.ports.connector import DocumentForm, DocumentPointer, DocumentSource, TransportFault
from broker.ports.conversation import converse
from broker.ports.transport import CallPermit, Streamed, StreamingTransport

_OK = 200
_LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)
_GONE = frozenset({404, 410})
_FHIR_JSON = frozenset({"application/fhir+json", "application/json+fhir"})
_FHIR_XML = frozenset({"application/fhir+xml", "application/xml+fhir"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Which document is fetched, from whom, on which ask and permit. `item` is as its partner wrote it."""

    listed: Listed = field(repr=False)
    item: bytes = field(repr=False)
    ask: PartnerAsk
    road: Road
    permit: CallPermit
    limits: PartnerLimits

    @property
    def declared(self) -> Declared:
        """What its attachment promises."""
        return declared_of(self.listed.attachment)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What is to be handed on, and as what its partner answered it."""

    handed_on: HandedOn
    content_type: str


def as_given(listed: Listed, normalised: Sequence[Normalised]) -> bytes:
    """The item as its partner wrote it: what is shown of it may have been cut."""
    shown = listed.resource
    return next(
        (
            resource.raw
            for one in normalised
            for resource in one.resources
            if (one.partner_id, resource.local_reference) == (shown.partner_id, shown.local_reference)
        ),
        shown.raw,
    )


async def fetch(what: Fetch, services: Services) -> Fetched:
    """Raises TransportFault, NotFound when it is gone, and whatever the connector raises."""
    size = what.declared.size
    if size is not None and size > what.limits.document_bytes_max:
        raise TransportFault(OutcomeLabel.TOO_LARGE, Cause.DECODED_BYTES)
    pointer = DocumentPointer(item=what.item, url=what.listed.url)
    source: DocumentSource = await converse(
        what.road.connector.open_document(what.ask, pointer),  # type: ignore[attr-defined] # its manifest says so
        lambda request: what.road.transport.send(request, what.permit),
    )
    streamed = await _streamed(what, source)
    try:
        fetched = _fetched(what, source, streamed, services)
        await fetched.handed_on.begin()
    except BaseException:
        streamed.close()
        raise
    return fetched


async def _streamed(what: Fetch, source: DocumentSource) -> Streamed:
    transport = what.road.transport
    if not isinstance(transport, StreamingTransport):
        raise TransportFault(OutcomeLabel.INVALID, Cause.NOT_ALLOWED_CALL)
    streamed = await transport.stream(source.request, what.permit)
    if streamed.status == _OK:
        return streamed
    streamed.close()
    if streamed.status in _GONE:
        raise NotFound
    raise TransportFault(OutcomeLabel.INVALID, Cause.STATUS)


def _fetched(what: Fetch, source: DocumentSource, streamed: Streamed, services: Services) -> Fetched:
    bounds = Bounds(
        bytes_max=what.limits.document_bytes_max,
        until_s=services.clock.monotonic_s() + services.limits.document_s_max,
    )
    answered = streamed.headers.get("content-type", "")
    is_binary = _is_binary(source.form, answered.partition(";")[0].strip().lower())
    told = streamed.headers.get("content-length", "")
    if not is_binary and _LENGTH.fullmatch(told) and int(told) > bounds.bytes_max:
        raise TransportFault(OutcomeLabel.TOO_LARGE, Cause.WIRE_BYTES)  # said at once, it is refused in words
    handed_on = HandedOn(
        source=streamed,
        proved=Proved(streamed, what.declared, bounds, is_binary=is_binary),
        bounds=bounds,
        clock=services.clock,
        digest=services.sealer.digesting(),
        partner_id=what.permit.partner_id,
    )
    return Fetched(handed_on, "" if is_binary else answered)


def _is_binary(form: DocumentForm, answered: str) -> bool:
    """Raises TransportFault where FHIR's other spelling came: its text would pass for the document."""
    if form is not DocumentForm.AS_ANSWERED:
        return form is DocumentForm.FHIR_BINARY
    if answered in _FHIR_XML:
        raise TransportFault(OutcomeLabel.INVALID, Cause.MALFORMED)
    return answered in _FHIR_JSON
