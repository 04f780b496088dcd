"""Settings to a broker that listens: every part opened, the door last; closed the other way round."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from broker.app import Broker, open_broker
from broker.http.door import make_app
from broker.http.health import Readiness, ServiceState
from broker.http.server import Door, serve
from broker.http.settings import DoorSettings
from broker.http.turned_away import DoorRecords
from broker.settings import Settings


@asynccontextmanager
async def running(settings: Settings, *, look_now: asyncio.Event | None = None) -> AsyncIterator[Door]:
    """The broker, listening; on the way out what is under way ends first. Raises what open_broker does,
    and OSError when the address cannot be bound. `look_now` is open_broker's.
    """
    async with open_broker(settings, look_now=look_now) as broker:
        services = broker.services
        records = DoorRecords(
            services.store,
            services.clock,
            services.finish_later,
            per_minute_max=settings.limits.door_refusals_per_minute_max,
        )
        app = make_app(
            broker.answer,
            readiness=functools.partial(_readiness, broker),
            settings=DoorSettings(
                base_url=f"{settings.base_url}/fhir" if settings.base_url else "", limits=settings.limits
            ),
            refused=records,
        )
        door = await serve(app, settings.listen_host, settings.listen_port)
        try:
            yield door
        finally:
            await door.drain()
            records.close_window()


async def _readiness(broker: Broker) -> Readiness:
    states = await broker.states()
    return Readiness(
        services=tuple(ServiceState(service=name, ok=ok, words=words) for name, ok, words in states)
    )
