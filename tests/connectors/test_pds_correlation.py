"""The ids that PDS is sent with a call: UUIDs, the same for the same request, and nobody's number."""

from __future__ import annotations

import random
import uuid

from broker.adapters.transport.pinned_numbers import check_numbers
from broker.domain.identity import NhsNumber
from broker.domain.outcome import Cause
from broker.ports.connector import HttpRequest, TransportFault
from connectors.pds import PLUGIN

NUMBER = NhsNumber.parse("9990000018")


def first_call(correlation_id: str) -> HttpRequest:
    """What the connector asks for first."""
    request = next(PLUGIN.create({}).trace(NUMBER, correlation_id))
    assert isinstance(request, HttpRequest)
    return request


def is_refused(request: HttpRequest) -> bool:
    """True when the transport would take something in the call for another person's number."""
    try:
        check_numbers(request, frozenset({NUMBER}))
    except TransportFault as fault:
        return fault.cause is Cause.NOT_ALLOWED_CALL
    return False


def test_no_request_id_makes_a_call_look_like_another_persons() -> None:
    """Of random ids some have ten digits in a row that pass the check digit: none is refused for it."""
    dice = random.Random(7)  # noqa: S311 - ids to try, not secrets
    ids = [uuid.UUID(int=dice.getrandbits(128), version=4) for _ in range(3_000)]
    assert not any(is_refused(first_call(one.hex)) for one in ids)


def test_one_request_has_one_id_however_often_it_is_sent() -> None:
    """PDS knows a repeated call by it."""
    for given in ("f0036b7767ea2176f2184611174b5daa", "a-name-of-our-own"):
        sent = first_call(given).headers
        assert sent == first_call(given).headers
        assert str(uuid.UUID(sent["X-Request-ID"])) == sent["X-Correlation-ID"]
