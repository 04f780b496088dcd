"""A document is streamed from the further endpoint that its read names, and from no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broker.adapters.clock import SystemClock
from broker.adapters.transport import HttpTransport
from broker.adapters.transport.services import Services
from broker.domain.outcome import Cause
from broker.ports.connector import TransportFault
from tests.support.fault_partner import FaultPartner, answer, replies
from tests.support.patients import ASHA
from tests.support.transports import MANIFEST, READ, permit, registration


async def test_a_stream_comes_from_the_endpoint_of_its_service() -> None:
    """The partner's own endpoint hears nothing of it; a service that is not registered streams nothing."""
    async with FaultPartner(replies(answer(b"x"))) as own, FaultPartner(replies(answer(b"%PDF"))) as proxy:
        transports = {
            name: HttpTransport(registration(one.endpoint), MANIFEST, clock=SystemClock())
            for name, one in (("", own), ("ssp", proxy))
        }
        services = Services(transports)
        try:
            stream = await services.stream(replace(READ, service="ssp"), permit(ASHA))
            assert await stream.piece() == b"%PDF"
            stream.close()
            with pytest.raises(TransportFault) as refused:
                await services.stream(replace(READ, service="other"), permit(ASHA))
        finally:
            await services.aclose()
        assert refused.value.cause is Cause.NOT_ALLOWED_CALL
        assert (len(own.requests), len(proxy.requests)) == (0, 1)
