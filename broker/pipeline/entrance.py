"""A question to the way that answers it, and every way out recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from broker.domain.errors import BrokerError, BrokerFault, Forbidden, ServiceDown
from broker.domain.query import Interaction
from broker.pipeline.answering import Answering
from broker.pipeline.audit import Trail
from broker.pipeline.granting import EndingGrant, OpeningGrant
from broker.pipeline.opening import Opening
from broker.pipeline.question import Question, Reply
from broker.pipeline.reading_register import ReadingRegister
from broker.pipeline.services import Services

_WAYS: Mapping[Interaction, type[Answering | OpeningGrant | EndingGrant | ReadingRegister]] = {
    Interaction.OPEN_DOCUMENT: Opening,
    Interaction.OPEN_GRANT: OpeningGrant,
    Interaction.END_GRANT: EndingGrant,
    Interaction.SEARCH_CONSENTS: ReadingRegister,
    Interaction.READ_CONSENT: ReadingRegister,
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
    """Record the refusal. When our own service is down already, that is what the caller must hear.

    Whoever hears that we cannot answer also hears whom to contact.
    """
    if error.status >= 500:  # noqa: PLR2004 - not the caller's doing
        error.contact = error.contact or services.contact
    elif isinstance(error, Forbidden):
        _put_neutrally(error, services)
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


def _put_neutrally(error: Forbidden, services: Services) -> None:
    """Whoever has no right hears one and the same thing, from whichever check it came."""
    said = services.policies().disclosure
    error.message, error.contact = said.neutral_words, said.neutral_contact
