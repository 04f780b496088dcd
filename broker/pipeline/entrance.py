"""A question to the way that answers it, and every way out recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from broker.domain.errors import BrokerError, BrokerFault, ServiceDown
from broker.domain.query import Interaction
from broker.pipeline.answering import Answering
from broker.pipeline.audit import Trail
from broker.pipeline.granting import EndingGrant, OpeningGrant
from broker.pipeline.opening import Opening
from broker.pipeline.question import Question, Reply
from broker.pipeline.reading_register import ReadingRegister
from broker.pipeline.reconstruction.way import Reconstructing
from broker.pipeline.services import Services
from broker.pipeline.streaming import Streaming
from broker.pipeline.wording import put_into_words

_WAYS: Mapping[
    Interaction, type[Answering | OpeningGrant | EndingGrant | ReadingRegister | Reconstructing]
] = {
    Interaction.OPEN_DOCUMENT: Opening,
    Interaction.STREAM: Streaming,
    Interaction.OPEN_GRANT: OpeningGrant,
    Interaction.END_GRANT: EndingGrant,
    Interaction.SEARCH_CONSENTS: ReadingRegister,
    Interaction.READ_CONSENT: ReadingRegister,
    Interaction.RECONSTRUCT: Reconstructing,
}
_log = structlog.get_logger(__name__)


async def answer(question: Question, services: Services) -> Reply:
    """Answer one question. Raises only BrokerError, and CancelledError when the client left.

    The trail opens before authentication and is closed on every way out.
    """
    trail = Trail(question, services.store, services.clock)
    try:
        return await _WAYS.get(question.interaction, Answering)(question, services, trail).reply()
    except BrokerError as error:
        await _turned_away(trail, error, services)
        raise
    except asyncio.CancelledError:
        services.finish_later(trail.ended_after_all("client-left"))
        raise
    except Exception:  # noqa: BLE001 - whatever nothing foresaw is a fault of ours, and is recorded
        _log.exception("request-failed", request_id=question.request_id)
        fault = BrokerFault()
        await _turned_away(trail, fault, services)
        raise fault from None


async def _turned_away(trail: Trail, error: BrokerError, services: Services) -> None:
    """Record the refusal. When our own service is down already, that is what the caller must hear."""
    put_into_words(error, services)
    down = await asyncio.shield(services.finish_later(_recorded(trail, error)))
    if down is None:
        return
    if not isinstance(error, ServiceDown):
        down.contact = services.contact
        raise down
    _log.error("store-failed", service=down.service)


async def _recorded(trail: Trail, error: BrokerError) -> ServiceDown | None:
    """The refusal on file, or the service that could not write it. It is written to its end even when
    the client leaves meanwhile.
    """
    try:
        await trail.turned_away(error)
    except ServiceDown as down:
        return down
    return None
