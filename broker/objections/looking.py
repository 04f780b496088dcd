"""Whoever looks at what the register holds of a person leaves a record of it, before anything is shown."""

from __future__ import annotations

import datetime as dt

from broker.domain.audit import RegisterReading
from broker.domain.identity import NhsNumber
from broker.domain.objection_life import Actor
from broker.objections.tracing import desk_context
from broker.ports.release_store import ReleaseStore


async def record_look(
    store: ReleaseStore, numbers: frozenset[NhsNumber], what: str, *, by: Actor, at: dt.datetime
) -> None:
    """Durable when it returns. `what` is the audit record's word for the look. Raises ServiceDown."""
    context = desk_context(numbers, by, what)
    await store.record_reading(RegisterReading(context=context, at=at, reasons=()))
