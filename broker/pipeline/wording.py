"""How an error is put to whoever hears it."""

from __future__ import annotations

from broker.domain.errors import BrokerError, Forbidden
from broker.pipeline.services import Services


def put_into_words(error: BrokerError, services: Services) -> None:
    """Whoever hears that we cannot answer also hears whom to contact; whoever has no right hears one and the
    same thing, from whichever check it came.
    """
    if error.status >= 500:  # noqa: PLR2004 - not the caller's doing
        error.contact = error.contact or services.contact
    elif isinstance(error, Forbidden):
        said = services.policies().disclosure
        error.message, error.contact = said.neutral_words, said.neutral_contact
